//! The work queue on SQS.

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use flows::ports::{PortFault, Work, WorkQueue};

use crate::cloud::Cloud;

/// A standard queue: at least once, in any order.
pub struct SqsQueue {
    client: Client,
    url: String,
}

impl SqsQueue {
    /// The queue of that URL. No call yet.
    pub fn new(cloud: &Cloud, url: String) -> Self {
        Self { client: Client::new(&cloud.of("SQS")), url }
    }
}

#[async_trait]
impl WorkQueue for SqsQueue {
    async fn put(&self, work: &Work) -> Result<(), PortFault> {
        let body = serde_json::to_string(work).map_err(fault)?;
        let request = self.client.send_message().queue_url(&self.url).message_body(body);
        request.send().await.map(drop).map_err(fault)
    }
}

fn fault(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> PortFault {
    PortFault { port: "work queue", operation: "put", source: source.into() }
}

#[cfg(test)]
mod tests {
    use domain::ids::IntakeId;
    use domain::timestamp::Timestamp;

    use super::*;
    use crate::loopback::{Answer, Loopback};

    #[tokio::test]
    async fn work_becomes_the_body_of_a_message() {
        let server = Loopback::answering([Answer::Text(200, r#"{"MessageId":"1"}"#.to_owned())]);
        let server = server.await;
        let queue = SqsQueue::new(&server.cloud, "http://queue.example/1/inbound_mail".to_owned());
        let intake = IntakeId::from_parts(Timestamp::default(), 5);
        queue.put(&Work::RetryIntake(intake)).await.unwrap();
        let body = server.asked()[0].body.clone();
        assert!(body.contains(&format!(r#"{{\"retry_intake\":\"{intake}\"}}"#)), "{body}");
    }
}
