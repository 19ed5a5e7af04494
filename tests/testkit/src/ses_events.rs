//! Events as SES publishes them, written by us.

use domain::email_address::EmailAddress;
use domain::ids::TenantId;
use domain::send::SendPlace;
use domain::timestamp::Timestamp;
use serde_json::{Map, Value, json};

/// A mail of ours at SES.
#[derive(Clone, Debug)]
pub struct SentMail {
    /// Whose.
    pub tenant: TenantId,
    /// Its record.
    pub place: SendPlace,
    /// Its recipient.
    pub to: EmailAddress,
}

/// What bounced, as SES says it: type, subtype, status and the server's words.
pub type Cause<'a> = (&'a str, &'a str, &'a str, &'a str);

/// No such mailbox.
pub const NO_MAILBOX: Cause<'_> = ("Permanent", "General", "5.1.1", "smtp; 550 5.1.1 user unknown");
/// A full mailbox.
pub const FULL: Cause<'_> = ("Transient", "MailboxFull", "4.2.2", "smtp; 452 4.2.2 mailbox full");
/// The receiver's policy.
pub const POLICY: Cause<'_> =
    ("Permanent", "General", "5.7.1", "smtp; 550 5.7.1 message rejected due to local policy");

impl SentMail {
    /// An event by event publishing, with its own object.
    pub fn event(&self, kind: &str, key: &str, body: Value, at: Timestamp) -> String {
        let mut body = body;
        if let Some(body) = body.as_object_mut() {
            body.entry("timestamp").or_insert(json!(at.to_string()));
        }
        json!({ "eventType": kind, "mail": self.mail(), key: body }).to_string()
    }

    /// A plain event: `Send`, `Delivery`, `Open`, `Click`.
    pub fn told(&self, kind: &str, at: Timestamp) -> String {
        let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
        let body = json!({ "userAgent": agent, "recipients": [self.to.expose()] });
        self.event(kind, &kind.to_lowercase(), body, at)
    }

    /// A bounce.
    pub fn bounce(&self, cause: Cause<'_>, at: Timestamp) -> String {
        let (kind, subtype, status, words) = cause;
        let recipient = json!({
            "emailAddress": self.to.expose(), "action": "failed",
            "status": status, "diagnosticCode": words,
        });
        let body = json!({
            "bounceType": kind, "bounceSubType": subtype, "bouncedRecipients": [recipient],
            "feedbackId": "0100", "reportingMTA": "dns; a1.smtp-out.example",
        });
        self.event("Bounce", "bounce", body, at)
    }

    /// A complaint.
    pub fn complaint(&self, at: Timestamp) -> String {
        let body = json!({
            "complainedRecipients": [{ "emailAddress": self.to.expose() }],
            "complaintFeedbackType": "abuse", "feedbackId": "0200",
        });
        self.event("Complaint", "complaint", body, at)
    }

    /// A delay, with the moment until which SES tries.
    pub fn delay(&self, at: Timestamp, until: Timestamp) -> String {
        let body = json!({
            "delayType": "TransientCommunicationFailure", "expirationTime": until.to_string(),
            "delayedRecipients": [{ "emailAddress": self.to.expose(), "status": "4.4.1",
                "diagnosticCode": "smtp; 421 4.4.1 unable to connect" }],
        });
        self.event("DeliveryDelay", "deliveryDelay", body, at)
    }

    fn mail(&self) -> Value {
        let mut tags = Map::new();
        let mut set = |name: &str, value: String| {
            tags.insert(name.to_owned(), json!([value]));
        };
        set("tenant", self.tenant.to_string());
        match self.place {
            SendPlace::OneOff { message } => set("message", message.to_string()),
            SendPlace::Campaign { campaign, chunk, contact } => {
                set("campaign", campaign.to_string());
                set("chunk", chunk.to_string());
                set("contact", contact.to_string());
            }
        }
        json!({
            "timestamp": "2026-11-22T09:00:00.000Z", "messageId": "0100019a-1",
            "source": "anna@crm.example.com", "destination": [self.to.expose()], "tags": tags,
        })
    }
}
