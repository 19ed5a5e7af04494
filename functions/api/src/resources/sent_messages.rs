//! Mail that we send: writing it, and what became of it for each recipient.

use axum::extract::State;
use domain::email_address::EmailAddress;
use domain::hand_over::HandOverState;
use domain::ids::{ContactId, MessageId, ThreadId};
use domain::permission::{Scope, SendMail};
use domain::refusal::{RefusalCode, Refused};
use domain::send::{Send, Stopped};
use domain::timestamp::Timestamp;
use flows::hand_over::{HandedOver, Post};
use flows::send_message::{NewMail, send_message};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::app::App;
use crate::asked::Asked;
use crate::auth::Call;
use crate::endpoint::Endpoint;
use crate::idempotency::once;
use crate::problem::ApiError;
use crate::schemas;

/// A mail to send.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailToSend {
    /// Whose name it is written in: your own address (taken where this is missing), one that you have
    /// verified, or one of your organization's domains that is no other person's.
    #[serde(default)]
    from: Option<String>,
    /// Its recipients; all lists together name at most 50.
    #[serde(default)]
    to: Vec<String>,
    /// Those who get a copy.
    #[serde(default)]
    cc: Vec<String>,
    /// Those who get a copy without the others' knowledge.
    #[serde(default)]
    bcc: Vec<String>,
    /// A record that gets it, at its first address or, where that is blocked and the settings say so,
    /// at its next one.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    contact: Option<ContactId>,
    /// The subject; where it is missing, that of the answered mail.
    #[serde(default)]
    subject: Option<String>,
    /// The text.
    #[serde(default)]
    text: Option<String>,
    /// The text as HTML.
    #[serde(default)]
    html: Option<String>,
    /// The mail it answers. It stays in its conversation, and where nobody is named it goes where that
    /// mail asks answers to go.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    in_reply_to: Option<MessageId>,
    /// Whether the answer goes to everybody that the answered mail names.
    #[serde(default)]
    reply_all: bool,
}

/// A mail that was written here.
#[derive(Serialize, ToSchema)]
pub struct SentMessageView {
    /// Its id.
    #[schema(schema_with = schemas::message_id)]
    pub id: MessageId,
    /// Its conversation.
    #[schema(schema_with = schemas::thread_id)]
    pub thread: ThreadId,
    /// How far it has come to the provider: `accepted`, `refused`, or `unknown` where the provider's
    /// answer was lost. An unknown one is never sent again; events tell what became of it.
    pub state: &'static str,
    /// Its recipients, by address.
    pub sends: Vec<SendView>,
}

/// What became of a mail for one recipient.
#[derive(Serialize, ToSchema)]
pub struct SendView {
    /// The recipient.
    #[schema(value_type = String)]
    pub to: EmailAddress,
    /// The record, where there is one.
    #[schema(value_type = Option<String>, required)]
    pub contact: Option<ContactId>,
    /// `queued`, `sent`, `delivered`, `delayed`, `bounced_temporary`, `bounced_permanent`,
    /// `complained`, `rejected`, `opened`, `clicked`, `unknown`, `failed` or `skipped`.
    pub status: &'static str,
    /// Why it did not go out, where it did not.
    #[schema(required)]
    pub reason: Option<String>,
    /// The bounce category, where it came back.
    #[schema(required)]
    pub category: Option<&'static str>,
    /// When it was written.
    #[schema(schema_with = schemas::moment)]
    pub queued_at: Timestamp,
    /// When the provider took it.
    #[schema(value_type = Option<String>, required)]
    pub sent_at: Option<Timestamp>,
    /// When the recipient's server took it.
    #[schema(value_type = Option<String>, required)]
    pub delivered_at: Option<Timestamp>,
    /// When it came back.
    #[schema(value_type = Option<String>, required)]
    pub bounced_at: Option<Timestamp>,
}

impl From<Send> for SendView {
    fn from(send: Send) -> Self {
        let stopped = [&send.rejected, &send.failed, &send.skipped];
        let reason =
            stopped.into_iter().flatten().next().map(|Stopped { reason, .. }| reason.clone());
        Self {
            status: send.status().name(),
            category: send.category().map(domain::bounce_category::BounceCategory::key),
            bounced_at: send.bounce().map(|bounce| bounce.at),
            reason,
            to: send.to,
            contact: send.contact,
            queued_at: send.queued_at,
            sent_at: send.sent_at,
            delivered_at: send.delivered_at,
        }
    }
}

impl From<HandedOver> for SentMessageView {
    fn from(handed: HandedOver) -> Self {
        let state = match handed.state {
            HandOverState::Queued => "queued",
            HandOverState::Begun(_) => "unknown",
            HandOverState::Accepted(_) => "accepted",
            HandOverState::Refused(_) => "refused",
        };
        let sends = handed.sends.into_iter().map(SendView::from).collect();
        Self { id: handed.message, thread: handed.thread, state, sends }
    }
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    let summary = "Sends a mail, once for each Idempotency-Key, which it needs.";
    vec![
        Endpoint::post("/v1/messages", "send_message", summary, send)
            .needs(Scope::SendMail)
            .takes::<MailToSend>()
            .creates::<SentMessageView>(),
    ]
}

async fn send(
    State(app): State<App>,
    call: Call<SendMail>,
    asked: Asked<MailToSend>,
) -> Result<Answer, ApiError> {
    if asked.keyed.key.is_none() {
        let hint = "send an Idempotency-Key: with it a repeated request sends nothing twice";
        let code = RefusalCode::IdempotencyKeyMissing;
        return Err(Refused::field(code, "Idempotency-Key", hint).into());
    }
    let new = asked.body.into_new_mail();
    once(&app, &call, &asked.keyed, async |origin| {
        let post = Post {
            records: &app.records,
            archive: app.archive.as_ref(),
            sender: app.sender.as_ref(),
        };
        let handed = Box::pin(send_message(&post, &call.allowed, origin, new)).await?;
        Answer::created(&SentMessageView::from(handed))
    })
    .await
}

impl MailToSend {
    fn into_new_mail(self) -> NewMail {
        NewMail {
            from: self.from,
            to: self.to,
            cc: self.cc,
            bcc: self.bcc,
            contact: self.contact,
            subject: self.subject,
            text: self.text,
            html: self.html,
            in_reply_to: self.in_reply_to,
            reply_all: self.reply_all,
        }
    }
}
