//! For every rule, templates that break it.

use serde_json::{Value, json};

use crate::{RULES, subject::Subject};

/// One way to break a rule: what is done to the repository, and the name the complaint must hold.
struct Break {
    rule: &'static str,
    named: &'static str,
    how: fn(&mut Subject),
}

fn resource<'a>(subject: &'a mut Subject, id: &str) -> &'a mut Value {
    let resource = &mut subject.template["Resources"][id];
    assert!(!resource.is_null(), "there is no {id} to break");
    resource
}

fn property<'a>(subject: &'a mut Subject, id: &str, name: &str) -> &'a mut Value {
    &mut resource(subject, id)["Properties"][name]
}

fn remove(subject: &mut Subject, id: &str) {
    resource(subject, id);
    subject.template["Resources"].as_object_mut().unwrap().remove(id);
}

fn statement<'a>(subject: &'a mut Subject, role: &str, sid: &str) -> &'a mut Value {
    let policy = &mut property(subject, role, "Policies")[0]["PolicyDocument"];
    let statements = policy["Statement"].as_array_mut().unwrap();
    statements.iter_mut().find(|statement| statement["Sid"] == sid).unwrap()
}

const BREAKS: &[Break] = &[
    Break {
        rule: "one folder and one entry per function",
        named: "functions/new_one",
        how: |subject| {
            subject.folders.insert("new_one".to_owned(), [].into());
        },
    },
    Break {
        rule: "one folder and one entry per function",
        named: "inbound_mail",
        how: |subject| {
            subject.folders.remove("inbound_mail");
        },
    },
    Break {
        rule: "one folder and one entry per function",
        named: "api",
        how: |subject| {
            *property(subject, "Api", "CodeUri") = json!("../target/lambda/inbound_mail/");
        },
    },
    Break {
        rule: "one folder and one entry per function",
        named: "api has two entries",
        how: |subject| {
            let copy = resource(subject, "Api").clone();
            subject.template["Resources"]["Api2"] = copy;
        },
    },
    Break {
        rule: "environment names set are read and read are set",
        named: "api: NEW_NAME is read, not set",
        how: |subject| {
            subject.folders.get_mut("api").unwrap().insert("NEW_NAME".to_owned());
        },
    },
    Break {
        rule: "environment names set are read and read are set",
        named: "inbound_mail: NEW_NAME is set, not read",
        how: |subject| {
            property(subject, "InboundMail", "Environment")["Variables"]["NEW_NAME"] = json!("x");
        },
    },
    Break {
        rule: "one bad record does not block its stream",
        named: "IndexMailMapping does not halve",
        how: |subject| {
            *property(subject, "IndexMailMapping", "BisectBatchOnFunctionError") = Value::Null;
        },
    },
    Break {
        rule: "one bad record does not block its stream",
        named: "IndexMailMapping gives batches up to nowhere",
        how: |subject| *property(subject, "IndexMailMapping", "DestinationConfig") = Value::Null,
    },
    Break {
        rule: "logs are kept for a stated time",
        named: "ApiLogs",
        how: |subject| *property(subject, "ApiLogs", "RetentionInDays") = Value::Null,
    },
    Break {
        rule: "logs are kept for a stated time",
        named: "first_tenant",
        how: |subject| *property(subject, "FirstTenant", "LoggingConfig") = Value::Null,
    },
    Break {
        rule: "one role per function",
        named: "ApiRole",
        how: |subject| {
            *property(subject, "InboundMail", "Role") = json!({"Fn::GetAtt": "ApiRole.Arn"});
        },
    },
    Break {
        rule: "one role per function",
        named: "first_tenant",
        how: |subject| *property(subject, "FirstTenant", "Role") = Value::Null,
    },
    Break {
        rule: "no wildcard without a reason",
        named: "ApiRole Records",
        how: |subject| statement(subject, "ApiRole", "Records")["Resource"] = json!("*"),
    },
    Break {
        rule: "no wildcard without a reason",
        named: "dynamodb:*",
        how: |subject| statement(subject, "ApiRole", "Records")["Action"] = json!("dynamodb:*"),
    },
    Break {
        rule: "no wildcard without a reason",
        named: "InboundMailRole RawMail",
        how: |subject| {
            let whole_bucket = json!({"Fn::Sub": "${MailBucket.Arn}/*"});
            statement(subject, "InboundMailRole", "RawMail")["Resource"] = whole_bucket;
        },
    },
    Break {
        rule: "no wildcard without a reason",
        named: "everybody",
        how: |subject| {
            let policy = property(subject, "ReceiptTopicPolicy", "PolicyDocument");
            policy["Statement"][1]["Principal"] = json!("*");
        },
    },
    Break {
        rule: "the audit table is append-only",
        named: "ApiRole",
        how: |subject| {
            let actions = json!(["dynamodb:PutItem", "dynamodb:DeleteItem"]);
            statement(subject, "ApiRole", "AuditIsAppendOnly")["Action"] = actions;
        },
    },
    Break {
        rule: "failed messages end in a dead-letter queue",
        named: "InboundMailQueue",
        how: |subject| *property(subject, "InboundMailQueue", "RedrivePolicy") = Value::Null,
    },
    Break {
        rule: "failed messages end in a dead-letter queue",
        named: "InboundMailDeadQueue",
        how: |subject| remove(subject, "InboundMailDeadQueue"),
    },
    Break {
        rule: "failed messages end in a dead-letter queue",
        named: "InboundMailQueue gives up after 1 ",
        how: |subject| {
            property(subject, "InboundMailQueue", "RedrivePolicy")["maxReceiveCount"] = json!(1);
        },
    },
    Break {
        rule: "visibility is six times the timeout",
        named: "InboundMail may take 61 s",
        how: |subject| *property(subject, "InboundMail", "Timeout") = json!(61),
    },
    Break {
        rule: "one bad message does not fail its batch",
        named: "InboundMailMapping",
        how: |subject| {
            *property(subject, "InboundMailMapping", "FunctionResponseTypes") = json!([]);
        },
    },
    Break {
        rule: "one bad message does not fail its batch",
        named: "InboundMailMapping",
        how: |subject| *property(subject, "InboundMailMapping", "ScalingConfig") = Value::Null,
    },
    Break {
        rule: "every function is watched",
        named: "Api has no alarm for Errors",
        how: |subject| remove(subject, "ApiErrors"),
    },
    Break {
        rule: "every function is watched",
        named: "FirstTenant has no alarm for Throttles",
        how: |subject| remove(subject, "FirstTenantThrottles"),
    },
    Break {
        rule: "every function is watched",
        named: "InboundMailDuration",
        how: |subject| *property(subject, "InboundMailDuration", "Threshold") = json!(60_000),
    },
    Break {
        rule: "every queue is watched",
        named: "InboundMailQueue has no alarm for ApproximateAgeOfOldestMessage",
        how: |subject| remove(subject, "InboundMailAge"),
    },
    Break {
        rule: "every queue is watched",
        named: "InboundMailDeadAge",
        how: |subject| *property(subject, "InboundMailDeadAge", "Threshold") = json!(1_209_600),
    },
    Break {
        rule: "every queue is watched",
        named: "InboundMailDeadQueue has no alarm for ApproximateNumberOfMessagesVisible",
        how: |subject| remove(subject, "InboundMailDeadDepth"),
    },
    Break {
        rule: "alarms tell somebody and have their names",
        named: "ApiErrors tells nobody",
        how: |subject| *property(subject, "ApiErrors", "AlarmActions") = json!([]),
    },
    Break {
        rule: "alarms tell somebody and have their names",
        named: "ApiErrors",
        how: |subject| *property(subject, "ApiErrors", "AlarmName") = json!("errors"),
    },
    Break {
        rule: "tables have the keys the code uses",
        named: "AuditTable",
        how: |subject| {
            property(subject, "AuditTable", "KeySchema")[1]["AttributeName"] = json!("at");
        },
    },
    Break {
        rule: "tables have the keys the code uses",
        named: "DeliveryTable has other indexes",
        how: |subject| {
            *property(subject, "DeliveryTable", "GlobalSecondaryIndexes") = Value::Null;
        },
    },
    Break {
        rule: "tables have the keys the code uses",
        named: "CrmTable does not forget",
        how: |subject| {
            *property(subject, "CrmTable", "TimeToLiveSpecification") = Value::Null;
        },
    },
    Break {
        rule: "tables have the keys the code uses",
        named: "CrmTable is not paid by use",
        how: |subject| *property(subject, "CrmTable", "BillingMode") = json!("PROVISIONED"),
    },
    Break {
        rule: "tables have the keys the code uses",
        named: "CrmTable has a key that is not text",
        how: |subject| {
            property(subject, "CrmTable", "AttributeDefinitions")[0]["AttributeType"] = json!("N");
        },
    },
    Break {
        rule: "tables have the keys the code uses",
        named: "there is no AuditTable",
        how: |subject| remove(subject, "AuditTable"),
    },
    Break {
        rule: "data outlives the stack",
        named: "StackSecret",
        how: |subject| resource(subject, "StackSecret")["DeletionPolicy"] = Value::Null,
    },
    Break {
        rule: "data outlives the stack",
        named: "CrmTable cannot be brought back",
        how: |subject| {
            *property(subject, "CrmTable", "PointInTimeRecoverySpecification") = Value::Null;
        },
    },
    Break {
        rule: "the bucket is closed and encrypted",
        named: "MailBucket is open",
        how: |subject| {
            let block = property(subject, "MailBucket", "PublicAccessBlockConfiguration");
            block["BlockPublicAcls"] = json!(false);
        },
    },
    Break {
        rule: "the bucket is closed and encrypted",
        named: "MailBucket is not encrypted",
        how: |subject| *property(subject, "MailBucket", "BucketEncryption") = Value::Null,
    },
    Break {
        rule: "the bucket is closed and encrypted",
        named: "MailBucket has no versions",
        how: |subject| *property(subject, "MailBucket", "VersioningConfiguration") = Value::Null,
    },
    Break {
        rule: "the bucket is closed and encrypted",
        named: "MailBucket keeps old versions",
        how: |subject| *property(subject, "MailBucket", "LifecycleConfiguration") = Value::Null,
    },
    Break {
        rule: "bucket and queues take TLS only",
        named: "MailBucket",
        how: |subject| remove(subject, "MailBucketPolicy"),
    },
    Break {
        rule: "bucket and queues take TLS only",
        named: "InboundMailDeadQueue",
        how: |subject| {
            let policy = property(subject, "InboundMailDeadQueuePolicy", "PolicyDocument");
            policy["Statement"][0]["Effect"] = json!("Allow");
        },
    },
    Break {
        rule: "routes are explicit",
        named: "$default",
        how: |subject| *property(subject, "RouteGetHealth", "RouteKey") = json!("$default"),
    },
    Break {
        rule: "routes are explicit",
        named: "ANY /v1/health",
        how: |subject| *property(subject, "RouteGetHealth", "RouteKey") = json!("ANY /v1/health"),
    },
    Break {
        rule: "routes are explicit",
        named: "takes every path",
        how: |subject| {
            *property(subject, "RouteGetHealth", "RouteKey") = json!("GET /v1/{proxy+}");
        },
    },
    Break {
        rule: "routes are explicit",
        named: "stands twice",
        how: |subject| *property(subject, "RouteGetHealth", "RouteKey") = json!("GET /v1/limits"),
    },
    Break {
        rule: "routes are explicit",
        named: "RouteGetHealth does not go",
        how: |subject| *property(subject, "RouteGetHealth", "Target") = Value::Null,
    },
];

#[test]
fn a_broken_template_is_caught_by_its_rule_and_by_name() {
    for case in BREAKS {
        let rule = RULES.iter().find(|rule| rule.name == case.rule);
        let rule = rule.unwrap_or_else(|| panic!("there is no rule {:?}", case.rule));
        let mut subject = Subject::of_the_repository();
        let before = (rule.check)(&subject);
        (case.how)(&mut subject);
        let mut complaints = (rule.check)(&subject);
        complaints.retain(|complaint| !before.contains(complaint));
        assert!(
            complaints.iter().any(|complaint| complaint.contains(case.named)),
            "{}: nothing said of {:?}: {complaints:?}",
            case.rule,
            case.named
        );
    }
}

#[test]
fn every_rule_can_fail() {
    for rule in RULES {
        assert!(BREAKS.iter().any(|case| case.rule == rule.name), "nothing breaks {:?}", rule.name);
    }
}
