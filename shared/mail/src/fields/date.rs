//! Dates of header fields (RFC 5322 section 3.3), and the forms other programs write.

use domain::timestamp::Timestamp;
use mail_parser::DateTime;

/// Reads an unfolded value. None where no moment can be told.
pub fn parse(value: &str) -> Option<Timestamp> {
    let value = value.trim();
    if let Ok(moment) = Timestamp::parse(value) {
        return Some(moment);
    }
    let date = DateTime::parse_rfc822(&mended(value))?;
    date.is_valid().then(|| Timestamp::from_seconds(date.to_timestamp()))
}

/// Brings near misses into the standard's form: `GMT+0200`, `+02:00`, a leap second.
fn mended(value: &str) -> String {
    let mut text = value.replace("GMT+", "+").replace("GMT-", "-").replace("UTC+", "+");
    if let Some(at) = text.rfind(['+', '-'])
        && let Some((hours, minutes)) = text.get(at + 1..).and_then(|z| z.split_once(':'))
        && hours.len() == 2
        && minutes.len() >= 2
    {
        text = format!("{}{hours}{minutes}", text.get(..=at).unwrap_or_default());
    }
    text.replace(":60 ", ":59 ")
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
            "Thu, 1 May 2025 10:00:00 +02:00",
            "Thu, 1 May 2025 10:00:00 GMT+0200",
            "Thu, 1 May 2025 10:00:00 +0200 (CEST)",
            "2025-05-01T10:00:00+02:00",
        ] {
            assert_eq!(seconds(text), want, "{text}");
        }
        assert_eq!(seconds("yesterday"), None);
        assert_eq!(seconds(""), None);
    }
}
