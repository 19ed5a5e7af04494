//! Rules about queues and what reads them.

use crate::{
    subject::{Resource, Subject},
    template::{list, target},
};

/// Tries a message gets before it is given up.
const TRIES: i64 = 5;

/// The queues messages are given up to, and batches of streams.
fn dead_letter_queues(subject: &Subject) -> Vec<&str> {
    let of_queues = subject.all("AWS::SQS::Queue").filter_map(|queue| dead_letter_queue(&queue));
    let of_schedules = subject
        .all("AWS::Scheduler::Schedule")
        .filter_map(|schedule| target(&schedule.property("Target")["DeadLetterConfig"]["Arn"]));
    let of_streams = streams(subject).filter_map(|stream| given_up_to(&stream));
    of_queues.chain(of_schedules).chain(of_streams).collect()
}

/// The mappings of streams, which alone have a starting position.
fn streams(subject: &Subject) -> impl Iterator<Item = Resource<'_>> {
    let all = subject.all("AWS::Lambda::EventSourceMapping");
    all.filter(|mapping| !mapping.property("StartingPosition").is_null())
}

/// The mappings of queues.
fn queues(subject: &Subject) -> impl Iterator<Item = Resource<'_>> {
    let all = subject.all("AWS::Lambda::EventSourceMapping");
    all.filter(|mapping| mapping.property("StartingPosition").is_null())
}

fn given_up_to<'a>(stream: &Resource<'a>) -> Option<&'a str> {
    target(&stream.property("DestinationConfig")["OnFailure"]["Destination"])
}

/// A batch of a stream that fails is halved, tried a bounded number of times, and given up to a queue:
/// else one record blocks its shard until the stream forgets it.
pub fn stream_batches(subject: &Subject) -> Vec<String> {
    let mut complaints = Vec::new();
    for stream in streams(subject) {
        let id = stream.id;
        if stream.property("BisectBatchOnFunctionError") != true {
            complaints.push(format!("{id} does not halve a batch that fails"));
        }
        if stream.property("MaximumRetryAttempts").as_i64().is_none_or(|tries| tries < TRIES) {
            complaints.push(format!("{id} has no bound of its tries, or too low a one"));
        }
        if given_up_to(&stream).is_none_or(|queue| subject.get(queue).is_none()) {
            complaints.push(format!("{id} gives batches up to nowhere"));
        }
        let types = list(stream.property("FunctionResponseTypes"));
        if !types.into_iter().any(|one| one == "ReportBatchItemFailures") {
            complaints.push(format!("{id} fails whole batches"));
        }
    }
    complaints
}

fn dead_letter_queue<'a>(queue: &Resource<'a>) -> Option<&'a str> {
    target(&queue.property("RedrivePolicy")["deadLetterTargetArn"])
}

/// Each queue that is not itself a dead-letter queue has one, after five tries.
pub fn dead_letters(subject: &Subject) -> Vec<String> {
    let dead = dead_letter_queues(subject);
    let mut complaints = Vec::new();
    for queue in subject.all("AWS::SQS::Queue").filter(|queue| !dead.contains(&queue.id)) {
        match dead_letter_queue(&queue) {
            None => complaints.push(format!("{} has no dead-letter queue", queue.id)),
            Some(dead) if subject.get(dead).is_none() => {
                complaints.push(format!("{}: there is no queue {dead}", queue.id));
            }
            Some(_) => {}
        }
        let tries = &queue.property("RedrivePolicy")["maxReceiveCount"];
        if tries != TRIES {
            complaints.push(format!("{} gives up after {tries} tries, not {TRIES}", queue.id));
        }
    }
    complaints
}

/// A message stays hidden for six times the timeout of its function (AWS Lambda Developer Guide, "Using
/// Lambda with Amazon SQS"), else a slow batch comes a second time.
pub fn visibility(subject: &Subject) -> Vec<String> {
    let mut complaints = Vec::new();
    for mapping in queues(subject) {
        let function = target(mapping.property("FunctionName")).and_then(|id| subject.get(id));
        let queue = target(mapping.property("EventSourceArn")).and_then(|id| subject.get(id));
        let (Some(function), Some(queue)) = (function, queue) else {
            complaints.push(format!("{} joins no function to a queue", mapping.id));
            continue;
        };
        let timeout = function.property("Timeout").as_i64().unwrap_or(i64::MAX / 6);
        let visible = queue.property("VisibilityTimeout").as_i64().unwrap_or(30);
        if visible < 6 * timeout {
            complaints.push(format!(
                "{} hides messages for {visible} s, {} may take {timeout} s",
                queue.id, function.id
            ));
        }
    }
    complaints
}

/// Each mapping of a queue takes word of single failed messages, and its concurrency is a parameter.
pub fn partial_batches(subject: &Subject) -> Vec<String> {
    let mut complaints = Vec::new();
    for mapping in queues(subject) {
        let types = list(mapping.property("FunctionResponseTypes"));
        if !types.into_iter().any(|one| one == "ReportBatchItemFailures") {
            complaints.push(format!("{} fails whole batches", mapping.id));
        }
        let concurrency = target(&mapping.property("ScalingConfig")["MaximumConcurrency"]);
        let parameters = &subject.template["Parameters"];
        if concurrency.is_none_or(|name| parameters[name].is_null()) {
            complaints.push(format!("{} has no parameter for its concurrency", mapping.id));
        }
    }
    complaints
}
