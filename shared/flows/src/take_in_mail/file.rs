//! Steps 2 and 4 to 6: reading a raw mail, and filing it for one tenant.

use std::panic::catch_unwind;

use bytes::Bytes;
use domain::attachment::Attachment;
use domain::ids::TenantId;
use domain::intake::{Intake, Outcome, QuarantineReason};
use domain::limits;
use mail::bounce::report::Decoded;
use mail::parsed_mail::ParsedMail;
use store::table::{CancelReason, TransactError, Write};

use super::filing_rules::FilingRules;
use super::known::{self, Wanted};
use super::quarantine::{Stop, Why, poison, stop};
use super::record::{self, MailIdentity};
use super::writes::{self, ReadMail};
use super::{Held, Mailboxes};
use crate::attachment_key::attachment_key;
use crate::error::{Failure, FlowError};
use crate::ports::{MailArchive, Records};

/// Step 2: the raw mail, parsed, and what it tells about mail we sent.
pub(super) async fn read(
    archive: &dyn MailArchive,
    intake: &Intake,
) -> Result<(ParsedMail, Decoded), Stop> {
    let Some(raw) = &intake.raw else {
        return Err(stop(QuarantineReason::ObjectGone, "the intake names no object"));
    };
    if raw.size_bytes > limits::RAW_MAIL_BYTES_MAX {
        return Err(too_large(raw.size_bytes));
    }
    let Some(octets) = archive.read(raw).await? else {
        return Err(stop(QuarantineReason::ObjectGone, "the archive has no such object"));
    };
    let size = u64::try_from(octets.len()).unwrap_or(u64::MAX);
    if size > limits::RAW_MAIL_BYTES_MAX {
        return Err(too_large(size));
    }
    if octets.is_empty() {
        return Err(stop(QuarantineReason::Empty, "the object has no octets"));
    }
    parse(&octets)
}

fn too_large(size: u64) -> Stop {
    let detail = format!("{size} octets, at most {}", limits::RAW_MAIL_BYTES_MAX);
    stop(QuarantineReason::TooLarge, detail)
}

/// Parsing promises not to panic; should it ever, the mail waits in quarantine with its raw file
/// instead of going round the queue.
fn parse(octets: &Bytes) -> Result<(ParsedMail, Decoded), Stop> {
    let both = || (mail::parse::parse(octets), mail::bounce::decode(octets));
    match catch_unwind(both) {
        Ok((Ok(mail), decoded)) => Ok((mail, decoded)),
        Ok((Err(not_mail), _)) => Err(stop(QuarantineReason::NotMail, not_mail.code())),
        Err(_) => Err(poison("the parser panicked")),
    }
}

/// Steps 4 to 6, again from 4 when somebody else was faster.
pub(super) async fn file(
    records: &Records,
    archive: &dyn MailArchive,
    held: &Held,
    tenant: TenantId,
    mailboxes: &Mailboxes,
    mail: &ParsedMail,
) -> Result<Outcome, Stop> {
    let files = record::attachments(mail);
    let identity = MailIdentity::of(mail, &files, tenant, &held.intake);
    let header_ids = record::header_ids(mail);
    let addresses = record::addresses(mail);
    let authors = record::authors(mail);
    let rules = FilingRules::default();
    let mut kept = false;
    for _ in 0..=limits::CONTENTION_RETRIES_MAX {
        let wanted = Wanted {
            tenant,
            message: identity.id,
            mailboxes: mailboxes.iter().map(|target| target.mailbox).collect(),
            addresses: &addresses,
            authors: &authors,
            header_ids: &header_ids,
        };
        let known = known::read(records, &wanted).await?;
        if known.tenant.is_none() {
            return Err(Stop::Quarantine(Why {
                reason: QuarantineReason::UnknownTenant,
                detail: format!("the route leads to {tenant}"),
                tenant: None,
            }));
        }
        if known.message.is_none() && !kept {
            keep_attachments(archive, tenant, mail, &files).await?;
            kept = true;
        }
        let plan = writes::plan(
            records,
            held,
            tenant,
            mailboxes,
            &ReadMail { mail, files: &files, identity, rules: &rules },
            &known,
        )?;
        let outcome = plan.outcome.clone();
        if commit(records, plan.with(&rules)).await? {
            return Ok(outcome);
        }
    }
    Err(Failure::Contention.into())
}

/// Step 5: before the record, so that a record never points at nothing.
async fn keep_attachments(
    archive: &dyn MailArchive,
    tenant: TenantId,
    mail: &ParsedMail,
    files: &[Attachment],
) -> Result<(), FlowError> {
    for (file, Attachment { sha256, media_type, .. }) in record::files(mail).zip(files) {
        let octets = Bytes::copy_from_slice(&file.bytes);
        archive.keep(&attachment_key(tenant, sha256), media_type, octets).await?;
    }
    Ok(())
}

/// Step 6. False when somebody else changed what the plan was built on. The intake's write comes
/// last in a plan: where its condition fails the lease is lost, and another worker goes on.
async fn commit(records: &Records, writes: Vec<Write>) -> Result<bool, FlowError> {
    match records.table.transact(writes).await {
        Ok(_) => Ok(true),
        Err(TransactError::Fault(fault)) => Err(fault.into()),
        Err(TransactError::Cancelled(reasons)) => match reasons.last() {
            Some(CancelReason::ConditionFailed(_)) => Err(Failure::Leased.into()),
            Some(CancelReason::None | CancelReason::Conflict) | None => Ok(false),
        },
    }
}
