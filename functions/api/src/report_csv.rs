//! Tables as CSV (RFC 4180) that spreadsheets open without running anything in them.

/// A table in the making.
pub struct Csv(String);

impl Csv {
    /// A table with these column names.
    pub fn new(columns: &[&str]) -> Self {
        let mut table = Self(String::new());
        table.row(columns);
        table
    }

    /// Adds a row.
    pub fn row(&mut self, cells: &[&str]) {
        let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
        self.0.push_str(&cells.join(","));
        self.0.push_str("\r\n");
    }

    /// The text.
    pub fn into_text(self) -> String {
        self.0
    }
}

/// A cell in quotes. What a spreadsheet would take for a formula gets an apostrophe in front, which
/// it shows as text.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let mark = if formula { "'" } else { "" };
    format!("\"{mark}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_doubled_and_formulas_are_text() {
        let mut table = Csv::new(&["value", "count"]);
        for text in ["a \"b\", c", "=1+1", "+1", "-1", "@x", "\tx", "＝1", "x=1"] {
            table.row(&[text, "1"]);
        }
        assert_eq!(
            table.into_text(),
            "\"value\",\"count\"\r\n\"a \"\"b\"\", c\",\"1\"\r\n\"'=1+1\",\"1\"\r\n\"'+1\",\"1\"\r\n\
             \"'-1\",\"1\"\r\n\"'@x\",\"1\"\r\n\"'\tx\",\"1\"\r\n\"'＝1\",\"1\"\r\n\"x=1\",\"1\"\r\n"
        );
    }
}
