//! Conditions of writes.

use serde_dynamo::AttributeValue;
use store::table::{Condition, Table, Write, WriteError};

use crate::scene::{Scene, get, holds, is_fault, item, n, put, s};

pub async fn absent_and_exists_ask_for_the_item(table: &dyn Table) {
    let scene = Scene::new();
    let (there, missing) = (scene.key("P", "X"), scene.key("P", "Y"));
    put(table, &there, []).await;
    assert!(holds(table, &there, Condition::Exists).await);
    assert!(!holds(table, &there, Condition::Absent).await);
    assert!(holds(table, &missing, Condition::Absent).await);
    assert!(!holds(table, &missing, Condition::Exists).await);
}

pub async fn has_and_lacks_ask_for_the_attribute(table: &dyn Table) {
    let scene = Scene::new();
    let (there, missing) = (scene.key("P", "X"), scene.key("P", "Y"));
    put(table, &there, [("a", AttributeValue::Null(true))]).await;
    assert!(holds(table, &there, Condition::Has("a")).await, "null is a value");
    assert!(!holds(table, &there, Condition::Lacks("a")).await);
    assert!(holds(table, &there, Condition::Lacks("b")).await);
    assert!(!holds(table, &there, Condition::Has("b")).await);
    assert!(holds(table, &missing, Condition::Lacks("a")).await);
    assert!(!holds(table, &missing, Condition::Has("a")).await);
}

pub async fn equals_compares_numbers_by_value(table: &dyn Table) {
    let key = Scene::new().key("P", "X");
    put(table, &key, [("a", n("1")), ("b", s("x"))]).await;
    assert!(holds(table, &key, Condition::Equals("a", n("1.0"))).await);
    assert!(holds(table, &key, Condition::Equals("a", n("01"))).await);
    assert!(!holds(table, &key, Condition::Equals("a", n("2"))).await);
    assert!(holds(table, &key, Condition::Equals("b", s("x"))).await);
    assert!(!holds(table, &key, Condition::Equals("b", s("X"))).await);
}

pub async fn a_comparison_across_types_does_not_hold(table: &dyn Table) {
    let key = Scene::new().key("P", "X");
    put(table, &key, [("number", n("5")), ("text", s("5")), ("truth", AttributeValue::Bool(true))])
        .await;
    for (name, other) in [("number", s("5")), ("text", n("5")), ("truth", n("1"))] {
        assert!(!holds(table, &key, Condition::Equals(name, other.clone())).await, "{name}");
        assert!(!holds(table, &key, Condition::Less(name, other.clone())).await, "{name}");
        assert!(!holds(table, &key, Condition::Greater(name, other)).await, "{name}");
    }
    assert!(!holds(table, &key, Condition::Less("number", s("9"))).await);
    assert!(!holds(table, &key, Condition::Greater("text", n("1"))).await);
}

pub async fn less_and_greater_leave_out_the_equal(table: &dyn Table) {
    let key = Scene::new().key("P", "X");
    put(table, &key, [("a", n("9"))]).await;
    for (other, less, greater) in [("10", true, false), ("9", false, false), ("-10", false, true)] {
        assert_eq!(holds(table, &key, Condition::Less("a", n(other))).await, less, "{other}");
        assert_eq!(holds(table, &key, Condition::Greater("a", n(other))).await, greater, "{other}");
    }
}

pub async fn texts_compare_by_octets(table: &dyn Table) {
    let key = Scene::new().key("P", "X");
    // In octets: digits, upper case, lower case, then everything beyond ASCII. U+FF5E comes before
    // U+1F4E7 in octets of UTF-8, and after it in units of UTF-16.
    for (small, great) in [("10", "9"), ("Z", "a"), ("z", "ä"), ("\u{FF5E}", "\u{1F4E7}")] {
        put(table, &key, [("a", s(small))]).await;
        assert!(holds(table, &key, Condition::Less("a", s(great))).await, "{small} {great}");
        assert!(!holds(table, &key, Condition::Greater("a", s(great))).await, "{small} {great}");
    }
}

pub async fn an_attribute_that_is_not_there_compares_to_nothing(table: &dyn Table) {
    let scene = Scene::new();
    let (there, missing) = (scene.key("P", "X"), scene.key("P", "Y"));
    put(table, &there, []).await;
    for key in [there, missing] {
        assert!(!holds(table, &key, Condition::Equals("a", n("0"))).await);
        assert!(!holds(table, &key, Condition::Less("a", n("0"))).await);
        assert!(!holds(table, &key, Condition::Greater("a", n("0"))).await);
    }
}

pub async fn conditions_nest(table: &dyn Table) {
    let key = Scene::new().key("P", "X");
    put(table, &key, [("state", s("working")), ("until", n("5"))]).await;
    let working_and_past = |now: &str| {
        Condition::Any(vec![
            Condition::Absent,
            Condition::All(vec![
                Condition::Equals("state", s("working")),
                Condition::Less("until", n(now)),
            ]),
        ])
    };
    assert!(!holds(table, &key, working_and_past("5")).await);
    assert!(holds(table, &key, working_and_past("6")).await);
}

pub async fn a_failed_condition_brings_the_item_as_it_stands(table: &dyn Table) {
    let scene = Scene::new();
    let (there, missing) = (scene.key("P", "X"), scene.key("P", "Y"));
    put(table, &there, [("a", n("1"))]).await;
    let put_if = |key, condition| {
        let item = item(key, [("a", n("2"))]);
        Write::Put { key: key.clone(), item, condition: Some(condition) }
    };
    match table.write(put_if(&there, Condition::Absent)).await {
        Err(WriteError::ConditionFailed(Some(found))) => {
            assert_eq!(found, item(&there, [("a", n("1"))]));
        }
        other => panic!("{other:?}"),
    }
    match table.write(put_if(&missing, Condition::Exists)).await {
        Err(WriteError::ConditionFailed(None)) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(get(table, &there).await.unwrap()["a"], n("1"));
    assert_eq!(get(table, &missing).await, None);
}

pub async fn a_condition_that_cannot_be_put_is_a_fault(table: &dyn Table) {
    let key = Scene::new().key("P", "X");
    put(table, &key, []).await;
    for condition in [
        Condition::All(vec![]),
        Condition::Any(vec![]),
        Condition::Any(vec![Condition::Exists, Condition::All(vec![])]),
    ] {
        let told = format!("{condition:?}");
        let delete = Write::Delete { key: key.clone(), condition: Some(condition) };
        assert!(is_fault(table, delete).await, "{told}");
    }
    assert!(get(table, &key).await.is_some());
}
