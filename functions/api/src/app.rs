//! What every handler works with.

use std::sync::Arc;

use aws::cloud::Cloud;
use aws::sns_topics::SnsTopics;
use aws::sqs_queue::SqsQueue;
use domain::topic::NoTopicArn;
use flows::ports::{MailArchive, MailSender, Records, SuppressionList, WorkQueue};
use flows::search_index::TableIndex;
use flows::take_topic_message::TopicPorts;

/// The environment names that the function reads.
pub const SETTINGS: [&str; 9] = [
    "CRM_TABLE",
    "DELIVERY_TABLE",
    "AUDIT_TABLE",
    "MAIL_BUCKET",
    "INBOUND_QUEUE_URL",
    "STACK_SECRET_ARN",
    "CONFIGURATION_SET",
    "EVENTS_QUEUE_URL",
    "EVENT_TOPICS",
];

/// The ports of the API. Cheap to clone: every request has one.
#[derive(Clone)]
pub struct App {
    /// Tables, clock, randomness and the stack's secret.
    pub records: Records,
    /// Raw mail and attachments.
    pub archive: Arc<dyn MailArchive>,
    /// Where work for other functions goes.
    pub queue: Arc<dyn WorkQueue>,
    /// Who sends mail.
    pub sender: Arc<dyn MailSender>,
    /// The provider's own list of addresses it does not mail.
    pub suppression_list: Arc<dyn SuppressionList>,
    /// The topics that tell over HTTPS what became of mail.
    pub topics: TopicPorts,
}

impl App {
    /// The index that mail and people are found by.
    pub fn index(&self) -> TableIndex {
        TableIndex::new(&self.records)
    }
}

/// The ports of topics that tell over HTTPS: their list as the environment names it, SNS, and the queue
/// of that URL.
///
/// # Errors
/// The list names what is no topic.
pub fn topics(cloud: &Cloud, queue_url: String, list: &str) -> Result<TopicPorts, NoTopicArn> {
    Ok(TopicPorts {
        allowed: Arc::new(list.parse()?),
        provider: Arc::new(SnsTopics::new()),
        queue: Arc::new(SqsQueue::new(cloud, queue_url)),
    })
}
