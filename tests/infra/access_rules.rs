//! Rules about who may do what.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    subject::{Resource, Subject},
    template::{list, target, text},
};

/// Wildcards that are right, with the reason.
const WILDCARDS_WITH_A_REASON: &[(&str, &str, &str)] = &[
    ("Key", "AccountDecidesByIam", "a key policy speaks of its own key; without it nobody could"),
    ("ApiRole", "ProvidersSuppressionList", "SES knows no resource for the account's list"),
    ("DailyReviewRole", "ProvidersSuppressionList", "SES knows no resource for the account's list"),
    ("Key", "ServicesWriteEncrypted", "a key policy speaks of its own key; bounded by account"),
];

/// Each function has a role of its own.
pub fn own_role(subject: &Subject) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut owners = BTreeMap::<&str, &str>::new();
    for (name, function) in subject.functions() {
        let Some(role) = target(function.property("Role")) else {
            complaints.push(format!("{name} has no role of its own"));
            continue;
        };
        if !subject.get(role).is_some_and(|role| role.whole["Type"] == "AWS::IAM::Role") {
            complaints.push(format!("{name}: {role} is no role"));
        }
        if let Some(other) = owners.insert(role, name) {
            complaints.push(format!("{name} shares {role} with {other}"));
        }
    }
    complaints
}

/// No statement that allows names all resources or a family of actions, unless listed above. A star
/// after a named prefix (`inbound/*`) is how S3 names objects and is not one of those.
pub fn wildcards(subject: &Subject) -> Vec<String> {
    let mut complaints = Vec::new();
    for (resource, statement) in statements(subject) {
        let sid = statement["Sid"].as_str().unwrap_or("without Sid");
        let listed = WILDCARDS_WITH_A_REASON
            .iter()
            .any(|(id, listed, reason)| *id == resource.id && *listed == sid && !reason.is_empty());
        if statement["Effect"] != "Allow" || listed {
            continue;
        }
        for action in list(&statement["Action"]) {
            if text(action).is_none_or(|action| action.contains('*')) {
                complaints.push(format!("{} {sid} allows {action}", resource.id));
            }
        }
        for named in list(&statement["Resource"]) {
            let all = text(named).is_some_and(|named| match named.split_once('*') {
                Some((prefix, _)) => !prefix.ends_with('/') || prefix.ends_with("}/"),
                None => false,
            });
            if all {
                complaints.push(format!("{} {sid} names {named}", resource.id));
            }
        }
        if statement["Principal"] == "*" {
            complaints.push(format!("{} {sid} allows everybody", resource.id));
        }
    }
    complaints
}

/// Functions hold PutItem alone on the audit table.
pub fn audit_append_only(subject: &Subject) -> Vec<String> {
    let mut complaints = Vec::new();
    for (resource, statement) in statements(subject) {
        let on_audit = list(&statement["Resource"]).into_iter().any(|named| {
            target(named) == Some("AuditTable")
                || text(named).is_some_and(|named| named.contains("AuditTable"))
        });
        if !on_audit {
            continue;
        }
        for action in list(&statement["Action"]) {
            if action != "dynamodb:PutItem" {
                complaints.push(format!("{} may {action} on AuditTable", resource.id));
            }
        }
    }
    complaints
}

/// All policy statements of the template with the resource they stand in.
pub fn statements(subject: &Subject) -> Vec<(Resource<'_>, &Value)> {
    let mut found = Vec::new();
    for role in subject.all("AWS::IAM::Role") {
        for policy in list(role.property("Policies")) {
            let statements = list(&policy["PolicyDocument"]["Statement"]);
            found.extend(statements.into_iter().map(|statement| (role, statement)));
        }
    }
    for kind in ["AWS::S3::BucketPolicy", "AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"] {
        for policy in subject.all(kind) {
            let statements = list(&policy.property("PolicyDocument")["Statement"]);
            found.extend(statements.into_iter().map(|statement| (policy, statement)));
        }
    }
    for key in subject.all("AWS::KMS::Key") {
        let statements = list(&key.property("KeyPolicy")["Statement"]);
        found.extend(statements.into_iter().map(|statement| (key, statement)));
    }
    found
}
