//! The local SES and the production adapters of SES agree, and its events are those that crate `mail`
//! reads from AWS's.

use std::collections::BTreeSet;

use aws::cloud::Cloud;
use aws::ses_sender::SesSender;
use bytes::Bytes;
use domain::email_address::EmailAddress;
use flows::ports::{MailSender, OutgoingMail, SendFault, Sent};
use http::Method;
use local::aws_calls::{Aws, element_text};
use local::ses::LocalSes;
use local::ses::outcome::Outcome;
use serde_json::{Value, json};

use crate::cloud;

/// A configuration set of one test, whose events come to a queue of its own.
struct Post {
    ses: &'static LocalSes,
    aws: Aws,
    queue_url: String,
    sender: SesSender,
}

impl Post {
    async fn open(name: &str) -> Self {
        let (ses, aws) = cloud::ses();
        let text = |xml: &str, element: &str| element_text(xml, element).expect("an answer");
        let version = ("Version", "2010-03-31");
        let topic = aws.query("sns", "CreateTopic", &[("Name", name), version]).await.unwrap();
        let topic = text(&topic, "TopicArn");
        let queue_arn = format!("arn:aws:sqs:eu-west-1:000000000000:{name}");
        // Policies are in force: a topic needs the queue's leave.
        let policy = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage", "Resource": queue_arn,
        }]});
        let attributes = json!({"Policy": policy.to_string()});
        let queue = json!({"QueueName": name, "Attributes": attributes});
        let queue = aws.json("sqs", "AmazonSQS.CreateQueue", &queue).await.unwrap();
        let queue_url = queue["QueueUrl"].as_str().unwrap().to_owned();
        let subscription = [
            ("TopicArn", topic.as_str()),
            ("Protocol", "sqs"),
            ("Endpoint", &queue_arn),
            ("Attributes.entry.1.key", "RawMessageDelivery"),
            ("Attributes.entry.1.value", "true"),
            version,
        ];
        aws.query("sns", "Subscribe", &subscription).await.unwrap();
        let set = json!({"ConfigurationSetName": name});
        let sets = "/v2/email/configuration-sets";
        post(&aws, sets, &set).await;
        let kinds = ["SEND", "DELIVERY", "BOUNCE", "COMPLAINT", "REJECT", "DELIVERY_DELAY"];
        let destination = json!({"EventDestinationName": "events", "EventDestination": {
            "Enabled": true, "MatchingEventTypes": kinds, "SnsDestination": {"TopicArn": topic},
        }});
        post(&aws, &format!("{sets}/{name}/event-destinations"), &destination).await;
        let sender = SesSender::new(&Cloud::at(&ses.endpoint()), Some(name.to_owned()));
        Self { ses, aws, queue_url, sender }
    }

    async fn send(&self, to: &[&str]) -> Result<Sent, SendFault> {
        self.sender.send(&mail(to)).await
    }

    /// So many events, as they came.
    async fn events(&self, wanted: usize) -> Vec<Value> {
        let mut events = Vec::new();
        for _ in 0..100 {
            let ask = json!({"QueueUrl": self.queue_url, "MaxNumberOfMessages": 10});
            let got = self.aws.json("sqs", "AmazonSQS.ReceiveMessage", &ask).await.unwrap();
            for message in got["Messages"].as_array().into_iter().flatten() {
                let receipt = &message["ReceiptHandle"];
                let done = json!({"QueueUrl": self.queue_url, "ReceiptHandle": receipt});
                self.aws.json("sqs", "AmazonSQS.DeleteMessage", &done).await.unwrap();
                events.push(serde_json::from_str(message["Body"].as_str().unwrap()).unwrap());
            }
            if events.len() >= wanted {
                return events;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("{wanted} events wanted: {events:#?}");
    }
}

async fn post(aws: &Aws, path: &str, body: &Value) {
    let answer = aws.rest("ses", Method::POST, path, body.to_string().into()).await.unwrap();
    answer.success(path).unwrap();
}

fn mail(to: &[&str]) -> OutgoingMail {
    let address = |text: &&str| EmailAddress::parse(text).unwrap();
    OutgoingMail {
        from: EmailAddress::parse("sales@crm.example.com").unwrap(),
        to: to.iter().map(address).collect(),
        mime: Bytes::from(
            "From: Sales <sales@crm.example.com>\r\nBcc: boss@example.org\r\nSubject: Offer\r\n\
             Message-ID: <own@crm.example.com>\r\n\r\nHello\r\n",
        ),
        tags: vec![("tenant".to_owned(), "ten_1".to_owned())],
    }
}

fn names(events: &[Value]) -> BTreeSet<String> {
    events.iter().map(|event| event["eventType"].as_str().unwrap().to_owned()).collect()
}

fn on_ses(test: impl Future<Output = ()>) {
    // Started outside of the runtime that the test runs in.
    let _ = cloud::ses();
    cloud::runtime().block_on(test);
}

#[test]
fn a_mail_of_the_sender_lies_in_the_outbox_with_the_header_fields_of_ses() {
    on_ses(async {
        let post = Post::open("outbox").await;
        let sent = post.send(&["success@simulator.amazonses.com"]).await.unwrap();
        let outbox = post.ses.outbox().unwrap();
        let kept = outbox.iter().find(|mail| mail.id == sent.provider_id).unwrap();
        let mime = String::from_utf8(kept.mime.clone()).unwrap();
        assert!(mime.starts_with(&format!("Message-ID: <{}>", kept.header_id())), "{mime}");
        assert!(!mime.contains("own@crm") && !mime.contains("boss@"), "{mime}");
        assert_eq!(kept.configuration_set.as_deref(), Some("outbox"));
        assert_eq!(names(&post.events(2).await), ["Delivery", "Send"].map(str::to_owned).into());
    });
}

#[test]
fn events_name_every_recipient_and_every_tag_and_are_read_like_those_of_aws() {
    on_ses(async {
        let post = Post::open("bounces").await;
        let (ses, full) = (post.ses, "full@bounces.example.org");
        ses.set_outcome(full, Outcome::MailboxFull).unwrap();
        ses.set_outcome("@gone.bounces.example.org", Outcome::NoEmail).unwrap();
        let gone = ["a@gone.bounces.example.org", "b@gone.bounces.example.org"];
        post.send(&[full, gone[0], gone[1]]).await.unwrap();
        let events = post.events(3).await;
        let bounces: Vec<&Value> =
            events.iter().filter(|event| event["eventType"] == "Bounce").collect();
        let of = |kind: &str| bounces.iter().find(|e| e["bounce"]["bounceType"] == kind).unwrap();
        let permanent = of("Permanent");
        assert_eq!(permanent["bounce"]["bounceSubType"], "NoEmail");
        assert_eq!(permanent["bounce"]["bouncedRecipients"].as_array().unwrap().len(), 2);
        assert_eq!(permanent["mail"]["tags"]["tenant"], json!(["ten_1"]));
        assert_eq!(permanent["mail"]["tags"]["ses:configuration-set"], json!(["bounces"]));
        assert_eq!(permanent["mail"]["destination"].as_array().unwrap().len(), 3);
        let text = of("Transient").to_string();
        let read = mail::bounce::ses_event::decode(text.as_bytes()).expect("an event of SES");
        assert_eq!(read.reports.len(), 1);
        assert!(gone.iter().all(|address| ses.suppressed().contains(&(*address).to_owned())));
        assert!(!ses.suppressed().contains(&full.to_owned()));
    });
}

#[test]
fn what_is_on_the_accounts_list_bounces_as_such() {
    on_ses(async {
        let post = Post::open("listed").await;
        let to = "listed@listed.example.org";
        post.ses.set_outcome(to, Outcome::Complaint).unwrap();
        post.send(&[to]).await.unwrap();
        let first = names(&post.events(3).await);
        assert_eq!(first, ["Complaint", "Delivery", "Send"].map(str::to_owned).into());
        post.send(&[to]).await.unwrap();
        let events = post.events(2).await;
        let bounce = events.iter().find(|event| event["eventType"] == "Bounce").unwrap();
        assert_eq!(bounce["bounce"]["bounceSubType"], "OnAccountSuppressionList");
    });
}

#[test]
fn a_delayed_mail_is_delivered_later_and_a_rejected_one_never() {
    on_ses(async {
        let post = Post::open("delays").await;
        let (late, bad) = ("late@delays.example.org", "bad@delays.example.org");
        post.ses.set_outcome(late, Outcome::Delayed).unwrap();
        post.ses.set_outcome(bad, Outcome::Reject).unwrap();
        post.send(&[late, bad]).await.unwrap();
        let all = ["Delivery", "DeliveryDelay", "Reject", "Send"].map(str::to_owned);
        let events = post.events(all.len()).await;
        assert_eq!(names(&events), all.into());
        let delivery = events.iter().find(|event| event["eventType"] == "Delivery").unwrap();
        assert_eq!(delivery["delivery"]["recipients"], json!([late]));
    });
}

#[test]
fn faults_of_the_call_are_those_that_the_sender_tells_apart() {
    on_ses(async {
        let post = Post::open("faults").await;
        let word = |fault: SendFault| match fault {
            SendFault::Throttled => "throttled",
            SendFault::Rejected(_) => "rejected",
            SendFault::NotSent(_) => "not sent",
            SendFault::Unknown(_) => "unknown",
        };
        for (outcome, told, goes_out) in [
            (Outcome::Throttled, "throttled", 0),
            (Outcome::Refused, "rejected", 0),
            (Outcome::LostRequest, "unknown", 0),
            (Outcome::LostAnswer, "unknown", 1),
        ] {
            let to = format!("{outcome:?}@faults.example.org").to_lowercase();
            post.ses.set_outcome(&to, outcome).unwrap();
            assert_eq!(word(post.send(&[&to]).await.unwrap_err()), told, "{outcome:?}");
            let outbox = post.ses.outbox().unwrap();
            let sent = outbox.iter().filter(|mail| mail.to.contains(&to)).count();
            assert_eq!(sent, goes_out, "{outcome:?}");
        }
        let nowhere = Cloud::at(&post.ses.endpoint());
        let nowhere = SesSender::new(&nowhere, Some("no-such-set".to_owned()));
        let fault = nowhere.send(&mail(&["a@faults.example.org"])).await.unwrap_err();
        assert_eq!(word(fault), "rejected");
    });
}
