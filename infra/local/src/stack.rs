//! CloudFormation: deploys the template and reads the stack's outputs.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context, Result, bail};

use crate::aws_calls::{Aws, element_text};

/// Name of the stack in the local cloud.
pub const STACK: &str = "mailroom";
/// A local deploy takes about a second; this is the longest wait for one.
const POLLS_MAX: u32 = 1_500;
const POLL_GAP: Duration = Duration::from_millis(200);
const VERSION: (&str, &str) = ("Version", "2010-05-15");

/// What a deployed stack is called by: the template's outputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outputs(BTreeMap<String, String>);

impl Outputs {
    /// The value of one output.
    ///
    /// # Errors
    /// When the template has no output of this name.
    pub fn get(&self, name: &str) -> Result<&str> {
        let value = self.0.get(name).with_context(|| format!("the stack has no output {name}"))?;
        Ok(value)
    }
}

/// Makes the stack from the template at `template_url`, or brings it to that template.
///
/// # Errors
/// When the local cloud refuses the template or a resource of it; the message names the resource.
pub async fn deploy(aws: &Aws, template_url: &str) -> Result<Outputs> {
    let action = if status(aws).await?.is_some() { "UpdateStack" } else { "CreateStack" };
    let parameters = [
        ("StackName", STACK),
        ("TemplateURL", template_url),
        ("Capabilities.member.1", "CAPABILITY_IAM"),
        ("Capabilities.member.2", "CAPABILITY_AUTO_EXPAND"),
        VERSION,
    ];
    match aws.query("cloudformation", action, &parameters).await {
        Ok(_) => settle(aws).await?,
        Err(fault) if fault.to_string().contains("No updates are to be performed") => {}
        Err(fault) => return Err(fault),
    }
    outputs(aws).await
}

/// Reads the outputs of the stack as it stands.
///
/// # Errors
/// When there is no stack.
pub async fn outputs(aws: &Aws) -> Result<Outputs> {
    let parameters = [("StackName", STACK), VERSION];
    let xml = aws.query("cloudformation", "DescribeStacks", &parameters).await?;
    outputs_of(&xml).map(Outputs)
}

fn outputs_of(xml: &str) -> Result<BTreeMap<String, String>> {
    let document = roxmltree::Document::parse(xml).context("reading the stack's outputs")?;
    let mut outputs = BTreeMap::new();
    for node in document.descendants() {
        let text = |name: &str| {
            let child = node.children().find(|child| child.tag_name().name() == name)?;
            child.text().map(str::to_owned)
        };
        if let (Some(key), Some(value)) = (text("OutputKey"), text("OutputValue")) {
            outputs.insert(key, value);
        }
    }
    Ok(outputs)
}

async fn settle(aws: &Aws) -> Result<()> {
    for _ in 0..POLLS_MAX {
        match status(aws).await?.as_deref() {
            Some("CREATE_COMPLETE" | "UPDATE_COMPLETE") => return Ok(()),
            Some(status) if status.ends_with("_IN_PROGRESS") => tokio::time::sleep(POLL_GAP).await,
            other => {
                let status = other.unwrap_or("gone").to_owned();
                bail!("the stack is {status}: {}", reason(aws).await?);
            }
        }
    }
    bail!("the stack was not ready after {POLLS_MAX} looks")
}

async fn status(aws: &Aws) -> Result<Option<String>> {
    let parameters = [("StackName", STACK), VERSION];
    match aws.query("cloudformation", "DescribeStacks", &parameters).await {
        Ok(xml) => Ok(element_text(&xml, "StackStatus")),
        Err(fault) if fault.to_string().contains("does not exist") => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// The first failed resource with what the local cloud says of it.
async fn reason(aws: &Aws) -> Result<String> {
    let parameters = [("StackName", STACK), VERSION];
    let xml = aws.query("cloudformation", "DescribeStackEvents", &parameters).await?;
    let document = roxmltree::Document::parse(&xml).context("reading the stack's events")?;
    let mut failed = document.descendants().filter_map(|node| {
        let text = |name: &str| {
            let child = node.children().find(|child| child.tag_name().name() == name)?;
            child.text()
        };
        let status = text("ResourceStatus").filter(|status| status.ends_with("FAILED"))?;
        let why = text("ResourceStatusReason").unwrap_or("no reason given");
        Some(format!("{} {status}: {why}", text("LogicalResourceId").unwrap_or("?")))
    });
    // Events come newest first; the oldest failure is the cause of the others.
    Ok(failed.next_back().unwrap_or_else(|| "no resource failed".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_are_read_by_key() {
        let xml = "<R><Outputs><member><OutputKey>A</OutputKey><OutputValue>1&amp;2</OutputValue>\
                   </member></Outputs></R>";
        let outputs = Outputs(outputs_of(xml).unwrap());
        assert_eq!(outputs.get("A").unwrap(), "1&2");
        assert!(outputs.get("B").unwrap_err().to_string().contains("no output B"));
    }
}
