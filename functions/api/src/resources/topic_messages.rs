//! Where topics tell over HTTPS what became of mail (H1). No key guards it: the provider has none, and
//! signs instead.

use axum::extract::State;
use domain::refusal::{RefusalCode, Refused};
use flows::take_topic_message::{Confirmation, Sort, Taken, TopicMessage, take_topic_message};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::app::App;
use crate::asked::Octets;
use crate::endpoint::Endpoint;
use crate::problem::ApiError;

/// A message as Amazon SNS posts it ("Parsing Amazon SNS message formats"). It comes as text/plain, and
/// may have fields that are not here.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct TopicMessageBody {
    /// `Notification`, `SubscriptionConfirmation` or `UnsubscribeConfirmation`.
    pub r#type: String,
    /// Its id.
    pub message_id: String,
    /// The topic.
    pub topic_arn: String,
    /// Its subject, where it has one.
    pub subject: Option<String>,
    /// What it tells: the JSON of a mail event as text.
    pub message: String,
    /// When it was told (RFC 3339).
    pub timestamp: String,
    /// What confirms a subscription; only where the message asks for that.
    pub token: Option<String>,
    /// Where a subscription is confirmed; likewise.
    #[serde(rename = "SubscribeURL")]
    pub subscribe_url: Option<String>,
    /// `1` (SHA-1) or `2` (SHA-256).
    pub signature_version: String,
    /// In base64.
    pub signature: String,
    /// Where the certificate of its key is.
    #[serde(rename = "SigningCertURL")]
    pub signing_cert_url: String,
}

/// What became of a message.
#[derive(Serialize, ToSchema)]
pub struct TopicMessageView {
    /// `queued`: its event is applied within seconds; `confirmed`: the subscription stands; `noted`:
    /// there was nothing to do.
    pub outcome: &'static str,
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    let summary = "Takes a message of an Amazon SNS topic that the stack listens to; needs no key, \
        but the topic's signature.";
    let path = "/v1/mail_events/topic";
    vec![
        Endpoint::post(path, "take_topic_message", summary, take)
            .takes::<TopicMessageBody>()
            .gives::<TopicMessageView>()
            .with_status(StatusCode::ACCEPTED),
    ]
}

async fn take(State(app): State<App>, Octets(octets): Octets) -> Result<Answer, ApiError> {
    let message = read(&octets)?;
    let now = app.records.clock.now();
    let outcome = match take_topic_message(&app.topics, now, message).await? {
        Taken::Queued => "queued",
        Taken::Confirmed => "confirmed",
        Taken::Noted => "noted",
    };
    Answer::accepted(&TopicMessageView { outcome })
}

fn read(octets: &[u8]) -> Result<TopicMessage, Refused> {
    let malformed = |field: Option<&str>| {
        let hint =
            "post what the topic wrote; raw message delivery has no signature: switch it off";
        let code = RefusalCode::TopicMessageMalformed;
        field.map_or_else(|| Refused::new(code, hint), |field| Refused::field(code, field, hint))
    };
    let body: TopicMessageBody = serde_json::from_slice(octets).map_err(|_| malformed(None))?;
    let (token, url) = (body.token, body.subscribe_url);
    let asked = || {
        let token = token.ok_or_else(|| malformed(Some("Token")))?;
        let url = url.ok_or_else(|| malformed(Some("SubscribeURL")))?;
        Ok::<_, Refused>(Confirmation { token, url })
    };
    let sort = match body.r#type.as_str() {
        "Notification" => Sort::Notification { subject: body.subject },
        "SubscriptionConfirmation" => Sort::SubscriptionConfirmation(asked()?),
        "UnsubscribeConfirmation" => Sort::UnsubscribeConfirmation(asked()?),
        _ => return Err(malformed(Some("Type"))),
    };
    Ok(TopicMessage {
        sort,
        id: body.message_id,
        topic: body.topic_arn,
        message: body.message,
        told_at: body.timestamp,
        signature_version: body.signature_version,
        signature: body.signature,
        certificate_url: body.signing_cert_url,
    })
}
