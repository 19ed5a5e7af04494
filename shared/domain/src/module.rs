//! Modules: what kinds of records a tenant has, and which fields they have beside the common ones.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::contact::ContactKind;
use crate::field_definition::{FieldDefinition, FieldType};
use crate::field_value::FieldValue;
use crate::given_value::GivenValue;
use crate::refusal::{RefusalCode, Refused};
use crate::timestamp::Timestamp;

/// A kind of records and its fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Module {
    /// Its name in keys and in the API: the kind of its records.
    pub kind: ContactKind,
    /// What people call one of its records.
    pub label: String,
    /// What people call several.
    pub plural: String,
    /// Its fields in the order they are shown. Removed ones stay until they are purged, so that the
    /// values that records still have can be told.
    pub fields: Vec<FieldDefinition>,
    /// Since when no records of it are made or changed; what there is can still be read.
    pub removed_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Revision: grows by one with each change; zero for a standard module that nobody changed.
    pub rev: u64,
}

impl Module {
    /// A standard module as it is before a tenant changes it.
    pub fn standard(kind: ContactKind) -> Option<Self> {
        let text = || FieldType::Text { chars_max: None };
        let person = || vec![("title", "Title", text()), ("company", "Company", text())];
        let (label, plural, mut fields) = match kind {
            ContactKind::Lead => ("Lead", "Leads", person()),
            ContactKind::Contact => ("Contact", "Contacts", person()),
            ContactKind::Account => ("Account", "Accounts", Vec::new()),
            ContactKind::Custom(_) => return None,
        };
        fields.push(("phone", "Phone", FieldType::Phone));
        fields.push(("site", "Web site", FieldType::Url));
        Some(Self {
            kind,
            label: label.to_owned(),
            plural: plural.to_owned(),
            fields: fields.into_iter().map(FieldDefinition::plain).collect(),
            removed_at: None,
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
            rev: 0,
        })
    }

    /// The definition of a field that can be written.
    pub fn field(&self, name: &str) -> Option<&FieldDefinition> {
        self.fields.iter().find(|field| field.name == name && field.removed_at.is_none())
    }

    /// The values of a new record: those given, and defaults for those that are missing.
    ///
    /// # Errors
    /// See [`Module::change_values`]; `field_missing` for a required one without default.
    pub fn first_values(
        &self,
        given: &BTreeMap<String, Option<GivenValue>>,
    ) -> Result<BTreeMap<String, FieldValue>, Refused> {
        let defaults = self.fields.iter().filter(|field| field.removed_at.is_none());
        let defaults = defaults.filter_map(|f| Some((f.name.clone(), f.default.clone()?)));
        let values = self.change_values(&defaults.collect(), given)?;
        let missing = |field: &&FieldDefinition| {
            field.removed_at.is_none() && field.required && !values.contains_key(&field.name)
        };
        match self.fields.iter().find(missing) {
            None => Ok(values),
            Some(field) => Err(required(&field.name)),
        }
    }

    /// The values after a merge patch: null takes a value away. Values of removed fields stay, and can
    /// only be taken away.
    ///
    /// # Errors
    /// `field_unknown`, `field_missing` where a required one is taken away, and what is wrong with a
    /// value; each names the field as `fields.<name>`.
    pub fn change_values(
        &self,
        before: &BTreeMap<String, FieldValue>,
        given: &BTreeMap<String, Option<GivenValue>>,
    ) -> Result<BTreeMap<String, FieldValue>, Refused> {
        let mut after = before.clone();
        for (name, value) in given {
            match (self.field(name), value) {
                (Some(field), None) if field.required => return Err(required(name)),
                (Some(field), Some(value)) => {
                    after.insert(name.clone(), field.read(&path(name), value)?);
                }
                (_, None) if before.contains_key(name) || self.field(name).is_some() => {
                    after.remove(name);
                }
                (None, _) | (Some(_), None) => {
                    let hint = format!("the module {} has no such field", self.kind);
                    return Err(Refused::field(RefusalCode::FieldUnknown, path(name), hint));
                }
            }
        }
        Ok(after)
    }

    /// The fields after the list of them was replaced: those that are missing in the new list are
    /// marked as removed, those that were removed come back if they are in it.
    ///
    /// # Errors
    /// `field_invalid` where a name stands twice, or a field would change its type: stored values
    /// would no longer be of it.
    pub fn replace_fields(
        &self,
        wanted: Vec<FieldDefinition>,
        at: Timestamp,
    ) -> Result<Vec<FieldDefinition>, Refused> {
        let mut names = BTreeSet::new();
        for (position, field) in wanted.iter().enumerate() {
            let name_of = format!("fields[{position}].name");
            if !names.insert(field.name.clone()) {
                let hint = "a field of this name stands before it";
                return Err(Refused::field(RefusalCode::FieldInvalid, name_of, hint));
            }
            let before = self.fields.iter().find(|before| before.name == field.name);
            if before.is_some_and(|b| b.field_type.name() != field.field_type.name()) {
                let hint = "a field keeps its type: take another name, or remove it and purge it";
                let type_of = format!("fields[{position}].type");
                return Err(Refused::field(RefusalCode::FieldInvalid, type_of, hint));
            }
        }
        let gone = self.fields.iter().filter(|field| !names.contains(&field.name)).cloned();
        let gone = gone.map(|field| {
            let removed_at = field.removed_at.or(Some(at));
            FieldDefinition { removed_at, ..field }
        });
        let mut fields = wanted.clone();
        fields.extend(gone);
        Ok(fields)
    }
}

fn path(name: &str) -> String {
    format!("fields.{name}")
}

fn required(name: &str) -> Refused {
    Refused::field(RefusalCode::FieldMissing, path(name), "the module requires a value")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(text: &str) -> BTreeMap<String, Option<GivenValue>> {
        serde_json::from_str(text).unwrap()
    }

    fn module() -> Module {
        let mut module = Module::standard(ContactKind::Lead).unwrap();
        let mut stage = FieldDefinition::plain(("stage", "Stage", FieldType::YesNo));
        stage.required = true;
        module.fields.push(stage);
        let mut points = FieldDefinition::plain(("points", "Points", FieldType::YesNo));
        points.default = Some(FieldValue::YesNo(true));
        module.fields.push(points);
        module
    }

    #[test]
    fn a_new_record_gets_defaults_and_needs_what_is_required() {
        let module = module();
        let refused = module.first_values(&given("{}")).unwrap_err();
        assert_eq!(
            (refused.code, refused.field.as_deref()),
            (RefusalCode::FieldMissing, Some("fields.stage"),)
        );
        let values = module.first_values(&given(r#"{"stage": false, "points": null}"#)).unwrap();
        assert_eq!(values.into_keys().collect::<Vec<_>>(), ["stage"]);
        let values = module.first_values(&given(r#"{"stage": false}"#)).unwrap();
        assert_eq!(values["points"], FieldValue::YesNo(true));
        let unknown = module.first_values(&given(r#"{"colour": "red"}"#)).unwrap_err();
        assert_eq!(unknown.field.as_deref(), Some("fields.colour"));
    }

    #[test]
    fn a_removed_field_keeps_its_values_and_takes_no_new_ones() {
        let module = module();
        let before = module.first_values(&given(r#"{"stage": true, "title": "CTO"}"#)).unwrap();
        let stage = module.fields.iter().filter(|f| f.name == "stage").cloned().collect();
        let fields = module.replace_fields(stage, Timestamp::from_seconds(9)).unwrap();
        let module = Module { fields, ..module };
        assert!(module.field("title").is_none() && module.field("stage").is_some());
        let kept = module.change_values(&before, &given(r#"{"stage": false}"#)).unwrap();
        assert_eq!(kept["title"], FieldValue::Text("CTO".into()));
        let refused = module.change_values(&before, &given(r#"{"title": "x"}"#)).unwrap_err();
        assert_eq!(refused.code, RefusalCode::FieldUnknown);
        let gone = module.change_values(&before, &given(r#"{"title": null}"#)).unwrap();
        assert!(!gone.contains_key("title"));
        let refused = module.change_values(&before, &given(r#"{"stage": null}"#)).unwrap_err();
        assert_eq!(refused.code, RefusalCode::FieldMissing);
    }

    #[test]
    fn a_field_keeps_its_type_and_its_name_stands_once() {
        let module = module();
        let stage = |kind| FieldDefinition::plain(("stage", "Stage", kind));
        let code = |wanted| {
            module.replace_fields(wanted, Timestamp::default()).unwrap_err().field.unwrap()
        };
        assert_eq!(code(vec![stage(FieldType::Date { min: None, max: None })]), "fields[0].type");
        assert_eq!(code(vec![stage(FieldType::YesNo), stage(FieldType::YesNo)]), "fields[1].name");
    }
}
