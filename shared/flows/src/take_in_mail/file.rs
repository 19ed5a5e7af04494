//! Steps 2 and 4 to 6: reading a raw mail, and filing it for one tenant.

use std::collections::BTreeSet;
use std::panic::catch_unwind;

use bytes::Bytes;
use domain::attachment::Attachment;
use domain::email_address::EmailAddress;
use domain::ids::TenantId;
use domain::intake::{Intake, Outcome, QuarantineReason};
use domain::limits;
use domain::route::Route;
use domain::route_purpose::Purpose;
use domain::thread::ThreadReason;
use mail::bounce::report::Decoded;
use mail::parsed_mail::ParsedMail;
use store::table::{CancelReason, TransactError, Write};

use super::filing_rules::{self, Case};
use super::gates::{self, Evidence};
use super::joining::{self, Joining};
use super::known::{self, Known, Wanted};
use super::life_sign;
use super::notices;
use super::quarantine::{Stop, Why, poison, stop};
use super::record::{self, MailIdentity};
use super::routing;
use super::thread_clues::ThreadClues;
use super::thread_writes::PlaceInThread;
use super::threading;
use super::way_in::{self, ToFile};
use super::writes::{self, Decided, ReadMail};
use super::{Held, association, making};
use crate::apply_mail_event::lives;
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
    routes: &[Route],
    raw: &ParsedMail,
) -> Result<Outcome, Stop> {
    let ToFile { mail, wrapped } = way_in::to_file(raw, routes);
    let mail = mail.as_ref();
    let verdicts = gates::verdicts(held.intake.verdicts.clone(), raw);
    let files = record::attachments(mail);
    let identity = MailIdentity::of(mail, &files, tenant, &held.intake);
    let clues = ThreadClues::of(records, tenant, &held.intake, routes, mail);
    let parties = record::parties(mail);
    let (addresses, authors) = looked_up(mail, raw, routes);
    let alive = life_sign::of(records, tenant, raw, &held.intake, &verdicts, routes);
    let mut kept = false;
    for tries in 0..=limits::CONTENTION_RETRIES_MAX {
        let wanted = Wanted {
            tenant,
            message: identity.id,
            mailboxes: routing::targets(routes).iter().map(|target| target.mailbox).collect(),
            addresses: &addresses,
            authors: &authors,
            clues: &clues,
            alive,
        };
        let known = known::read(records, &wanted).await?;
        if known.tenant.is_none() {
            return Err(Stop::Quarantine(Box::new(Why {
                detail: format!("the route leads to {tenant}"),
                ..Why::of(QuarantineReason::UnknownTenant)
            })));
        }
        let seen = Evidence {
            verdicts: &verdicts,
            author: raw.from.iter().find_map(|party| party.address.as_ref()),
            known: &known,
            announced_at: held.intake.announced_at,
        };
        let passed = gates::pass(&held.intake, tenant, routes, &seen)?;
        let case = Case { records, tenant, mail, wrapped: wrapped.clone(), seen: &seen };
        let mut rules = filing_rules::of(&case, &passed).await?;
        rules.with.extend(notices::confirmation(&held.intake, tenant, raw, &verdicts, &passed)?);
        if known.message.is_none() && !kept {
            keep_attachments(archive, tenant, mail, &files).await?;
            kept = true;
        }
        let place = place(records, tenant, &clues, &known, identity, tries > 0).await?;
        let unknown = association::candidates(mail, &parties, &rules, &known);
        let making = making::read(records, tenant, &unknown, &rules).await?;
        let read = ReadMail { mail, files: &files, identity, rules: &rules };
        let targets = routing::targets(passed);
        let decided = Decided { place: &place, making: &making };
        let mut plan = writes::plan(records, held, tenant, &targets, &read, &known, &decided)?;
        if plan.writes.len().saturating_add(rules.with.len()) > limits::FILING_WRITES_MAX {
            let place = PlaceInThread { joining: Joining::default(), ..place };
            let making = making.short_of_room();
            let decided = Decided { place: &place, making: &making };
            plan = writes::plan(records, held, tenant, &targets, &read, &known, &decided)?;
        }
        if let Some(address) = alive {
            let (stored, at) = (known.temporary_bounces, held.intake.announced_at);
            lives(records, tenant, address, stored, at).await?;
        }
        let outcome = plan.outcome.clone();
        if commit(records, plan.with(&rules)).await? {
            return Ok(outcome);
        }
    }
    Err(Failure::Contention.into())
}

/// The addresses to look up, and those whose domain may be the tenant's own: the authors, of a forward
/// also who passed it on, and of a dropbox's mail also those it was sent to, for they may get records.
fn looked_up(
    mail: &ParsedMail,
    raw: &ParsedMail,
    routes: &[Route],
) -> (BTreeSet<EmailAddress>, Vec<EmailAddress>) {
    let mut addresses = record::addresses(mail);
    let mut authors = record::authors(mail);
    for author in record::authors(raw) {
        if !authors.contains(&author) {
            authors.push(author);
        }
    }
    addresses.extend(authors.iter().cloned());
    if routes.iter().any(|route| matches!(route.purpose, Purpose::Dropbox(_))) {
        let recipients = mail.to.iter().chain(&mail.cc).chain(&mail.bcc);
        let named = recipients.filter_map(|party| party.address.clone());
        authors.extend(named.take(limits::RECORDS_MADE_MAX));
    }
    (addresses, authors)
}

/// The mail's thread. One clue, or clues that agree, need no read; what joins threads is settled
/// against them, and so is everything once somebody else was faster.
async fn place(
    records: &Records,
    tenant: TenantId,
    clues: &ThreadClues,
    known: &Known,
    identity: MailIdentity,
    raced: bool,
) -> Result<PlaceInThread, FlowError> {
    let mut threading = threading::decide(clues, known, identity.id);
    let opens = threading.reason == ThreadReason::Opened;
    let settle = known.message.is_none() && !opens && (raced || !threading.joins.is_empty());
    let joining = if settle {
        joining::settle(records, tenant, clues, &mut threading).await?
    } else {
        Joining::default()
    };
    Ok(PlaceInThread { clues: clues.clone(), threading, joining })
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
