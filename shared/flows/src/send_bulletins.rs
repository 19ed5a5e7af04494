//! Sends a tenant's bulletins to its administrators (I4, H12).
//!
//! ```text
//! 1 the bulletins that wait; none: one query and no more
//! 2 who reads them, and in which language
//! 3 for each: one conditional write takes the right to send it, the provider gets it, and what it
//!   said is noted
//! ```
//! Who dies after the right was taken may have sent it, so nobody sends it again: a bulletin goes out at
//! most once. What it tells stands in the records besides.

use bytes::Bytes;
use domain::bulletin::{Bulletin, BulletinState};
use domain::bulletin_texts;
use domain::email_address::EmailAddress;
use domain::ids::TenantId;
use domain::language::Language;
use domain::limits::{BULLETIN_READERS_MAX, BULLETINS_STEP, USERS_PAGE};
use domain::user::Role;
use mail::compose::{Correspondent, Draft, compose};
use store::bulletins;
use store::suppressions::{self, Asked};
use store::table::WriteError;
use store::{tenants, users};
use tracing::warn;

use crate::error::FlowError;
use crate::ports::{MailSender, OutgoingMail, Records, SendFault};
use crate::system_address;

/// Sends what waits, some of it where there is much. Answers how many went out.
///
/// # Errors
/// Faults of the table. A provider that cannot be asked now is none: the bulletin waits.
pub async fn send_bulletins(
    records: &Records,
    sender: &dyn MailSender,
    tenant: TenantId,
) -> Result<u64, FlowError> {
    // 1
    let waiting = bulletins::waiting(records.table.as_ref(), tenant, BULLETINS_STEP).await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    // 2
    let desk = Desk::of(records, tenant).await?;
    // 3
    let mut sent = 0;
    for bulletin in waiting {
        let Some((from, to)) = desk.as_ref().map(|desk| (&desk.from, &desk.to)) else {
            move_to(records, bulletin, BulletinState::LeftOut).await?;
            continue;
        };
        let language = desk.as_ref().map_or(Language::default(), |desk| desk.language);
        let mail = letter(records, &bulletin, language, from, to);
        let Some(held) = move_to(records, bulletin, BulletinState::Handed).await? else { continue };
        let state = match sender.send(&mail).await {
            Ok(_) => BulletinState::Sent,
            Err(SendFault::Rejected(_)) => BulletinState::Refused,
            // It may have gone out: it stays as it is.
            Err(SendFault::Unknown(fault)) => {
                warn!(error = %fault, "whether a bulletin went out is not known");
                continue;
            }
            Err(fault @ (SendFault::Throttled | SendFault::NotSent(_))) => {
                warn!(error = %fault, "a bulletin waits for the next run");
                move_to(records, held, BulletinState::Waiting).await?;
                break;
            }
        };
        sent += u64::from(state == BulletinState::Sent);
        move_to(records, held, state).await?;
    }
    Ok(sent)
}

/// Moves a bulletin on; none where somebody else did.
async fn move_to(
    records: &Records,
    before: Bulletin,
    state: BulletinState,
) -> Result<Option<Bulletin>, FlowError> {
    let rev_before = before.rev;
    let after = Bulletin { state, rev: rev_before.saturating_add(1), ..before };
    match records.table.write(bulletins::replace(&after, rev_before)?).await {
        Ok(_) => Ok(Some(after)),
        Err(WriteError::ConditionFailed(_)) => Ok(None),
        Err(WriteError::Fault(fault)) => Err(fault.into()),
    }
}

/// From and to whom, and in which language.
struct Desk {
    from: EmailAddress,
    to: Vec<EmailAddress>,
    language: Language,
}

impl Desk {
    /// None where the tenant wants no bulletins, or nobody could get them.
    async fn of(records: &Records, tenant: TenantId) -> Result<Option<Self>, FlowError> {
        let found = tenants::get(records.table.as_ref(), tenant).await?;
        let Some(settings) = found.map(|found| found.settings).filter(|set| set.alert_mails) else {
            return Ok(None);
        };
        let Some(from) = system_address::of_tenant(records, tenant).await? else { return Ok(None) };
        let to = readers(records, tenant).await?;
        let language = Language::of_tag(&settings.language);
        Ok((!to.is_empty()).then_some(Self { from, to, language }))
    }
}

/// The addresses of the administrators that mail may go to.
async fn readers(records: &Records, tenant: TenantId) -> Result<Vec<EmailAddress>, FlowError> {
    let table = records.table.as_ref();
    let mut addresses = Vec::new();
    let mut after = None;
    loop {
        let (page, next) = users::list(table, tenant, USERS_PAGE, after).await?;
        let reads =
            page.into_iter().filter(|user| user.role >= Role::Admin && user.disabled_at.is_none());
        addresses.extend(reads.map(|user| user.email));
        if next.is_none() || addresses.len() >= BULLETIN_READERS_MAX {
            break;
        }
        after = next;
    }
    addresses.truncate(BULLETIN_READERS_MAX);
    let asked: Vec<Asked> = addresses.iter().cloned().map(Asked::one_off).collect();
    let now = records.clock.now();
    let blocked = suppressions::blocking(table, tenant, &records.hasher, &asked, now).await?;
    addresses.retain(|address| !blocked.contains_key(address));
    Ok(addresses)
}

fn letter(
    records: &Records,
    bulletin: &Bulletin,
    language: Language,
    from: &EmailAddress,
    to: &[EmailAddress],
) -> OutgoingMail {
    let texts = bulletin_texts::of(&bulletin.news, language);
    let header_id = format!("{:032x}@{}", records.fresh_bits(), from.domain());
    let writer = Correspondent { name: Some("Mailroom".to_owned()), address: from.clone() };
    let readers: Vec<Correspondent> = to.iter().cloned().map(Correspondent::from).collect();
    let mime = compose(&Draft {
        header_id: &header_id,
        date: records.clock.now(),
        from: &writer,
        reply_to: None,
        to: &readers,
        cc: &[],
        subject: &texts.subject,
        text: Some(&texts.text),
        html: None,
        calendar: None,
        files: &[],
        in_reply_to: None,
        references: &[],
        automatic: true,
    });
    let tags = [("tenant", bulletin.tenant.to_string()), ("purpose", "bulletin".to_owned())];
    OutgoingMail {
        from: from.clone(),
        to: to.to_vec(),
        mime: Bytes::from(mime),
        tags: tags.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
    }
}
