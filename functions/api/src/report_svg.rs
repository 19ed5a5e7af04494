//! Bar charts as SVG: each bar is named and carries its exact number.

use std::fmt::Write;

const WIDTH: u64 = 860;
const BAR_LEFT: u64 = 300;
const BAR_WIDTH_MAX: u64 = 480;
const LINE: u64 = 22;

/// One chart: a title and its bars.
pub struct Chart {
    /// The title.
    pub title: String,
    /// Name and number of each bar.
    pub bars: Vec<(String, u64)>,
}

/// The charts below each other as one SVG document.
pub fn svg(charts: &[Chart]) -> String {
    let lines: usize = charts.iter().map(|chart| chart.bars.len().saturating_add(3)).sum();
    let height = u64::try_from(lines).unwrap_or(u64::MAX).saturating_mul(LINE);
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{height}\" \
         viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
    );
    let mut y = LINE;
    for chart in charts {
        draw(&mut text, chart, &mut y);
    }
    text.push_str("</svg>\n");
    text
}

fn draw(text: &mut String, chart: &Chart, y: &mut u64) {
    let most = chart.bars.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    line(text, 16, *y, "start", "font-weight=\"bold\"", &chart.title);
    *y = y.saturating_add(LINE);
    for (name, count) in &chart.bars {
        let width = count.saturating_mul(BAR_WIDTH_MAX).checked_div(most).unwrap_or(0);
        let top = y.saturating_sub(12);
        let bar = format!(
            "<rect x=\"{BAR_LEFT}\" y=\"{top}\" width=\"{width}\" height=\"15\" fill=\"#3b6ea5\"/>\n"
        );
        text.push_str(&bar);
        line(text, BAR_LEFT - 8, *y, "end", "", name);
        let behind = BAR_LEFT.saturating_add(width).saturating_add(6);
        line(text, behind, *y, "start", "class=\"count\"", &count.to_string());
        *y = y.saturating_add(LINE);
    }
    *y = y.saturating_add(LINE);
}

fn line(text: &mut String, x: u64, y: u64, anchor: &str, more: &str, words: &str) {
    let words = escaped(words);
    // Writing to a text can't fail.
    let _ =
        writeln!(text, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" {more}>{words}</text>");
}

/// Text as XML takes it: markup escaped, and characters left out that XML 1.0 has no form for.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}
