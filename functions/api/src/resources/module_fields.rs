//! Fields of modules as JSON: one object with what its type needs.

use domain::contact::ContactKind;
use domain::decimal::Decimal;
use domain::field_definition::{FieldDefinition, FieldType, decimal};
use domain::field_value::Day;
use domain::given_value::GivenValue;
use domain::limits::{DECIMAL_SCALE_MAX, FIELD_CHOICES_MAX};
use domain::module_name::ModuleName;
use domain::refusal::{RefusalCode, Refused};
use domain::timestamp::Timestamp;
use flows::text_rules;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::field_values::plain;
use crate::schemas;

/// A field of a module.
#[derive(Serialize, ToSchema)]
pub struct FieldView {
    /// Its name in records.
    pub name: String,
    /// What people call it.
    pub label: String,
    /// Which values it takes.
    #[serde(rename = "type")]
    #[schema(schema_with = schemas::field_type)]
    pub field_type: &'static str,
    /// Whether a record made by a caller needs a value.
    pub required: bool,
    /// What a new record gets where none is given.
    #[schema(schema_with = schemas::field_value, required)]
    pub default: Option<Value>,
    /// Of `choice` and `choices`: what can be chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choices: Option<Vec<String>>,
    /// Of texts: most characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chars_max: Option<u32>,
    /// Of `decimal`: most digits behind the point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<u32>,
    /// Of numbers and dates: the least.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schemas::field_value)]
    pub min: Option<Value>,
    /// Of numbers and dates: the greatest.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schemas::field_value)]
    pub max: Option<Value>,
    /// Of `reference`: the kind of the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub to: Option<ContactKind>,
    /// Since when it is removed: its values can be read until it is purged.
    #[schema(value_type = Option<String>, required)]
    pub removed_at: Option<Timestamp>,
}

impl From<FieldDefinition> for FieldView {
    fn from(field: FieldDefinition) -> Self {
        let mut view = Self {
            field_type: field.field_type.name(),
            name: field.name,
            label: field.label,
            required: field.required,
            default: field.default.as_ref().map(plain),
            choices: None,
            chars_max: None,
            scale: None,
            min: None,
            max: None,
            to: None,
            removed_at: field.removed_at,
        };
        let text = |decimal: Decimal| Value::from(decimal.as_str());
        match field.field_type {
            FieldType::Text { chars_max } | FieldType::LongText { chars_max } => {
                view.chars_max = chars_max;
            }
            FieldType::Integer { min, max } => {
                (view.min, view.max) = (min.map(Value::from), max.map(Value::from));
            }
            FieldType::Decimal { scale, min, max } => {
                view.scale = Some(scale);
                (view.min, view.max) = (min.map(text), max.map(text));
            }
            FieldType::Date { min, max } => {
                let text = |day: Day| Value::from(day.to_string());
                (view.min, view.max) = (min.map(text), max.map(text));
            }
            FieldType::Choice { choices } | FieldType::Choices { choices } => {
                view.choices = Some(choices);
            }
            FieldType::Reference { to } => view.to = Some(to),
            FieldType::Moment
            | FieldType::YesNo
            | FieldType::Email
            | FieldType::Phone
            | FieldType::Url => {}
        }
        view
    }
}

/// A field of a module as it shall be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldToMake {
    /// Its name in records: `a-z`, digits and `_`, beginning with a letter.
    name: String,
    /// What people call it.
    label: String,
    /// Which values it takes.
    #[serde(rename = "type")]
    #[schema(schema_with = schemas::field_type)]
    field_type: String,
    /// Whether a record made by a caller needs a value.
    #[serde(default)]
    required: bool,
    /// What a new record gets where none is given.
    #[serde(default)]
    #[schema(schema_with = schemas::field_value)]
    default: Option<GivenValue>,
    /// Of `choice` and `choices`: what can be chosen.
    #[serde(default)]
    choices: Option<Vec<String>>,
    /// Of texts: most characters.
    #[serde(default)]
    chars_max: Option<u32>,
    /// Of `decimal`: most digits behind the point.
    #[serde(default)]
    scale: Option<u32>,
    /// Of numbers and dates: the least.
    #[serde(default)]
    #[schema(schema_with = schemas::field_value)]
    min: Option<GivenValue>,
    /// Of numbers and dates: the greatest.
    #[serde(default)]
    #[schema(schema_with = schemas::field_value)]
    max: Option<GivenValue>,
    /// Of `reference`: the kind of the record.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    to: Option<ContactKind>,
}

/// The definitions that a caller gave.
///
/// # Errors
/// What is wrong with the first that can't be: each names it by `fields[<n>].<member>`.
pub fn definitions(given: Vec<FieldToMake>) -> Result<Vec<FieldDefinition>, Refused> {
    given
        .into_iter()
        .enumerate()
        .map(|(n, field)| field.definition(&format!("fields[{n}]")))
        .collect()
}

impl FieldToMake {
    fn definition(self, path: &str) -> Result<FieldDefinition, Refused> {
        let at = |member: &str| format!("{path}.{member}");
        let name: ModuleName = self
            .name
            .parse()
            .map_err(|e| Refused::field(RefusalCode::FieldInvalid, at("name"), format!("{e}")))?;
        let label = text_rules::name(&at("label"), &self.label)?;
        let field_type = self.wanted_type(path)?;
        let plain = FieldDefinition::plain((name.as_str(), &label, field_type));
        let default = self.default.as_ref().map(|given| plain.read(&at("default"), given));
        let default = default.transpose()?;
        Ok(FieldDefinition { required: self.required, default, ..plain })
    }

    /// The type with what it needs; what belongs to other types is refused.
    fn wanted_type(&self, path: &str) -> Result<FieldType, Refused> {
        let Self { chars_max, scale, to, .. } = self;
        let used: &[&str] = match self.field_type.as_str() {
            "text" | "long_text" => &["chars_max"],
            "integer" | "date" => &["min", "max"],
            "decimal" => &["scale", "min", "max"],
            "choice" | "choices" => &["choices"],
            "reference" => &["to"],
            _ => &[],
        };
        let given = [
            ("choices", self.choices.is_some()),
            ("chars_max", chars_max.is_some()),
            ("scale", scale.is_some()),
            ("min", self.min.is_some()),
            ("max", self.max.is_some()),
            ("to", to.is_some()),
        ];
        if let Some((name, _)) = given.iter().find(|(name, there)| *there && !used.contains(name)) {
            return Err(invalid(format!("{path}.{name}"), "a field of this type takes none"));
        }
        let chars_max = *chars_max;
        match self.field_type.as_str() {
            "text" => Ok(FieldType::Text { chars_max }),
            "long_text" => Ok(FieldType::LongText { chars_max }),
            "integer" => Ok(FieldType::Integer {
                min: bound(path, "min", &self.min, whole)?,
                max: bound(path, "max", &self.max, whole)?,
            }),
            "decimal" => self.decimal(path),
            "date" => Ok(FieldType::Date {
                min: bound(path, "min", &self.min, day)?,
                max: bound(path, "max", &self.max, day)?,
            }),
            "moment" => Ok(FieldType::Moment),
            "yes_no" => Ok(FieldType::YesNo),
            "choice" => Ok(FieldType::Choice { choices: self.chosen(path)? }),
            "choices" => Ok(FieldType::Choices { choices: self.chosen(path)? }),
            "email" => Ok(FieldType::Email),
            "phone" => Ok(FieldType::Phone),
            "url" => Ok(FieldType::Url),
            "reference" => match to {
                Some(to) => Ok(FieldType::Reference { to: *to }),
                None => Err(missing(format!("{path}.to"), "name the kind of the record")),
            },
            _ => Err(invalid(format!("{path}.type"), "there is no such type")),
        }
    }

    fn decimal(&self, path: &str) -> Result<FieldType, Refused> {
        let scale = self.scale.unwrap_or(DECIMAL_SCALE_MAX);
        if scale > DECIMAL_SCALE_MAX {
            let refused = invalid(format!("{path}.scale"), "take fewer digits behind the point");
            return Err(refused.with_limit(u64::from(DECIMAL_SCALE_MAX)));
        }
        Ok(FieldType::Decimal {
            scale,
            min: bound(path, "min", &self.min, decimal)?,
            max: bound(path, "max", &self.max, decimal)?,
        })
    }

    /// The choices: at least one, each once, each a line of text.
    fn chosen(&self, path: &str) -> Result<Vec<String>, Refused> {
        let at = format!("{path}.choices");
        let given = self.choices.as_deref().unwrap_or_default();
        if given.is_empty() {
            return Err(missing(at, "give what can be chosen"));
        }
        if given.len() > FIELD_CHOICES_MAX {
            let refused = Refused::field(RefusalCode::FieldTooLong, at, "give fewer choices");
            return Err(refused.with_limit(u64::try_from(FIELD_CHOICES_MAX).unwrap_or(u64::MAX)));
        }
        let mut choices: Vec<String> = Vec::new();
        for (n, choice) in given.iter().enumerate() {
            let choice = text_rules::name(&format!("{at}[{n}]"), choice)?;
            if choices.contains(&choice) {
                return Err(invalid(format!("{at}[{n}]"), "it stands before"));
            }
            choices.push(choice);
        }
        Ok(choices)
    }
}

fn bound<T>(
    path: &str,
    member: &str,
    given: &Option<GivenValue>,
    read: impl Fn(&GivenValue) -> Option<T>,
) -> Result<Option<T>, Refused> {
    let wrong = || invalid(format!("{path}.{member}"), "it is no value of the field's type");
    given.as_ref().map(|given| read(given).ok_or_else(wrong)).transpose()
}

fn whole(given: &GivenValue) -> Option<i64> {
    if let GivenValue::Integer(number) = given { Some(*number) } else { None }
}

fn day(given: &GivenValue) -> Option<Day> {
    if let GivenValue::Text(text) = given { text.parse().ok() } else { None }
}

fn invalid(field: String, hint: &str) -> Refused {
    Refused::field(RefusalCode::FieldInvalid, field, hint)
}

fn missing(field: String, hint: &str) -> Refused {
    Refused::field(RefusalCode::FieldMissing, field, hint)
}
