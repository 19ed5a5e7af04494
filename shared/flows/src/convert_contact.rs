//! A lead becomes a contact (J2). Its id stays, so everything that hangs on it stays with it.

use domain::contact::{Contact, ContactKind, ContactSource};
use domain::contact_act::{self, Act, Deed};
use domain::ids::{ContactId, RequestId, TenantId};
use domain::limits::CONTENTION_RETRIES_MAX;
use domain::permission::{Allowed, WriteContacts};
use domain::refusal::{RefusalCode, Refused};
use store::table::{Table, Write};
use store::{contact_acts, contacts};

use crate::contact_rules::{address_taken, within_bound};
use crate::error::{Failure, FlowError};
use crate::origin::Origin;
use crate::ports::Records;
use crate::text_rules;
use crate::transaction::{Doer, Transaction};
use crate::undoable::{self, within_item};

/// Which account a converted lead belongs to.
#[derive(Clone, Debug)]
pub enum AccountWish {
    /// The one it belonged to, if any.
    AsItWas,
    /// This one.
    Existing(ContactId),
    /// The account that has the address, or else a new one.
    Named {
        /// What a new one is called.
        name: String,
        /// The address by which it is found, and which a new one gets.
        address: Option<String>,
    },
}

/// Converts a lead. A repeated request with the same origin finds it done.
///
/// # Errors
/// `not_found`, `not_a_lead`, what is wrong with the account.
pub async fn convert(
    records: &Records,
    allowed: &Allowed<WriteContacts>,
    request: RequestId,
    origin: Origin,
    id: ContactId,
    wish: AccountWish,
) -> Result<Contact, FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    for _ in 0..CONTENTION_RETRIES_MAX {
        let lead = contacts::get(table, tenant, id).await?.ok_or_else(FlowError::not_found)?;
        if lead.kind != ContactKind::Lead {
            if undoable::done_by(table, tenant, &lead, origin).await? {
                return Ok(lead);
            }
            let hint = "only leads are converted; PATCH changes the kind of other records";
            return Err(Refused::new(RefusalCode::NotALead, hint).into());
        }
        let account = account(records, tenant, origin, &wish).await?;
        let mut after = contact_act::converted(&lead, account.id(), origin.at);
        let deed =
            Deed::Converted { account: account.id(), account_made: !account.writes.is_empty() };
        let dropped = undoable::add(&mut after, &lead, records.clock.now());
        let act = Act {
            contact: lead.id,
            rev: after.rev,
            at: origin.at,
            by: allowed.user(),
            origin: undoable::mark(origin),
            what: deed,
            before: lead.clone(),
        };
        let mut transaction = Transaction::default();
        transaction.add(within_bound(contacts::replace(tenant, &after, lead.rev)?)?);
        for write in account.writes {
            transaction.add_or(write, address_taken());
        }
        transaction.add(within_item(contact_acts::keep(tenant, &act)?)?);
        undoable::forget(&mut transaction, tenant, lead.id, dropped);
        let doer = Doer::new(allowed, request, origin.at);
        transaction.note(doer, "contact.converted", lead.id)?;
        // Stopped: changed meanwhile, or the account's address was claimed meanwhile: look again.
        if transaction.try_commit(table).await?.is_none() {
            return Ok(after);
        }
    }
    Err(Failure::Contention.into())
}

/// The account, and what makes it where it is new.
struct Account {
    found: Option<ContactId>,
    made: Option<ContactId>,
    writes: Vec<Write>,
}

impl Account {
    fn found(found: Option<ContactId>) -> Self {
        Self { found, made: None, writes: Vec::new() }
    }

    fn id(&self) -> Option<ContactId> {
        self.found.or(self.made)
    }
}

async fn account(
    records: &Records,
    tenant: TenantId,
    origin: Origin,
    wish: &AccountWish,
) -> Result<Account, FlowError> {
    let table = records.table.as_ref();
    let (name, address) = match wish {
        AccountWish::AsItWas => return Ok(Account::found(None)),
        AccountWish::Existing(id) => {
            let account = existing(table, tenant, "account.id", *id).await?;
            return Ok(Account::found(Some(account)));
        }
        AccountWish::Named { name, address } => (name, address),
    };
    let address = address.as_deref().map(|text| text_rules::address("account.address", text));
    let address = address.transpose()?;
    if let Some(address) = &address {
        let holder = contacts::holder(table, tenant, &records.hasher, address).await?;
        if let Some(holder) = holder {
            let account = existing(table, tenant, "account.address", holder).await?;
            return Ok(Account::found(Some(account)));
        }
    }
    // Another id than the one that the origin gives to what else the request may make.
    let id = ContactId::from_parts(origin.at, origin.bits ^ 1);
    let name = text_rules::name("account.name", name)?;
    let account = Contact {
        addresses: address.into_iter().collect(),
        ..Contact::new(id, ContactKind::Account, name, ContactSource::Api, origin.at)
    };
    let writes = contacts::create(tenant, &records.hasher, &account)?;
    Ok(Account { found: None, made: Some(id), writes })
}

/// The account of that id.
async fn existing(
    table: &dyn Table,
    tenant: TenantId,
    field: &str,
    id: ContactId,
) -> Result<ContactId, FlowError> {
    match contacts::get(table, tenant, id).await? {
        Some(found) if found.kind == ContactKind::Account => Ok(found.id),
        Some(_) | None => {
            let hint = "it leads to no account";
            Err(Refused::field(RefusalCode::FieldInvalid, field, hint).into())
        }
    }
}
