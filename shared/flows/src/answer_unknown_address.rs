//! Tells a sender politely that an address does not exist (B7): at most once a day, and so seldom to
//! one domain that two programs that answer each other soon stop (B10).
//!
//! ```text
//! 1 the mail is in quarantine already: who comes again for it finds it ended, and answers nobody
//! 2 one transaction claims the sender's day and takes a token of his domain's bucket
//! 3 the answer is sent; should we die here, it is never sent again
//! ```

use std::time::Duration;

use bytes::Bytes;
use domain::email_address::EmailAddress;
use domain::ids::{IntakeId, TenantId};
use domain::limits;
use store::auto_answers::{self, Bucket};
use store::table::TransactError;
use tracing::warn;

use crate::error::{Failure, FlowError};
use crate::ports::{MailSender, OutgoingMail, Records};

/// An address that does not exist, and who wrote to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownAddress {
    /// Whose domain it is in.
    pub tenant: TenantId,
    /// The raw mail.
    pub intake: IntakeId,
    /// The address.
    pub recipient: EmailAddress,
    /// The return path.
    pub sender: EmailAddress,
    /// The mail's Message-ID.
    pub message_id: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
}

/// What became of the wish to answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// The answer went out, or may have.
    Sent,
    /// The sender had his answer of the day, or his domain had its share.
    Enough,
    /// The provider did not take it; it is not tried again.
    NotSent,
}

/// Answers, if it is the sender's turn.
///
/// # Errors
/// Failures of the table before anything was sent: the answer is then left out, for the mail itself
/// has ended.
pub async fn answer_unknown_address(
    records: &Records,
    sender: &dyn MailSender,
    unknown: &UnknownAddress,
) -> Result<Answered, FlowError> {
    if !claim(records, unknown).await? {
        return Ok(Answered::Enough);
    }
    let Some(from) = postmaster(&unknown.recipient) else { return Ok(Answered::NotSent) };
    let mail = OutgoingMail {
        mime: Bytes::from(compose(records, unknown, &from)),
        from,
        to: vec![unknown.sender.clone()],
        tags: vec![
            ("tenant".to_owned(), unknown.tenant.to_string()),
            ("purpose".to_owned(), "unknown_address".to_owned()),
        ],
    };
    match sender.send(&mail).await {
        Ok(_) => Ok(Answered::Sent),
        Err(fault) => {
            warn!(error = %fault, intake.id = %unknown.intake, "an automatic answer was not sent");
            Ok(Answered::NotSent)
        }
    }
}

/// Step 2. False where the sender or his domain has had enough.
async fn claim(records: &Records, unknown: &UnknownAddress) -> Result<bool, FlowError> {
    let (table, hasher) = (records.table.as_ref(), &records.hasher);
    for _ in 0..limits::CONTENTION_RETRIES_MAX {
        let now = records.clock.now();
        let bucket = auto_answers::bucket(table, unknown.tenant, hasher, &unknown.sender).await?;
        let full_at = bucket.full_at.unwrap_or(now).max(now);
        let next = full_at.plus(limits::AUTO_ANSWER_EVERY);
        let window = limits::AUTO_ANSWER_EVERY.saturating_mul(limits::AUTO_ANSWERS_AT_ONCE);
        if next > now.plus(window) {
            return Ok(false);
        }
        let day = Duration::from_secs(86_400);
        let writes = vec![
            auto_answers::claim_day(unknown.tenant, hasher, &unknown.sender, now, day)?,
            auto_answers::take_token(
                unknown.tenant,
                hasher,
                &unknown.sender,
                &bucket,
                &Bucket { full_at: Some(next) },
            )?,
        ];
        match table.transact(writes).await {
            Ok(_) => return Ok(true),
            Err(TransactError::Fault(fault)) => return Err(fault.into()),
            Err(TransactError::Cancelled(reasons)) if auto_answers::is_answered(&reasons) => {
                return Ok(false);
            }
            Err(TransactError::Cancelled(_)) => {}
        }
    }
    Err(Failure::Contention.into())
}

/// Who signs the answer: the address that every domain has (RFC 2142).
fn postmaster(recipient: &EmailAddress) -> Option<EmailAddress> {
    EmailAddress::parse(&format!("postmaster@{}", recipient.domain())).ok()
}

/// The answer, with every mark of an automatic one (RFC 3834 section 3; Microsoft's
/// `X-Auto-Response-Suppress` for its own programs). It quotes nothing: what a stranger wrote is not
/// carried on to another.
fn compose(records: &Records, unknown: &UnknownAddress, from: &EmailAddress) -> String {
    let id = format!("{:032x}", records.fresh_bits());
    let mut out = String::new();
    let mut field = |name: &str, value: &str| {
        out.push_str(&format!("{name}: {value}\r\n"));
    };
    field("From", &format!("Mail delivery <{}>", from.expose()));
    field("To", &format!("<{}>", unknown.sender.expose()));
    field("Subject", "Auto: your mail could not be delivered");
    field("Date", &records.clock.now().mail_date());
    field("Message-ID", &format!("<{id}@{}>", from.domain()));
    if let Some(id) = unknown.message_id.as_deref().filter(|id| is_plain_id(id)) {
        field("In-Reply-To", &format!("<{id}>"));
        field("References", &format!("<{id}>"));
    }
    field("Auto-Submitted", "auto-replied");
    field("Precedence", "bulk");
    field("X-Auto-Response-Suppress", "All");
    field("MIME-Version", "1.0");
    field("Content-Type", "text/plain; charset=utf-8");
    field("Content-Transfer-Encoding", "8bit");
    out.push_str(&format!(
        "\r\nHello,\r\n\r\nthere is no mailbox at the address you wrote to:\r\n\r\n    {}\r\n\r\n\
         (550 5.1.1, mailbox does not exist.) Please check the address. This answer was written by\r\n\
         a program; you get it at most once a day.\r\n",
        unknown.recipient.expose()
    ));
    out
}

/// A Message-ID that can stand in a header field of ours as it is.
fn is_plain_id(id: &str) -> bool {
    id.len() <= limits::HEADER_ID_BYTES_MAX / 2
        && id.bytes().all(|octet| octet.is_ascii_graphic() && octet != b'<' && octet != b'>')
}
