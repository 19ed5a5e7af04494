//! The template as JSON, with the short tags of CloudFormation written out.

use serde_json::{Map, Value, json};
use serde_yaml_ng::Value as Yaml;

/// Reads a template: `!Ref X` becomes `{"Ref": "X"}`, `!GetAtt A.B` becomes `{"Fn::GetAtt": "A.B"}`.
pub fn read(text: &str) -> Value {
    plain(serde_yaml_ng::from_str(text).expect("the template is YAML"))
}

fn plain(yaml: Yaml) -> Value {
    match yaml {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => json!(value),
        Yaml::Number(number) => {
            number.as_i64().map_or_else(|| json!(number.as_f64()), |n| json!(n))
        }
        Yaml::String(text) => json!(text),
        Yaml::Sequence(items) => items.into_iter().map(plain).collect(),
        Yaml::Mapping(entries) => {
            let entry = |(key, value): (Yaml, Yaml)| {
                let key = match key {
                    Yaml::String(text) => text,
                    other => panic!("a key that is no text: {other:?}"),
                };
                (key, plain(value))
            };
            Value::Object(entries.into_iter().map(entry).collect::<Map<_, _>>())
        }
        Yaml::Tagged(tagged) => {
            let tag = tagged.tag.to_string();
            let name = match tag.trim_start_matches('!') {
                plain @ ("Ref" | "Condition") => plain.to_owned(),
                function => format!("Fn::{function}"),
            };
            json!({name: plain(tagged.value)})
        }
    }
}

/// The logical id a `!Ref` or `!GetAtt` names.
pub fn target(value: &Value) -> Option<&str> {
    if let Some(name) = value.get("Ref").and_then(Value::as_str) {
        return Some(name);
    }
    let attribute = value.get("Fn::GetAtt").and_then(Value::as_str)?;
    attribute.split_once('.').map(|(name, _)| name)
}

/// A text, or the text of a `!Sub`.
pub fn text(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| value.get("Fn::Sub").and_then(Value::as_str))
}

/// A list, or the one thing that stands for a list of one.
pub fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

#[test]
fn short_tags_are_written_out() {
    let read = read("A: !Ref B\nC: !GetAtt D.Arn\nE: [!Sub 'x${F}', 1, true]\n");
    assert_eq!(
        read,
        json!({"A": {"Ref": "B"}, "C": {"Fn::GetAtt": "D.Arn"}, "E": [{"Fn::Sub": "x${F}"}, 1, true]})
    );
    assert_eq!(target(&read["A"]), Some("B"));
    assert_eq!(target(&read["C"]), Some("D"));
    assert_eq!(text(&read["E"][0]), Some("x${F}"));
}
