//! Rules about functions: folders, environment, logs.

use std::collections::BTreeSet;

use crate::{subject::Subject, template};

/// Each function has one folder under `functions/` and one entry with the same name.
pub fn folders(subject: &Subject) -> Vec<String> {
    let mut complaints = Vec::new();
    let mut entries = BTreeSet::new();
    for (name, function) in subject.functions() {
        if !entries.insert(name) {
            complaints.push(format!("{name} has two entries"));
        }
        if !subject.folders.contains_key(name) {
            complaints.push(format!("{name} ({}) has no folder functions/{name}", function.id));
        }
        if function.id != camel_case(name) {
            complaints.push(format!("{name} is named {} in the template", function.id));
        }
        let code = function.property("CodeUri");
        if code != &format!("../target/lambda/{name}/") {
            complaints.push(format!("{name} runs the code of {code}"));
        }
    }
    let without_entry = subject.folders.keys().filter(|name| !entries.contains(name.as_str()));
    complaints.extend(without_entry.map(|name| format!("functions/{name} has no entry")));
    complaints
}

/// Each environment name set for a function is read by its code, and each one read is set.
pub fn names(subject: &Subject) -> Vec<String> {
    let mut complaints = Vec::new();
    for (name, function) in subject.functions() {
        let variables = &function.property("Environment")["Variables"];
        let set: BTreeSet<String> =
            variables.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
        let Some(read) = subject.folders.get(name) else { continue };
        complaints.extend(set.difference(read).map(|it| format!("{name}: {it} is set, not read")));
        complaints.extend(read.difference(&set).map(|it| format!("{name}: {it} is read, not set")));
    }
    complaints
}

/// Each function writes to a log group of its own, and each log group ends its entries.
pub fn logs(subject: &Subject) -> Vec<String> {
    let mut complaints = Vec::new();
    for (name, function) in subject.functions() {
        let group = template::target(&function.property("LoggingConfig")["LogGroup"]);
        let group = group.and_then(|group| subject.get(group));
        let owned = group.is_some_and(|group| {
            let text = template::text(group.property("LogGroupName")).unwrap_or_default();
            text == format!("/aws/lambda/${{AWS::StackName}}-{name}")
        });
        if !owned {
            complaints.push(format!("{name} has no log group of its own"));
        }
    }
    for group in subject.all("AWS::Logs::LogGroup") {
        if group.property("RetentionInDays").is_null() {
            complaints.push(format!("{} keeps logs for ever", group.id));
        }
    }
    complaints
}

/// `inbound_mail` to `InboundMail`.
fn camel_case(name: &str) -> String {
    name.split('_')
        .map(|word| word[..1].to_ascii_uppercase() + &word[1..])
        .collect::<Vec<_>>()
        .concat()
}
