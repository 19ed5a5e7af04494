//! The runbook has one paragraph per alarm.

use std::{collections::BTreeSet, fs};

use crate::{
    subject::{Subject, root},
    watch_rules::name,
};

#[test]
fn the_runbook_has_one_paragraph_for_each_alarm_and_no_other() {
    let subject = Subject::of_the_repository();
    let alarms: BTreeSet<String> = subject
        .all("AWS::CloudWatch::Alarm")
        .filter_map(|alarm| name(&alarm).map(str::to_owned))
        .collect();
    let runbook = fs::read_to_string(root().join("infra/runbook.md")).unwrap();
    let mut paragraphs = BTreeSet::new();
    for section in runbook.split("\n## ").skip(1) {
        let (heading, text) = section.split_once('\n').unwrap();
        assert!(paragraphs.insert(heading.trim().to_owned()), "{heading} stands twice");
        assert!(text.trim().len() > 100, "{heading} says too little to act on");
    }
    assert_eq!(paragraphs, alarms);
}
