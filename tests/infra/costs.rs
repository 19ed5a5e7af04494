//! What the documents say that a stack costs while nothing happens follows from the template.

use std::fs;

use crate::subject::{Subject, root};

/// Cents a month: a KMS key, a secret, an alarm (AWS's price pages, us-east-1).
const CENTS: [(&str, usize); 3] =
    [("AWS::KMS::Key", 100), ("AWS::SecretsManager::Secret", 40), ("AWS::CloudWatch::Alarm", 10)];

#[test]
fn the_documents_tell_what_a_stack_without_mail_costs() {
    let subject = Subject::of_the_repository();
    let count = |kind: &str| subject.all(kind).count();
    let cents: usize = CENTS.iter().map(|(kind, each)| count(kind) * each).sum();
    let dollars = |cents: usize| format!("{}.{:02}", cents / 100, cents % 100);

    let alarms = count("AWS::CloudWatch::Alarm");
    let page = fs::read_to_string(root().join("infra/README-deploy.md")).unwrap();
    let told = format!("{alarms} alarms {}, so about {};", dollars(alarms * 10), dollars(cents));
    assert!(page.contains(&told), "infra/README-deploy.md does not say \"{told}\"");

    let page = fs::read_to_string(root().join("README.md")).unwrap();
    let told = format!("costs about {} dollars a month", dollars(cents));
    assert!(page.contains(&told), "README.md does not say \"{told}\"");
}
