//! Rules about what is kept.

use serde_json::{Value, json};

use crate::{
    access_rules::statements,
    subject::{Resource, Subject},
    template::{list, target},
};

/// The tables by their keys, as shared/store spells them. All keys are text.
const TABLES: [(&str, &[&str]); 3] =
    [("CrmTable", &["gsi1", "gsi2"]), ("DeliveryTable", &["gsi1", "gsi2"]), ("AuditTable", &[])];

/// The three tables have the keys, indexes and expiry that the code uses, and are paid by use.
pub fn tables(subject: &Subject) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut found: Vec<&str> = subject.all("AWS::DynamoDB::Table").map(|table| table.id).collect();
    for (id, indexes) in TABLES {
        found.retain(|table| *table != id);
        let Some(table) = subject.get(id) else {
            complaints.push(format!("there is no {id}"));
            continue;
        };
        if table.property("KeySchema") != &key("pk", "sk") {
            complaints.push(format!("{id} has other keys than pk and sk"));
        }
        let schemas: Vec<Value> = list(table.property("GlobalSecondaryIndexes"))
            .into_iter()
            .map(|index| json!([index["IndexName"], index["KeySchema"]]))
            .collect();
        let wanted: Vec<Value> = indexes
            .iter()
            .map(|name| json!([name, key(&format!("{name}pk"), &format!("{name}sk"))]))
            .collect();
        if schemas != wanted {
            complaints.push(format!("{id} has other indexes than {}", indexes.join(" and ")));
        }
        let types = list(table.property("AttributeDefinitions"));
        if types.into_iter().any(|attribute| attribute["AttributeType"] != "S") {
            complaints.push(format!("{id} has a key that is not text"));
        }
        if table.property("BillingMode") != "PAY_PER_REQUEST" {
            complaints.push(format!("{id} is not paid by use"));
        }
    }
    complaints.extend(found.into_iter().map(|table| format!("{table} is not one of the three")));
    for id in ["CrmTable", "DeliveryTable"] {
        let expiry = json!({"AttributeName": "expires_at", "Enabled": true});
        if subject.get(id).is_some_and(|it| it.property("TimeToLiveSpecification") != &expiry) {
            complaints.push(format!("{id} does not forget what has expired"));
        }
    }
    complaints
}

fn key(partition: &str, sort: &str) -> Value {
    json!([
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ])
}

/// Tables, mail, key and secret are there when the stack is gone, and records can be brought back.
pub fn outlives(subject: &Subject) -> Vec<String> {
    let mut complaints = Vec::new();
    let kinds =
        ["AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::SecretsManager::Secret"];
    for kept in kinds.into_iter().flat_map(|kind| subject.all(kind)) {
        if kept.whole["DeletionPolicy"] != "RetainExceptOnCreate"
            || kept.whole["UpdateReplacePolicy"] != "Retain"
        {
            complaints.push(format!("{} goes with the stack", kept.id));
        }
    }
    for id in ["CrmTable", "AuditTable"] {
        let recovery = json!({"PointInTimeRecoveryEnabled": true});
        let table = subject.get(id);
        if table.is_some_and(|it| it.property("PointInTimeRecoverySpecification") != &recovery) {
            complaints.push(format!("{id} cannot be brought back to an earlier time"));
        }
    }
    complaints
}

/// Each bucket is encrypted with the stack's key, versioned, closed to the public and forgets old
/// versions.
pub fn bucket(subject: &Subject) -> Vec<String> {
    let complaint = |bucket: Resource<'_>| {
        let rule = &bucket.property("BucketEncryption")["ServerSideEncryptionConfiguration"][0];
        let with = &rule["ServerSideEncryptionByDefault"];
        let closed = json!({
            "BlockPublicAcls": true, "BlockPublicPolicy": true,
            "IgnorePublicAcls": true, "RestrictPublicBuckets": true,
        });
        let lifecycle = list(&bucket.property("LifecycleConfiguration")["Rules"]);
        [
            (with["SSEAlgorithm"] == "aws:kms", "is not encrypted with KMS"),
            (target(&with["KMSMasterKeyID"]) == Some("Key"), "is not encrypted with our key"),
            (rule["BucketKeyEnabled"] == true, "asks KMS for every object"),
            (bucket.property("VersioningConfiguration")["Status"] == "Enabled", "has no versions"),
            (bucket.property("PublicAccessBlockConfiguration") == &closed, "is open"),
            (
                lifecycle.into_iter().any(|it| !it["NoncurrentVersionExpiration"].is_null()),
                "keeps old versions for ever",
            ),
        ]
        .into_iter()
        .filter(|(kept, _)| !kept)
        .map(|(_, said)| format!("{} {said}", bucket.id))
        .collect::<Vec<_>>()
    };
    subject.all("AWS::S3::Bucket").flat_map(complaint).collect()
}

/// Bucket and queues refuse calls without TLS.
pub fn tls_only(subject: &Subject) -> Vec<String> {
    let guarded: Vec<&str> = statements(subject)
        .into_iter()
        .filter(|(_, statement)| {
            statement["Effect"] == "Deny"
                && statement["Principal"] == "*"
                && statement["Condition"] == json!({"Bool": {"aws:SecureTransport": "false"}})
        })
        .flat_map(|(_, statement)| list(&statement["Resource"]))
        .filter_map(target)
        .collect();
    let kinds = ["AWS::S3::Bucket", "AWS::SQS::Queue"];
    let open = kinds.into_iter().flat_map(|kind| subject.all(kind));
    open.filter(|resource| !guarded.contains(&resource.id))
        .map(|resource| format!("{} answers without TLS", resource.id))
        .collect()
}
