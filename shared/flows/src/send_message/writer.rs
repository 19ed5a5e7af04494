//! In whose name a user may write: his own address, one that he has verified, and the addresses of the
//! tenant's domains that are no other person's.

use std::collections::BTreeSet;

use domain::ids::MailboxId;
use domain::permission::{Allowed, SendMail};
use domain::refusal::{RefusalCode, Refused};
use domain::route::DomainClaim;
use mail::compose::Correspondent;
use store::sender_addresses::{self, SenderClaim};
use store::users::UserClaim;
use store::{item, keys, table, users};

use crate::error::FlowError;
use crate::ports::Records;
use crate::text_rules;

/// Who writes.
pub(super) struct Writer {
    pub from: Correspondent,
    pub mailbox: MailboxId,
    /// Whether mail to the address comes in here.
    pub answers_come_here: bool,
}

pub(super) async fn of(
    records: &Records,
    allowed: &Allowed<SendMail>,
    from: Option<&str>,
) -> Result<Writer, FlowError> {
    let tenant = allowed.tenant();
    let store = records.table.as_ref();
    let user = users::get(store, tenant, allowed.user()).await?.ok_or_else(FlowError::not_found)?;
    let address = match from {
        Some(text) => text_rules::address("from", text)?,
        None => user.email.clone(),
    };
    let hasher = &records.hasher;
    let owner = keys::user_address(tenant, &hasher.address(&address)).key;
    let domain = keys::domain_claim(address.domain()).key;
    let sender = sender_addresses::claim_key(tenant, hasher, &address);
    let all = BTreeSet::from([owner.clone(), domain.clone(), sender.clone()]);
    let mut got = table::get_all(store, &all).await?.items;
    let owner: Option<UserClaim> = got.remove(&owner).map(item::from_item).transpose()?;
    let domain: Option<DomainClaim> = got.remove(&domain).map(item::from_item).transpose()?;
    let sender: Option<SenderClaim> = got.remove(&sender).map(item::from_item).transpose()?;

    let of_our_domain = domain.is_some_and(|claim| claim.tenant == tenant);
    let me = |user| user == allowed.user();
    let mine = owner.as_ref().is_some_and(|claim| me(claim.user))
        || sender.as_ref().is_some_and(|claim| me(claim.user));
    let of_another =
        owner.is_some_and(|claim| !me(claim.user)) || sender.is_some_and(|claim| !me(claim.user));
    if !mine && (of_another || !of_our_domain) {
        let hint =
            "use your own address, one that you have verified, or one of your organization's";
        return Err(Refused::field(RefusalCode::SenderNotAllowed, "from", hint).into());
    }
    let name = Some(user.name).filter(|_| mine);
    let from = Correspondent { name, address };
    Ok(Writer { from, mailbox: user.mailbox, answers_come_here: of_our_domain })
}
