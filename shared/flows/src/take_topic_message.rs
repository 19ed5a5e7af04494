//! What a topic tells over HTTPS, from a request that anybody can make to the queue of mail events (H1).
//!
//! ```text
//! 1 the topic is one that we listen to
//! 2 the message is of this hour, and its URLs lead to the provider of the topic's own region
//! 3 its signature is that of the certificate it names
//! 4 a notification goes to the queue, as if it had come there by itself;
//!   a subscription is confirmed, the end of one is told
//! ```
//! Nothing is remembered of a message: one that comes again within the hour goes to the queue again,
//! and facts that are known change nothing. Source: "Verifying the signatures of Amazon SNS messages".

mod provider_url;
mod signed_text;

use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::limits::{TOPIC_CLOCK_AHEAD_MAX, TOPIC_MESSAGE_AGE_MAX};
use domain::refusal::{RefusalCode, Refused};
use domain::timestamp::Timestamp;
use domain::topic::{TopicArn, TopicList};

pub use provider_url::{certificate_url, confirmation_url};
pub use signed_text::signed_text;

use crate::error::FlowError;
use crate::ports::{PortFault, TopicNote, Work, WorkQueue};

/// A message as the topic wrote it: nothing of it is believed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicMessage {
    /// What it is.
    pub sort: Sort,
    /// Its id.
    pub id: String,
    /// The topic it says to be of.
    pub topic: String,
    /// What it tells.
    pub message: String,
    /// When it was told, as it is written.
    pub told_at: String,
    /// How it is signed: `1` or `2`.
    pub signature_version: String,
    /// The signature, in base64.
    pub signature: String,
    /// Where the certificate of its key is.
    pub certificate_url: String,
}

/// What a message of a topic is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sort {
    /// It tells something.
    Notification {
        /// Its subject, where it has one.
        subject: Option<String>,
    },
    /// It asks whether we want to be told.
    SubscriptionConfirmation(Confirmation),
    /// It says that we are told no more.
    UnsubscribeConfirmation(Confirmation),
}

/// How a subscription is confirmed, or taken up again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// What proves that the question reached us.
    pub token: String,
    /// What to ask for.
    pub url: String,
}

/// How a text is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureVersion {
    /// RSA over SHA-1.
    One,
    /// RSA over SHA-256.
    Two,
}

/// A text with its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedText {
    /// The text.
    pub text: String,
    /// How it is signed.
    pub version: SignatureVersion,
    /// The signature, in base64.
    pub signature: String,
    /// Where the certificate is.
    pub certificate_url: String,
}

impl SignedText {
    /// The octets of the signature; none where it is no base64.
    pub fn signature_octets(&self) -> Option<Vec<u8>> {
        STANDARD.decode(&self.signature).ok()
    }
}

/// What a signature turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The certificate's owner signed the text.
    Genuine,
    /// He did not.
    Wrong,
    /// There is no certificate there, or none that is valid now.
    NoCertificate,
}

/// The provider of topics, who says which signatures are his.
#[async_trait]
pub trait TopicProvider: Send + Sync {
    /// Whether a text is signed by the owner of the certificate at that URL, which is known to be one
    /// of the provider.
    async fn verify(&self, signed: &SignedText, now: Timestamp) -> Result<Verdict, PortFault>;

    /// Asks for the URL that confirms a subscription; false where the provider refuses.
    async fn confirm(&self, url: &str) -> Result<bool, PortFault>;
}

/// What the flow works with.
#[derive(Clone)]
pub struct TopicPorts {
    /// The topics that we listen to.
    pub allowed: Arc<TopicList>,
    /// Who says which signatures are right.
    pub provider: Arc<dyn TopicProvider>,
    /// The queue of mail events.
    pub queue: Arc<dyn WorkQueue>,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is on the queue.
    Queued,
    /// Its subscription is confirmed.
    Confirmed,
    /// There is nothing to do.
    Noted,
}

/// Takes a message in.
///
/// # Errors
/// The refusals of each step; failures, after which the provider tells again.
pub async fn take_topic_message(
    ports: &TopicPorts,
    now: Timestamp,
    message: TopicMessage,
) -> Result<Taken, FlowError> {
    let topic = ports.allowed.find(&message.topic).ok_or_else(|| {
        let hint = "name the topic in the stack's parameter MoreEventTopics";
        Refused::field(RefusalCode::TopicNotAllowed, "TopicArn", hint)
    })?;
    let told_at = of_this_hour(&message, now)?;
    let certificate_url = certificate_url(topic, &message.certificate_url)?;
    let confirmation = confirmation_of(topic, &message)?;
    let signed = SignedText {
        text: signed_text(&message),
        version: version_of(&message)?,
        signature: message.signature,
        certificate_url,
    };
    match ports.provider.verify(&signed, now).await? {
        Verdict::Genuine => {}
        Verdict::Wrong => {
            let hint = "send the message exactly as the topic wrote it";
            let code = RefusalCode::TopicSignatureWrong;
            return Err(Refused::field(code, "Signature", hint).into());
        }
        Verdict::NoCertificate => {
            let hint = "let the topic send the message again";
            let code = RefusalCode::TopicCertificateInvalid;
            return Err(Refused::field(code, "SigningCertURL", hint).into());
        }
    }
    match (message.sort, confirmation) {
        (Sort::Notification { .. }, _) => {
            let note = TopicNote { told_at, json: message.message };
            ports.queue.put(&Work::ApplyNote(note)).await?;
            Ok(Taken::Queued)
        }
        (Sort::SubscriptionConfirmation(_), Some(url)) => {
            if ports.provider.confirm(&url).await? {
                return Ok(Taken::Confirmed);
            }
            let hint = "subscribe again: a question is good for three days";
            Err(Refused::new(RefusalCode::TopicNotConfirmed, hint).into())
        }
        (Sort::SubscriptionConfirmation(_) | Sort::UnsubscribeConfirmation(_), _) => {
            Ok(Taken::Noted)
        }
    }
}

fn of_this_hour(message: &TopicMessage, now: Timestamp) -> Result<Timestamp, Refused> {
    let told_at = Timestamp::parse(&message.told_at).ok();
    let oldest = now.minus(TOPIC_MESSAGE_AGE_MAX);
    let newest = now.plus(TOPIC_CLOCK_AHEAD_MAX);
    told_at.filter(|at| (oldest..=newest).contains(at)).ok_or_else(|| {
        let hint = "let the topic send the message again";
        Refused::field(RefusalCode::TopicMessageStale, "Timestamp", hint)
    })
}

fn version_of(message: &TopicMessage) -> Result<SignatureVersion, Refused> {
    match message.signature_version.as_str() {
        "1" => Ok(SignatureVersion::One),
        "2" => Ok(SignatureVersion::Two),
        _ => {
            let hint = "set the topic's attribute SignatureVersion to 2";
            Err(Refused::field(RefusalCode::TopicSignatureUnknown, "SignatureVersion", hint))
        }
    }
}

/// The URL that confirms, where the message speaks of a subscription.
fn confirmation_of(topic: &TopicArn, message: &TopicMessage) -> Result<Option<String>, Refused> {
    match &message.sort {
        Sort::Notification { .. } => Ok(None),
        Sort::SubscriptionConfirmation(asked) | Sort::UnsubscribeConfirmation(asked) => {
            confirmation_url(topic, asked).map(Some)
        }
    }
}
