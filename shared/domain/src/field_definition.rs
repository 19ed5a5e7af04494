//! Fields of modules: what they are called, and which values they take.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::contact::ContactKind;
use crate::decimal::Decimal;
use crate::email_address::EmailAddress;
use crate::field_value::{Day, FieldValue};
use crate::given_value::GivenValue;
use crate::limits::{FIELD_CHARS_MAX, FIELD_URL_BYTES_MAX, LONG_FIELD_CHARS_MAX, PHONE_CHARS_MAX};
use crate::refusal::{RefusalCode, Refused};
use crate::timestamp::Timestamp;

/// One field of a module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldDefinition {
    /// Its name in records.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// Which values it takes.
    pub field_type: FieldType,
    /// Whether a record made by a caller needs a value. Records that mail makes do not.
    #[serde(default)]
    pub required: bool,
    /// What a new record gets where none is given.
    pub default: Option<FieldValue>,
    /// Since when it is no longer written.
    pub removed_at: Option<Timestamp>,
}

/// Which values a field takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// One line.
    Text {
        /// Most characters.
        chars_max: Option<u32>,
    },
    /// Several lines.
    LongText {
        /// Most characters.
        chars_max: Option<u32>,
    },
    /// A whole number of 64 bits.
    Integer {
        /// Least.
        min: Option<i64>,
        /// Greatest.
        max: Option<i64>,
    },
    /// A number that is kept exactly as it was written.
    Decimal {
        /// Most digits behind the point: more are refused, nothing is rounded.
        scale: u32,
        /// Least.
        min: Option<Decimal>,
        /// Greatest.
        max: Option<Decimal>,
    },
    /// A day.
    Date {
        /// First.
        min: Option<Day>,
        /// Last.
        max: Option<Day>,
    },
    /// A moment.
    Moment,
    /// Yes or no.
    YesNo,
    /// One of some texts.
    Choice {
        /// They.
        choices: Vec<String>,
    },
    /// Some of some texts.
    Choices {
        /// They.
        choices: Vec<String>,
    },
    /// An address that claims nothing.
    Email,
    /// A phone number, as written.
    Phone,
    /// The URL of a page.
    Url,
    /// Another record.
    Reference {
        /// Of which kind.
        to: ContactKind,
    },
}

impl FieldType {
    /// Its name in the API.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::LongText { .. } => "long_text",
            Self::Integer { .. } => "integer",
            Self::Decimal { .. } => "decimal",
            Self::Date { .. } => "date",
            Self::Moment => "moment",
            Self::YesNo => "yes_no",
            Self::Choice { .. } => "choice",
            Self::Choices { .. } => "choices",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Url => "url",
            Self::Reference { .. } => "reference",
        }
    }
}

impl FieldDefinition {
    /// A field that takes values of a type, and needs none.
    pub fn plain((name, label, field_type): (&str, &str, FieldType)) -> Self {
        Self {
            name: name.to_owned(),
            label: label.to_owned(),
            field_type,
            required: false,
            default: None,
            removed_at: None,
        }
    }

    /// The value that a caller gave, if the field takes it. That a record referred to is there, and of
    /// the right kind, is left to be seen.
    ///
    /// # Errors
    /// `field_invalid` or `field_too_long`, naming `path`, with what the field takes.
    pub fn read(&self, path: &str, given: &GivenValue) -> Result<FieldValue, Refused> {
        let wrong = |hint: &str| Refused::field(RefusalCode::FieldInvalid, path, hint);
        match (&self.field_type, given) {
            (FieldType::Text { chars_max }, GivenValue::Text(text)) => {
                line(path, text, chars(*chars_max, FIELD_CHARS_MAX))
            }
            (FieldType::LongText { chars_max }, GivenValue::Text(text)) => {
                long(path, text, chars(*chars_max, LONG_FIELD_CHARS_MAX))
            }
            (FieldType::Integer { min, max }, GivenValue::Integer(number)) => {
                within(path, number, min, max, Ord::cmp)?;
                Ok(FieldValue::Integer(*number))
            }
            (FieldType::Decimal { scale, min, max }, given) => {
                let number = decimal(given).ok_or_else(|| {
                    wrong("give the number as a text, like \"-12.50\": nothing is rounded then")
                })?;
                let allowed = usize::try_from(*scale).unwrap_or(usize::MAX);
                if number.scale() > allowed {
                    return Err(wrong("it has too many digits behind the point")
                        .with_limit(u64::from(*scale)));
                }
                within(path, &number, min, max, Decimal::compare)?;
                Ok(FieldValue::Decimal(number))
            }
            (FieldType::Date { min, max }, GivenValue::Text(text)) => {
                let day: Day = text.parse().map_err(|_| wrong("write a day as yyyy-mm-dd"))?;
                within(path, &day, min, max, Ord::cmp)?;
                Ok(FieldValue::Date(day))
            }
            (FieldType::Moment, GivenValue::Text(text)) => Timestamp::parse(text)
                .map(FieldValue::Moment)
                .map_err(|_| wrong("write a moment as RFC 3339: 2026-11-22T09:30:00Z")),
            (FieldType::YesNo, GivenValue::YesNo(yes)) => Ok(FieldValue::YesNo(*yes)),
            (FieldType::Choice { choices }, GivenValue::Text(text)) if choices.contains(text) => {
                Ok(FieldValue::Choice(text.clone()))
            }
            (FieldType::Choices { choices }, GivenValue::Texts(texts))
                if texts.iter().all(|text| choices.contains(text)) =>
            {
                let chosen = choices.iter().filter(|choice| texts.contains(choice));
                Ok(FieldValue::Choices(chosen.cloned().collect()))
            }
            (FieldType::Email, GivenValue::Text(text)) => {
                EmailAddress::parse(text).map(FieldValue::Email).map_err(|flaw| {
                    Refused::field(RefusalCode::AddressInvalid, path, flaw.to_string())
                })
            }
            (FieldType::Phone, GivenValue::Text(text)) if is_phone(text) => {
                Ok(FieldValue::Text(text.trim().to_owned()))
            }
            (FieldType::Url, GivenValue::Text(text)) if is_url(text) => {
                Ok(FieldValue::Text(text.clone()))
            }
            (FieldType::Reference { .. }, GivenValue::Text(text)) => {
                text.parse().map(FieldValue::Reference).map_err(|_| wrong("give a record's id"))
            }
            (wanted, _) => Err(wrong(&wanted.takes())),
        }
    }
}

impl FieldType {
    /// What it takes, for a hint.
    fn takes(&self) -> String {
        match self {
            Self::Choice { choices } => format!("it takes one of: {}", choices.join(", ")),
            Self::Choices { choices } => {
                format!("it takes a list of some of: {}", choices.join(", "))
            }
            Self::Phone => "it takes a phone number: digits, spaces and + ( ) - . / x".to_owned(),
            Self::Url => "it takes a URL that begins with https:// or http://".to_owned(),
            Self::Integer { .. } => "it takes a whole number of 64 bits".to_owned(),
            Self::YesNo => "it takes true or false".to_owned(),
            Self::Text { .. }
            | Self::LongText { .. }
            | Self::Decimal { .. }
            | Self::Date { .. }
            | Self::Moment
            | Self::Email
            | Self::Reference { .. } => format!("it takes a {} as a text", self.name()),
        }
    }
}

fn chars(own: Option<u32>, most: usize) -> usize {
    own.and_then(|own| usize::try_from(own).ok()).map_or(most, |own| own.min(most))
}

fn line(path: &str, text: &str, chars_max: usize) -> Result<FieldValue, Refused> {
    if text.chars().any(char::is_control) {
        let hint = "leave out line breaks and control characters";
        return Err(Refused::field(RefusalCode::FieldInvalid, path, hint));
    }
    long(path, text, chars_max)
}

fn long(path: &str, text: &str, chars_max: usize) -> Result<FieldValue, Refused> {
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        let hint = "leave out control characters";
        return Err(Refused::field(RefusalCode::FieldInvalid, path, hint));
    }
    if text.chars().count() > chars_max {
        let refused = Refused::field(RefusalCode::FieldTooLong, path, "shorten it");
        return Err(refused.with_limit(u64::try_from(chars_max).unwrap_or(u64::MAX)));
    }
    Ok(FieldValue::Text(text.to_owned()))
}

fn within<T>(
    path: &str,
    value: &T,
    min: &Option<T>,
    max: &Option<T>,
    compare: impl Fn(&T, &T) -> Ordering,
) -> Result<(), Refused> {
    let below = min.as_ref().is_some_and(|min| compare(value, min) == Ordering::Less);
    let above = max.as_ref().is_some_and(|max| compare(value, max) == Ordering::Greater);
    if below || above {
        let hint = if below { "it is below the least" } else { "it is above the greatest" };
        return Err(Refused::field(RefusalCode::FieldInvalid, path, hint));
    }
    Ok(())
}

/// A decimal number, from a text or a whole number: a fraction in JSON may have been rounded.
pub fn decimal(given: &GivenValue) -> Option<Decimal> {
    match given {
        GivenValue::Integer(number) => Some(Decimal::from(*number)),
        GivenValue::Text(text) => text.parse().ok(),
        GivenValue::YesNo(_) | GivenValue::Texts(_) | GivenValue::Other(_) => None,
    }
}

/// Whether a text may be a phone number; what numbers there are is the networks' business.
pub fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let known = |c: char| c.is_ascii_digit() || " +()-./x".contains(c);
    (3..=20).contains(&digits) && text.chars().count() <= PHONE_CHARS_MAX && text.chars().all(known)
}

/// Whether a text is the URL of a page: nothing else may stand behind a link that people follow.
pub fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |text: &str| text.chars().all(|c| !c.is_control() && !c.is_whitespace());
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    !host.is_empty() && plain(text) && text.len() <= FIELD_URL_BYTES_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(field_type: FieldType, json: &str) -> Result<FieldValue, RefusalCode> {
        let given: GivenValue = serde_json::from_str(json).unwrap();
        let field = FieldDefinition::plain(("x", "X", field_type));
        field.read("fields.x", &given).map_err(|refused| {
            assert_eq!(refused.field.as_deref(), Some("fields.x"));
            refused.code
        })
    }

    #[test]
    fn each_type_takes_its_values_and_no_others() {
        let choices = || vec!["red".to_owned(), "blue".to_owned()];
        let day = |text: &str| text.parse().ok();
        let types = [
            (FieldType::Text { chars_max: Some(3) }, r#""äöü""#, r#""four""#),
            (FieldType::LongText { chars_max: None }, r#""a\nb""#, r#""a\u0000b""#),
            (FieldType::Integer { min: Some(1), max: Some(9) }, "9", "10"),
            (FieldType::Integer { min: None, max: None }, "-9223372036854775808", "1.0"),
            (
                FieldType::Date { min: day("2026-01-01"), max: None },
                r#""2026-01-01""#,
                r#""2025-12-31""#,
            ),
            (FieldType::Moment, r#""2026-11-22T09:30:00+01:00""#, r#""yesterday""#),
            (FieldType::YesNo, "false", r#""no""#),
            (FieldType::Choice { choices: choices() }, r#""red""#, r#""green""#),
            (FieldType::Choices { choices: choices() }, r#"["blue","red"]"#, r#"["blue","green"]"#),
            (FieldType::Phone, r#""+49 (30) 123-456""#, r#""call me""#),
            (FieldType::Url, r#""https://www.example.com/a?b""#, r#""javascript:alert(1)""#),
            (
                FieldType::Reference { to: ContactKind::Account },
                r#""con_01KB2N8QSZ3M9T4V5W6X7Y8Z90""#,
                r#""usr_1""#,
            ),
        ];
        for (field_type, good, bad) in types {
            assert!(read(field_type.clone(), good).is_ok(), "{field_type:?} {good}");
            assert!(read(field_type.clone(), bad).is_err(), "{field_type:?} {bad}");
            assert!(read(field_type.clone(), r#"{"a": 1}"#).is_err(), "{field_type:?}");
        }
        assert_eq!(read(FieldType::Email, r#""x""#), Err(RefusalCode::AddressInvalid));
        assert!(read(FieldType::Email, r#""a@example.com""#).is_ok());
        let both = read(FieldType::Choices { choices: choices() }, r#"["blue","red","blue"]"#);
        assert_eq!(both, Ok(FieldValue::Choices(choices())), "in the definition's order, once");
    }

    #[test]
    fn a_decimal_is_kept_as_it_was_written_and_never_rounded() {
        let bound = |text: &str| text.parse().ok();
        let money = || FieldType::Decimal { scale: 2, min: bound("0"), max: bound("1000000") };
        let kept = read(money(), r#""12.50""#).unwrap();
        assert_eq!(kept, FieldValue::Decimal("12.50".parse().unwrap()));
        assert!(read(money(), "7").is_ok());
        for bad in [r#""12.505""#, "12.5", r#""-0.01""#, r#""1000000.01""#, r#""1e3""#] {
            assert_eq!(read(money(), bad), Err(RefusalCode::FieldInvalid), "{bad}");
        }
        assert!(read(money(), r#""1000000.00""#).is_ok(), "bounds go by value");
    }
}
