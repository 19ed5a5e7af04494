//! The rules of `infra/`, read from the template as data.
//!
//! A rule is a function from what it looks at to a list of complaints, each naming the function or
//! resource at fault. `broken.rs` holds for every rule at least one template that breaks it, so that no rule
//! is one that cannot fail.

mod access_rules;
mod broken;
mod costs;
mod data_rules;
mod function_rules;
mod queue_rules;
mod route_rules;
mod runbook;
mod subject;
mod template;
mod validators;
mod watch_rules;

use subject::Subject;

/// One rule: its name and how it is checked.
pub struct Rule {
    pub name: &'static str,
    pub check: fn(&Subject) -> Vec<String>,
}

/// All rules.
pub const RULES: &[Rule] = &[
    Rule { name: "one folder and one entry per function", check: function_rules::folders },
    Rule { name: "environment names set are read and read are set", check: function_rules::names },
    Rule { name: "logs are kept for a stated time", check: function_rules::logs },
    Rule { name: "one role per function", check: access_rules::own_role },
    Rule { name: "no wildcard without a reason", check: access_rules::wildcards },
    Rule { name: "the audit table is append-only", check: access_rules::audit_append_only },
    Rule { name: "failed messages end in a dead-letter queue", check: queue_rules::dead_letters },
    Rule { name: "visibility is six times the timeout", check: queue_rules::visibility },
    Rule { name: "one bad message does not fail its batch", check: queue_rules::partial_batches },
    Rule { name: "one bad record does not block its stream", check: queue_rules::stream_batches },
    Rule { name: "every function is watched", check: watch_rules::functions },
    Rule { name: "every queue is watched", check: watch_rules::queues },
    Rule { name: "alarms tell somebody and have their names", check: watch_rules::alarms },
    Rule { name: "tables have the keys the code uses", check: data_rules::tables },
    Rule { name: "data outlives the stack", check: data_rules::outlives },
    Rule { name: "the bucket is closed and encrypted", check: data_rules::bucket },
    Rule { name: "bucket and queues take TLS only", check: data_rules::tls_only },
    Rule { name: "routes are explicit", check: route_rules::explicit },
];

#[test]
fn the_template_keeps_every_rule() {
    let subject = Subject::of_the_repository();
    let complaints: Vec<String> = RULES
        .iter()
        .flat_map(|rule| {
            (rule.check)(&subject).into_iter().map(|said| format!("{}: {said}", rule.name))
        })
        .collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}
