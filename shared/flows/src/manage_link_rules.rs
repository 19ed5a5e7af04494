//! Standing rules "always link mails of this address to that record" (B15). They hold for mail that
//! comes after them.

use domain::ids::{ContactId, LinkRuleId, RequestId};
use domain::link_rule::LinkRule;
use domain::permission::{Allowed, ReadContacts, WriteContacts};
use domain::refusal::{RefusalCode, Refused};
use store::{contacts, item, link_rules};

use crate::error::FlowError;
use crate::origin::Origin;
use crate::paging::{Listed, Wish};
use crate::ports::Records;
use crate::text_rules;
use crate::transaction::{Doer, Transaction, revision_mismatch};

/// Makes a rule.
///
/// # Errors
/// `address_invalid`, `address_taken` where the address has a rule, `not_found` for a record that is
/// not there.
pub async fn create(
    records: &Records,
    allowed: &Allowed<WriteContacts>,
    request: RequestId,
    origin: Origin,
    email: &str,
    contact: ContactId,
) -> Result<LinkRule, FlowError> {
    let (table, tenant) = (records.table.as_ref(), allowed.tenant());
    let rule = LinkRule {
        id: LinkRuleId::from_parts(origin.at, origin.bits),
        address: text_rules::address("email", email)?,
        contact,
        made_by: allowed.user(),
        created_at: origin.at,
        rev: 1,
    };
    contacts::get(table, tenant, contact).await?.ok_or_else(FlowError::not_found)?;
    let mut transaction = Transaction::default();
    let hint = "the address has a rule: remove it first";
    let taken = Refused::field(RefusalCode::AddressTaken, "email", hint);
    transaction.add_or(link_rules::create(tenant, &records.hasher, &rule)?, taken);
    let doer = Doer::new(allowed, request, records.clock.now());
    transaction.note(doer, "link_rule.created", rule.id)?;
    let Some(stopped) = transaction.try_commit(table).await? else { return Ok(rule) };
    let there: Option<LinkRule> = stopped.item.map(item::from_item).transpose()?;
    // An earlier try of this very request may have made it.
    there.filter(|there| there.id == rule.id).ok_or_else(|| stopped.refused.into())
}

/// One page of the rules, oldest first.
///
/// # Errors
/// Faults of the table.
pub async fn list(
    records: &Records,
    allowed: &Allowed<ReadContacts>,
    wish: Wish,
) -> Result<Listed<LinkRule>, FlowError> {
    let table = records.table.as_ref();
    let page = link_rules::list(table, allowed.tenant(), None, wish.limit, wish.after).await?;
    Ok(page.into())
}

/// Removes a rule whose revision is `rev`. Links that it made stay.
///
/// # Errors
/// `not_found`, `revision_mismatch`.
pub async fn delete(
    records: &Records,
    allowed: &Allowed<WriteContacts>,
    request: RequestId,
    id: LinkRuleId,
    rev: u64,
) -> Result<(), FlowError> {
    let (table, tenant) = (records.table.as_ref(), allowed.tenant());
    let (found, _) = link_rules::list(table, tenant, Some(id), 1, None).await?;
    let rule = found.into_iter().next().ok_or_else(FlowError::not_found)?;
    if rule.rev != rev {
        return Err(revision_mismatch().into());
    }
    let mut transaction = Transaction::default();
    let gone = FlowError::no_such_thing();
    transaction.add_or(link_rules::delete(tenant, &records.hasher, &rule), gone);
    let doer = Doer::new(allowed, request, records.clock.now());
    transaction.note(doer, "link_rule.deleted", id)?;
    transaction.commit(table).await
}
