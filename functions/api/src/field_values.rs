//! Values of fields as JSON: what a caller gives is what he gets back.

use std::collections::BTreeMap;

use domain::field_value::FieldValue;
use serde_json::Value;

/// A value: text, whole number, yes or no, or a list of texts. Decimals and times are texts, for JSON
/// numbers are not exact everywhere.
pub fn plain(value: &FieldValue) -> Value {
    match value {
        FieldValue::Text(text) | FieldValue::Choice(text) => Value::from(text.as_str()),
        FieldValue::Integer(number) => Value::from(*number),
        FieldValue::Decimal(decimal) => Value::from(decimal.as_str()),
        FieldValue::Date(day) => Value::from(day.to_string()),
        FieldValue::Moment(moment) => Value::from(moment.to_string()),
        FieldValue::YesNo(yes) => Value::from(*yes),
        FieldValue::Choices(choices) => Value::from(choices.as_slice()),
        FieldValue::Email(address) => Value::from(address.expose()),
        FieldValue::Reference(contact) => Value::from(contact.to_string()),
    }
}

/// Values by field name.
pub fn plain_all(values: &BTreeMap<String, FieldValue>) -> BTreeMap<String, Value> {
    values.iter().map(|(name, value)| (name.clone(), plain(value))).collect()
}
