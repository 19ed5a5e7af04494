//! Conditions, changes and key ranges as DynamoDB expressions. Every name and value goes in through a
//! placeholder: names may be reserved words, and values are never part of an expression's text.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue as Theirs;
use serde_dynamo::AttributeValue as Ours;
use store::table::{Change, Condition, Query, SortRange};

use super::Cause;
use super::attributes::to_theirs;

/// The placeholders of one request.
#[derive(Default)]
pub struct Placeholders {
    names: HashMap<String, String>,
    values: HashMap<String, Theirs>,
}

impl Placeholders {
    /// The attribute names, for the request; none where there are none, as DynamoDB wants it.
    pub fn names(&self) -> Option<HashMap<String, String>> {
        Some(self.names.clone()).filter(|names| !names.is_empty())
    }

    /// The values, likewise.
    pub fn into_values(self) -> Option<HashMap<String, Theirs>> {
        Some(self.values).filter(|values| !values.is_empty())
    }

    fn name(&mut self, attribute: &str) -> String {
        let known = self.names.iter().find(|(_, name)| *name == attribute);
        if let Some((placeholder, _)) = known {
            return placeholder.clone();
        }
        let placeholder = format!("#n{}", self.names.len());
        self.names.insert(placeholder.clone(), attribute.to_owned());
        placeholder
    }

    fn value(&mut self, value: Theirs) -> String {
        let placeholder = format!(":v{}", self.values.len());
        self.values.insert(placeholder.clone(), value);
        placeholder
    }

    fn text(&mut self, text: &str) -> String {
        self.value(Theirs::S(text.to_owned()))
    }

    /// A condition as an expression.
    ///
    /// # Errors
    /// A condition without parts, which DynamoDB has no words for.
    pub fn condition(&mut self, condition: &Condition) -> Result<String, Cause> {
        Ok(match condition {
            Condition::Absent => format!("attribute_not_exists({})", self.name("pk")),
            Condition::Exists => format!("attribute_exists({})", self.name("pk")),
            Condition::Has(name) => format!("attribute_exists({})", self.name(name)),
            Condition::Lacks(name) => format!("attribute_not_exists({})", self.name(name)),
            Condition::Equals(name, value) => self.comparison(name, "=", value),
            Condition::Less(name, value) => self.comparison(name, "<", value),
            Condition::Greater(name, value) => self.comparison(name, ">", value),
            Condition::All(parts) => self.joined(parts, " AND ")?,
            Condition::Any(parts) => self.joined(parts, " OR ")?,
        })
    }

    fn comparison(&mut self, name: &str, sign: &str, value: &Ours) -> String {
        format!("{} {sign} {}", self.name(name), self.value(to_theirs(value)))
    }

    fn joined(&mut self, parts: &[Condition], word: &str) -> Result<String, Cause> {
        if parts.is_empty() {
            return Err("a condition has no parts".into());
        }
        let parts = parts.iter().map(|part| Ok(format!("({})", self.condition(part)?)));
        Ok(parts.collect::<Result<Vec<_>, Cause>>()?.join(word))
    }

    /// Changes as an update expression.
    ///
    /// # Errors
    /// No change at all.
    pub fn update(&mut self, changes: &[Change]) -> Result<String, Cause> {
        let (mut set, mut add, mut remove) = (Vec::new(), Vec::new(), Vec::new());
        for change in changes {
            match change {
                Change::Set(name, value) => {
                    set.push(format!("{} = {}", self.name(name), self.value(to_theirs(value))));
                }
                Change::SetIfAbsent(name, value) => {
                    let (name, value) = (self.name(name), self.value(to_theirs(value)));
                    set.push(format!("{name} = if_not_exists({name}, {value})"));
                }
                Change::Add(name, amount) => {
                    let amount = Theirs::N(amount.to_string());
                    add.push(format!("{} {}", self.name(name), self.value(amount)));
                }
                Change::Count(name, amount) => {
                    let amount = Theirs::N(amount.to_string());
                    add.push(format!("{} {}", self.name(name), self.value(amount)));
                }
                Change::Include(_, texts) if texts.is_empty() => {
                    return Err("a set of texts is never empty".into());
                }
                Change::Include(name, texts) => {
                    let texts = Theirs::Ss(texts.iter().cloned().collect());
                    add.push(format!("{} {}", self.name(name), self.value(texts)));
                }
                Change::Remove(name) => remove.push(self.name(name)),
            }
        }
        let clauses = [("SET", set), ("ADD", add), ("REMOVE", remove)];
        let clauses = clauses.into_iter().filter(|(_, parts)| !parts.is_empty());
        let clauses: Vec<String> =
            clauses.map(|(word, parts)| format!("{word} {}", parts.join(", "))).collect();
        if clauses.is_empty() {
            return Err("an update changes nothing".into());
        }
        Ok(clauses.join(" "))
    }

    /// The partition and range of a query as a key condition.
    pub fn key_condition(&mut self, query: &Query) -> String {
        let (partition, sort) = query.index.attributes();
        let whole = format!("{} = {}", self.name(partition), self.text(&query.partition));
        match &query.range {
            SortRange::All => whole,
            SortRange::StartsWith(start) => {
                format!("{whole} AND begins_with({}, {})", self.name(sort), self.text(start))
            }
            SortRange::Between(low, high) => {
                let (sort, low, high) = (self.name(sort), self.text(low), self.text(high));
                format!("{whole} AND {sort} BETWEEN {low} AND {high}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n(number: &str) -> Ours {
        Ours::N(number.to_owned())
    }

    #[test]
    fn nested_conditions_are_bracketed_and_name_each_attribute_once() {
        let mut holders = Placeholders::default();
        let condition = Condition::Any(vec![
            Condition::Absent,
            Condition::All(vec![Condition::Equals("state", n("1")), Condition::Less("at", n("2"))]),
            Condition::Has("state"),
        ]);
        assert_eq!(
            holders.condition(&condition).unwrap(),
            "(attribute_not_exists(#n0)) OR ((#n1 = :v0) AND (#n2 < :v1)) OR (attribute_exists(#n1))"
        );
        assert_eq!(holders.names().unwrap().len(), 3);
        assert_eq!(holders.into_values().unwrap().len(), 2);
    }

    #[test]
    fn changes_of_one_sort_share_a_clause() {
        let changes = [
            Change::Add("count", -2),
            Change::Set("name", n("1")),
            Change::Remove("old"),
            Change::SetIfAbsent("first", n("2")),
        ];
        assert_eq!(
            Placeholders::default().update(&changes).unwrap(),
            "SET #n1 = :v1, #n3 = if_not_exists(#n3, :v2) ADD #n0 :v0 REMOVE #n2"
        );
    }

    #[test]
    fn what_dynamodb_has_no_words_for_is_a_fault() {
        assert!(Placeholders::default().condition(&Condition::All(vec![])).is_err());
        assert!(Placeholders::default().update(&[]).is_err());
    }
}
