//! Dates of header fields (RFC 5322 section 3.3), and the forms other programs write: no seconds,
//! no zone, two-digit years, `asctime`, dashes, zones by any name.

use domain::timestamp::Timestamp;

/// Words of a date field that are read.
const WORDS_MAX: usize = 20;

/// Reads an unfolded value. A date without a zone is taken for UTC. None where no day can be told.
pub fn parse(value: &str) -> Option<Timestamp> {
    if let Ok(moment) = Timestamp::parse(value.trim()) {
        return Some(moment);
    }
    let text = without_comments(value);
    let mut date = Pieces::default();
    let words = text.split(|c: char| c.is_whitespace() || c == ',' || c == ';');
    for word in words.filter(|w| !w.is_empty()).take(WORDS_MAX) {
        date.word(word);
    }
    date.moment()
}

#[derive(Default)]
struct Pieces {
    day: Option<i64>,
    month: Option<i64>,
    year: Option<i64>,
    /// Seconds since midnight.
    time: Option<i64>,
    /// Seconds east of Greenwich.
    offset: Option<i64>,
}

impl Pieces {
    fn word(&mut self, word: &str) {
        let first = word.chars().next().unwrap_or(' ');
        if word.contains(':') && !matches!(first, '+' | '-') && first.is_ascii_digit() {
            self.time_word(word);
        } else if matches!(first, '+' | '-') {
            if self.time.is_some() {
                self.offset = self.offset.or_else(|| numeric_offset(word));
            }
        } else if first.is_ascii_digit() && word.contains(['-', '/']) {
            word.split(['-', '/']).for_each(|piece| self.word(piece));
        } else if first.is_ascii_digit() {
            self.number(word);
        } else {
            self.name(word);
        }
    }

    /// `10:20`, `10:20:30`, `10:20:30.5`, with a zone glued to it perhaps (`10:20:30+0200`).
    fn time_word(&mut self, word: &str) {
        let zone = word.find(['+', '-']);
        let (clock, zone) = word.split_at(zone.unwrap_or(word.len()));
        if !zone.is_empty() {
            self.offset = numeric_offset(zone);
        }
        let clock = clock.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let mut fields = clock.split([':', '.']).map(|f| f.parse::<i64>().ok());
        let (Some(Some(hour)), Some(Some(minute))) = (fields.next(), fields.next()) else { return };
        let second = fields.next().flatten().unwrap_or(0);
        if hour <= 24 && minute < 60 && second <= 60 && self.time.is_none() {
            self.time = Some(hour * 3600 + minute * 60 + second.min(59));
        }
    }

    fn number(&mut self, word: &str) {
        let digits: String = word.chars().take_while(char::is_ascii_digit).collect();
        let Ok(number) = digits.parse::<i64>() else { return };
        match digits.len() {
            // `2025-05-01`: behind a leading year comes the month.
            1 | 2 if self.year.is_some() && self.month.is_none() && self.day.is_none() => {
                self.month = Some(number);
            }
            1 | 2 if self.day.is_none() && (1..=31).contains(&number) => self.day = Some(number),
            3.. if self.year.is_none() => {
                // RFC 5322 section 4.3: three digits count from 1900.
                self.year = Some(if digits.len() == 3 { number + 1900 } else { number });
            }
            1 | 2 if self.year.is_none() && self.month.is_some() => {
                self.year = Some(if number < 50 { number + 2000 } else { number + 1900 });
            }
            1 | 2 if self.month.is_none() => self.month = Some(number),
            _ => {}
        }
    }

    fn name(&mut self, word: &str) {
        let lower = word.to_ascii_lowercase();
        let month = MONTHS.iter().position(|m| lower.starts_with(m));
        if let Some(month) = month.and_then(|m| i64::try_from(m).ok())
            && self.month.is_none()
        {
            self.month = Some(month + 1);
            return;
        }
        match lower.as_str() {
            // `mar` is also how a Tuesday begins in half of Europe; only the first one counts.
            "pm" => self.time = self.time.map(|t| if t < 43_200 { t + 43_200 } else { t }),
            "am" => self.time = self.time.map(|t| if t >= 43_200 { t - 43_200 } else { t }),
            _ => self.zone(&lower),
        }
    }

    /// `GMT`, `cst`, `GMT+0200`. Numbers win over names.
    fn zone(&mut self, lower: &str) {
        if self.time.is_none() || self.offset.is_some() {
            return;
        }
        if let Some(at) = lower.find(['+', '-']) {
            self.offset = numeric_offset(lower.get(at..).unwrap_or_default());
        } else if let Some((_, hours)) = ZONES.iter().find(|(name, _)| *name == lower) {
            self.offset = Some(hours * 3600);
        }
    }

    fn moment(&self) -> Option<Timestamp> {
        let (year, month, day) = (self.year?, self.month?, self.day?);
        if !(1..=12).contains(&month) || year > 9_999 {
            return None;
        }
        let days = days_since_1970(year, month, day);
        let time = self.time? - self.offset.unwrap_or(0);
        Some(Timestamp::from_seconds(days * 86_400 + time))
    }
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Zones by name, in hours east: RFC 5322 section 4.3, and those of Europe and Asia that mail
/// still names.
const ZONES: [(&str, i64); 22] = [
    ("edt", -4),
    ("est", -5),
    ("cdt", -5),
    ("cst", -6),
    ("mdt", -6),
    ("mst", -7),
    ("pdt", -7),
    ("pst", -8),
    ("hst", -10),
    ("akst", -9),
    ("wet", 0),
    ("bst", 1),
    ("west", 1),
    ("met", 1),
    ("mez", 1),
    ("cet", 1),
    ("cest", 2),
    ("mest", 2),
    ("eet", 2),
    ("eest", 3),
    ("msk", 3),
    ("jst", 9),
];

/// `+0200`, `-05:30`, `+2`.
fn numeric_offset(text: &str) -> Option<i64> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: String = text.chars().skip(1).filter(|c| *c != ':').collect();
    let number: i64 = digits.get(..4.min(digits.len()))?.parse().ok()?;
    let (hours, minutes) =
        if digits.len() <= 2 { (number, 0) } else { (number / 100, number % 100) };
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// Days of the proleptic Gregorian calendar since 1970 began: years are counted from March, so
/// the leap day comes last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468
}

fn without_comments(value: &str) -> String {
    let mut depth = 0usize;
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Option<i64> {
        parse(text).map(Timestamp::seconds)
    }

    #[test]
    fn dates_are_read_in_many_forms() {
        let want = Some(1_746_086_400);
        for text in [
            "Thu, 01 May 2025 10:00:00 +0200",
            "1 May 2025 08:00:00 GMT",
            "Thu, 1 May 2025 08:00:00",
            "Thu, 1 May 25 08:00 UT",
            "Thu May  1 08:00:00 2025",
            "Thu, 1 May 2025 10:00:00 +02:00",
            "Thu, 1 May 2025 10:00:00 GMT+0200",
            "Thu, 1 May 2025 10:00:00 +0200 (CEST)",
            "Thu, 1 May 2025 10:00:00 CEST",
            "Thu, 1 May 2025 02:00:00 cst",
            "1-May-2025 10:00:00+0200",
            "Thursday, May 1, 2025 8:00 AM",
            "2025-05-01T10:00:00+02:00",
            "2025-05-01 08:00:00",
        ] {
            assert_eq!(seconds(text), want, "{text}");
        }
    }

    #[test]
    fn what_tells_no_day_is_none() {
        for text in ["yesterday", "", "Thu, 10:00", "1 May 2025", "45 45 45 45:45"] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn leap_days_and_ends_of_years_are_counted() {
        assert_eq!(seconds("29 Feb 2024 00:00 GMT"), Some(1_709_164_800));
        assert_eq!(seconds("31 Dec 1999 23:59:59 GMT"), Some(946_684_799));
        assert_eq!(seconds("1 Jan 1970 00:00:00 GMT"), Some(0));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in ".{0,60}") {
            parse(&text);
        }
    }
}
