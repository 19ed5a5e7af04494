//! The addresses that a user writes from: added, verified by a code that is mailed to them, removed
//! (B8, Z7). What comes from a verified one into the user's dropbox is his, and is sent mail.

use bytes::Bytes;
use domain::email_address::EmailAddress;
use domain::ids::{RequestId, TenantId};
use domain::limits;
use domain::permission::{Allowed, ReadSenderAddresses, WriteSenderAddresses};
use domain::refusal::{RefusalCode, Refused};
use domain::sender_address::{PendingCode, SenderAddress, SenderState};
use domain::timestamp::Timestamp;
use store::sender_addresses;
use store::suppressions::{self, Asked};
use tracing::warn;

use crate::error::FlowError;
use crate::paging::{Listed, Wish};
use crate::ports::{MailSender, OutgoingMail, Records, SendFault};
use crate::system_address;
use crate::text_rules;
use crate::transaction::{Doer, Transaction, revision_mismatch};

/// One page of the caller's sender addresses.
///
/// # Errors
/// Faults of the table.
pub async fn list(
    records: &Records,
    allowed: &Allowed<ReadSenderAddresses>,
    wish: Wish,
) -> Result<Listed<SenderAddress>, FlowError> {
    let (table, tenant, user) = (records.table.as_ref(), allowed.tenant(), allowed.user());
    Ok(sender_addresses::list(table, tenant, user, wish.limit, wish.after).await?.into())
}

/// Adds an address of the caller, if he has not said it yet, and mails a code to it. An address that is
/// verified stays as it is.
///
/// # Errors
/// `address_invalid`; `limit_reached`; `code_too_soon` with the time when another code may be asked
/// for; `domain_not_claimed` where the tenant has no domain to send from; `mail_not_taken`.
pub async fn initiate(
    records: &Records,
    sender: &dyn MailSender,
    allowed: &Allowed<WriteSenderAddresses>,
    request: RequestId,
    address: &str,
) -> Result<SenderAddress, FlowError> {
    // 1 the words of the request
    let address = text_rules::address("address", address)?;
    // 2 what is known
    let (table, hasher, now) = (records.table.as_ref(), &records.hasher, records.clock.now());
    let (tenant, user) = (allowed.tenant(), allowed.user());
    let known = sender_addresses::get(table, tenant, hasher, user, &address).await?;
    if let Some(known) = &known {
        if known.state(now) == SenderState::Verified {
            return Ok(known.clone());
        }
        let free_from = known.code.as_ref().map(|c| c.sent_at.plus(limits::SENDER_CODE_PAUSE));
        if let Some(at) = free_from.filter(|at| *at > now) {
            let hint = "wait a minute; look among unwanted mail too";
            return Err(Refused::new(RefusalCode::CodeTooSoon, hint).with_retry_at(at).into());
        }
    } else {
        check_limit(records, tenant, allowed).await?;
    }
    let from = system_address(records, tenant).await?;
    let asked = [Asked::one_off(address.clone())];
    if !suppressions::blocking(table, tenant, hasher, &asked, now).await?.is_empty() {
        let hint = "no mail goes to this address: see /v1/suppressions";
        return Err(Refused::field(RefusalCode::MailNotTaken, "address", hint).into());
    }
    // 3 the code is kept before it is mailed: one that comes can be given back
    let code = fresh_code(records);
    let pending = PendingCode {
        code_hash: code_hash(records, &address, &code),
        sent_at: now,
        expires_at: now.plus(limits::SENDER_CODE_LIFE),
        tries_left: limits::SENDER_CODE_TRIES,
    };
    let kept = keep(records, allowed, request, known, (address, pending)).await?;
    // 4 the mail
    let mail = OutgoingMail {
        mime: Bytes::from(compose(records, &from, &kept.address, &code)),
        from,
        to: vec![kept.address.clone()],
        tags: vec![
            ("tenant".to_owned(), tenant.to_string()),
            ("purpose".to_owned(), "sender_code".to_owned()),
        ],
    };
    match sender.send(&mail).await {
        // A lost answer: it may be under way, so the code stays good.
        Ok(_) | Err(SendFault::Unknown(_)) => Ok(kept),
        Err(fault @ (SendFault::Throttled | SendFault::Rejected(_) | SendFault::NotSent(_))) => {
            warn!(error = %fault, "a code for a sender address was not sent");
            let hint = "try again in a minute; if it stays so, ask the operator";
            let refused = Refused::field(RefusalCode::MailNotTaken, "address", hint);
            Err(refused.with_retry_at(now.plus(limits::SENDER_CODE_PAUSE)).into())
        }
    }
}

async fn check_limit(
    records: &Records,
    tenant: TenantId,
    allowed: &Allowed<WriteSenderAddresses>,
) -> Result<(), FlowError> {
    let most = limits::SENDER_ADDRESSES_MAX;
    let one_more = u32::try_from(most).unwrap_or(u32::MAX);
    let (table, user) = (records.table.as_ref(), allowed.user());
    let (known, _) = sender_addresses::list(table, tenant, user, one_more, None).await?;
    if u64::try_from(known.len()).unwrap_or(u64::MAX) < most {
        return Ok(());
    }
    let hint = "remove an address that you do not write from any more";
    Err(Refused::new(RefusalCode::LimitReached, hint).with_limit(most).into())
}

async fn keep(
    records: &Records,
    allowed: &Allowed<WriteSenderAddresses>,
    request: RequestId,
    known: Option<SenderAddress>,
    (address, code): (EmailAddress, PendingCode),
) -> Result<SenderAddress, FlowError> {
    let (tenant, hasher, now) = (allowed.tenant(), &records.hasher, records.clock.now());
    let (write, kept) = match known {
        Some(mut known) => {
            let rev = known.rev;
            known.code = Some(code);
            known.rev = rev.saturating_add(1);
            (sender_addresses::replace(tenant, hasher, &known, rev)?, known)
        }
        None => {
            let user = allowed.user();
            let code = Some(code);
            let (verified_at, created_at) = (None, now);
            let new = SenderAddress { address, user, code, verified_at, created_at, rev: 1 };
            (sender_addresses::create(tenant, hasher, &new)?, new)
        }
    };
    let mut transaction = Transaction::default();
    transaction.add_or(write, revision_mismatch());
    transaction.note(Doer::new(allowed, request, now), "sender_address.asked", allowed.user())?;
    transaction.commit(records.table.as_ref()).await?;
    Ok(kept)
}

/// Takes a code back. A wrong one costs one of a few tries.
///
/// # Errors
/// `not_found` for an address the caller did not add; `code_invalid`; `address_taken` where another
/// user verified the address meanwhile; `revision_mismatch` where two codes come at once.
pub async fn confirm(
    records: &Records,
    allowed: &Allowed<WriteSenderAddresses>,
    request: RequestId,
    address: &str,
    code: &str,
) -> Result<SenderAddress, FlowError> {
    let address = text_rules::address("address", address)?;
    let (table, hasher, now) = (records.table.as_ref(), &records.hasher, records.clock.now());
    let (tenant, user) = (allowed.tenant(), allowed.user());
    let found = sender_addresses::get(table, tenant, hasher, user, &address).await?;
    let before = found.ok_or_else(FlowError::not_found)?;
    let mut after = before.clone();
    after.rev = before.rev.saturating_add(1);
    let pending = match (before.state(now), &mut after.code) {
        (SenderState::Verified, _) => return Ok(before),
        (SenderState::Pending, Some(pending)) => pending,
        (SenderState::Pending | SenderState::Unverified, _) => return Err(bad_code().into()),
    };
    let mut transaction = Transaction::default();
    let right = pending.code_hash == code_hash(records, &address, code.trim());
    if right {
        after.code = None;
        after.verified_at = Some(now);
        let hint = "another user of the tenant writes from this address";
        let taken = Refused::field(RefusalCode::AddressTaken, "address", hint);
        transaction.add_or(sender_addresses::claim(tenant, hasher, &address, user)?, taken);
        transaction.note(Doer::new(allowed, request, now), "sender_address.verified", user)?;
    } else {
        pending.tries_left = pending.tries_left.saturating_sub(1);
    }
    let write = sender_addresses::replace(tenant, hasher, &after, before.rev)?;
    transaction.add_or(write, revision_mismatch());
    transaction.commit(table).await?;
    if right { Ok(after) } else { Err(bad_code().into()) }
}

fn bad_code() -> Refused {
    let hint = "copy the code of the newest mail, or ask for another one";
    Refused::field(RefusalCode::CodeInvalid, "code", hint)
}

/// Removes an address of the caller: what comes from it is not his any more.
///
/// # Errors
/// `not_found`.
pub async fn remove(
    records: &Records,
    allowed: &Allowed<WriteSenderAddresses>,
    request: RequestId,
    address: &str,
) -> Result<(), FlowError> {
    let address = text_rules::address("address", address)?;
    let (table, hasher, now) = (records.table.as_ref(), &records.hasher, records.clock.now());
    let (tenant, user) = (allowed.tenant(), allowed.user());
    let found = sender_addresses::get(table, tenant, hasher, user, &address).await?;
    let sender = found.ok_or_else(FlowError::not_found)?;
    let mut transaction = Transaction::default();
    transaction.add_or(sender_addresses::delete(tenant, hasher, &sender), revision_mismatch());
    if sender.verified_at.is_some() {
        transaction.add(sender_addresses::release(tenant, hasher, &address, user));
    }
    transaction.note(Doer::new(allowed, request, now), "sender_address.removed", user)?;
    transaction.commit(table).await
}

/// Eight digits.
fn fresh_code(records: &Records) -> String {
    format!("{:08}", records.fresh_bits() % 100_000_000)
}

fn code_hash(records: &Records, address: &EmailAddress, code: &str) -> String {
    records.hasher.hash("sender_code", &format!("{code} {}", address.normal()))
}

async fn system_address(records: &Records, tenant: TenantId) -> Result<EmailAddress, FlowError> {
    let none = || {
        let hint = "add a route first: the code is mailed from its domain";
        Refused::new(RefusalCode::DomainNotClaimed, hint)
    };
    Ok(system_address::of_tenant(records, tenant).await?.ok_or_else(none)?)
}

/// The mail with the code. Nothing in it comes from the user: it could be sent to anybody.
fn compose(records: &Records, from: &EmailAddress, to: &EmailAddress, code: &str) -> String {
    let now: Timestamp = records.clock.now();
    let id = format!("{:032x}", records.fresh_bits());
    let days = limits::SENDER_CODE_LIFE.as_secs() / 86_400;
    format!(
        "From: Mailroom <{}>\r\nTo: <{}>\r\nSubject: {code} is your code\r\nDate: {}\r\n\
         Message-ID: <{id}@{}>\r\nAuto-Submitted: auto-generated\r\n\
         X-Auto-Response-Suppress: All\r\nMIME-Version: 1.0\r\n\
         Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
         Hello,\r\n\r\nsomebody who uses Mailroom says that he writes from this address. If that is\r\n\
         you, give this code back within {days} days:\r\n\r\n    {code}\r\n\r\nIf not, do nothing: \
         without the code nothing happens.\r\n",
        from.expose(),
        to.expose(),
        now.mail_date(),
        from.domain()
    )
}
