//! Rules about alarms.

use crate::{
    subject::{Resource, Subject},
    template::{list, target, text},
};

fn watches(subject: &Subject, id: &str, metric: &str, most: i64) -> Result<(), String> {
    let alarm = subject.all("AWS::CloudWatch::Alarm").find(|alarm| {
        alarm.property("MetricName") == metric
            && list(alarm.property("Dimensions"))
                .into_iter()
                .any(|dimension| target(&dimension["Value"]) == Some(id))
    });
    let Some(alarm) = alarm else { return Err(format!("{id} has no alarm for {metric}")) };
    let threshold = alarm.property("Threshold").as_i64().unwrap_or(i64::MAX);
    if threshold > most {
        return Err(format!("{}: {threshold} is over {most}", alarm.id));
    }
    Ok(())
}

/// Each function has alarms for its first error, its first throttle, and runs near their end.
pub fn functions(subject: &Subject) -> Vec<String> {
    let check = |(_, function): (&str, Resource<'_>)| {
        let timeout_ms = 1000 * function.property("Timeout").as_i64().unwrap_or(3);
        [("Errors", 0), ("Throttles", 0), ("Duration", timeout_ms - 1)]
            .into_iter()
            .filter_map(|(metric, most)| watches(subject, function.id, metric, most).err())
            .collect::<Vec<_>>()
    };
    subject.functions().flat_map(check).collect()
}

/// Each queue has alarms for its depth and for the age of its oldest message, below its retention.
pub fn queues(subject: &Subject) -> Vec<String> {
    let check = |queue: Resource<'_>| {
        let kept = queue.property("MessageRetentionPeriod").as_i64().unwrap_or(345_600);
        [
            ("ApproximateNumberOfMessagesVisible", i64::MAX - 1),
            ("ApproximateAgeOfOldestMessage", kept - 1),
        ]
        .into_iter()
        .filter_map(|(metric, most)| watches(subject, queue.id, metric, most).err())
        .collect::<Vec<_>>()
    };
    subject.all("AWS::SQS::Queue").flat_map(check).collect()
}

/// Each alarm tells the alarm topic, and its name begins with the stack's.
pub fn alarms(subject: &Subject) -> Vec<String> {
    let mut complaints = Vec::new();
    for alarm in subject.all("AWS::CloudWatch::Alarm") {
        let actions = list(alarm.property("AlarmActions"));
        if !actions.into_iter().any(|action| target(action) == Some("AlarmTopic")) {
            complaints.push(format!("{} tells nobody", alarm.id));
        }
        if name(&alarm).is_none() {
            complaints.push(format!("{} has no name of this stack", alarm.id));
        }
    }
    complaints
}

/// Name of an alarm without the stack's.
pub fn name<'a>(alarm: &Resource<'a>) -> Option<&'a str> {
    text(alarm.property("AlarmName"))?.strip_prefix("${AWS::StackName}-")
}
