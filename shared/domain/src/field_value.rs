//! Values of custom fields, as they are kept.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::decimal::Decimal;
use crate::email_address::EmailAddress;
use crate::given_value::GivenValue;
use crate::ids::ContactId;
use crate::timestamp::Timestamp;

/// The value of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldValue {
    /// A text, a long text, a phone number or the URL of a page.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number, exactly as it was written.
    Decimal(Decimal),
    /// A day.
    Date(Day),
    /// A moment.
    Moment(Timestamp),
    /// Yes or no.
    YesNo(bool),
    /// One of the field's choices.
    Choice(String),
    /// Some of the field's choices, in the order of the definition.
    Choices(Vec<String>),
    /// An address. It claims nothing: mail is not filed by it.
    Email(EmailAddress),
    /// Another record.
    Reference(ContactId),
}

impl FieldValue {
    /// The value as a caller would give it, for a definition to judge it anew.
    pub fn given(&self) -> GivenValue {
        match self {
            Self::Text(text) | Self::Choice(text) => GivenValue::Text(text.clone()),
            Self::Integer(number) => GivenValue::Integer(*number),
            Self::Decimal(decimal) => GivenValue::Text(decimal.as_str().to_owned()),
            Self::Date(day) => GivenValue::Text(day.to_string()),
            Self::Moment(moment) => GivenValue::Text(moment.to_string()),
            Self::YesNo(yes) => GivenValue::YesNo(*yes),
            Self::Choices(choices) => GivenValue::Texts(choices.clone()),
            Self::Email(address) => GivenValue::Text(address.expose().to_owned()),
            Self::Reference(contact) => GivenValue::Text(contact.to_string()),
        }
    }
}

/// A day of the calendar, `yyyy-mm-dd` (RFC 3339 full-date).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(String);

/// The text is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a day is written yyyy-mm-dd and stands in the calendar")]
pub struct NotADay;

impl FromStr for Day {
    type Err = NotADay;

    fn from_str(text: &str) -> Result<Self, NotADay> {
        let day: jiff::civil::Date = text.parse().map_err(|_| NotADay)?;
        if day.to_string() == text && day.year() >= 0 {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotADay)
        }
    }
}

impl TryFrom<String> for Day {
    type Error = NotADay;

    fn try_from(text: String) -> Result<Self, NotADay> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.0
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_stands_in_the_calendar_and_sorts_as_text() {
        assert!("2028-02-29".parse::<Day>().unwrap() < "2028-03-01".parse().unwrap());
        for bad in
            ["2026-02-29", "2026-2-1", "20260201", "2026-02-01T00:00:00Z", "-000001-01-01", ""]
        {
            assert_eq!(bad.parse::<Day>(), Err(NotADay), "{bad}");
        }
    }
}
