//! CloudWatch: the alarms of the stack and their states.

use anyhow::{Context, Result};

use crate::aws_calls::Aws;

/// One alarm of the stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// Name, e.g. `mailroom-inbound_mail-errors`.
    pub name: String,
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub state: String,
}

/// Reads all alarms whose names begin with the stack's name.
///
/// # Errors
/// When the local cloud's answer cannot be read.
pub async fn list(aws: &Aws, stack: &str) -> Result<Vec<Alarm>> {
    let parameters = [("AlarmNamePrefix", stack), ("MaxRecords", "100"), ("Version", "2010-08-01")];
    let xml = aws.query("monitoring", "DescribeAlarms", &parameters).await?;
    let document = roxmltree::Document::parse(&xml).context("reading the alarms")?;
    let named = |node: &roxmltree::Node<'_, '_>, name: &str| {
        let child = node.children().find(|child| child.tag_name().name() == name)?;
        child.text().map(str::to_owned)
    };
    let alarms = document.descendants().filter_map(|node| {
        Some(Alarm { name: named(&node, "AlarmName")?, state: named(&node, "StateValue")? })
    });
    Ok(alarms.collect())
}
