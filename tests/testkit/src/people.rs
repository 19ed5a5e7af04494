//! Tenants with people whom mail reaches, written as production writes them.

use std::collections::BTreeMap;

use domain::email_address::{AddressFlaw, EmailAddress};
use domain::ids::{MailboxId, MessageId, RouteId, TenantId, UserId};
use domain::mailbox::Mailbox;
use domain::route::{Route, RouteMatch};
use domain::route_purpose::Purpose;
use domain::send::{Send, SendPlace};
use domain::tenant::{Tenant, TenantSettings};
use domain::timestamp::Timestamp;
use domain::user::{Role, User};
use flows::ports::Records;
use store::table::{TableFault, TransactError, Write};
use store::{mailboxes, routes, sends, tenants, users};

use crate::ses_events::SentMail;

/// A tenant of a test.
#[derive(Clone, Debug)]
pub struct TestTenant {
    /// Its id.
    pub id: TenantId,
    /// Its people by the local part of their addresses.
    pub people: BTreeMap<String, UserId>,
}

/// The scenario could not be written.
#[derive(Debug, thiserror::Error)]
pub enum NotWritten {
    /// An address is none.
    #[error(transparent)]
    Address(#[from] AddressFlaw),
    /// A record can't be an item.
    #[error(transparent)]
    Item(#[from] TableFault),
    /// The table refused.
    #[error(transparent)]
    Table(#[from] TransactError),
}

/// Makes tenant `number`, the first one the operator, with an owner and more members at these
/// addresses. The same number gives the same ids, whatever the world's randomness.
///
/// # Errors
/// [`NotWritten`]: the test's own mistake.
pub async fn make_tenant(
    records: &Records,
    number: u128,
    addresses: &[&str],
) -> Result<TestTenant, NotWritten> {
    let now = records.clock.now();
    let made_at = Timestamp::from_seconds(1_700_000_000);
    let id = TenantId::from_parts(made_at, number * 100);
    let settings = TenantSettings::default();
    let tenant = Tenant { id, name: format!("Tenant {number}"), settings, created_at: now, rev: 1 };
    let mut writes = vec![tenants::create(&tenant)?];
    if number == 1 {
        writes.push(tenants::appoint_operator(id)?);
    }
    let mut people = BTreeMap::new();
    for (n, address) in (1..).zip(addresses) {
        let bits = number * 100 + n;
        let address = EmailAddress::parse(address)?;
        let user = User {
            id: UserId::from_parts(made_at, bits),
            name: address.local_part().to_owned(),
            email: address.clone(),
            role: if n == 1 { Role::Owner } else { Role::Member },
            mailbox: MailboxId::from_parts(made_at, bits),
            disabled_at: None,
            created_at: now,
            rev: 1,
        };
        writes.extend(with_mailbox_and_route(records, id, &user, bits)?);
        people.insert(address.local_part().to_owned(), user.id);
    }
    records.table.transact(writes).await?;
    Ok(TestTenant { id, people })
}

fn with_mailbox_and_route(
    records: &Records,
    tenant: TenantId,
    user: &User,
    bits: u128,
) -> Result<[Write; 4], TableFault> {
    let mailbox = Mailbox {
        id: user.mailbox,
        name: user.name.clone(),
        owner: user.id,
        created_at: user.created_at,
        rev: 1,
    };
    let route = Route {
        id: RouteId::from_parts(Timestamp::from_seconds(1_700_000_000), bits),
        matches: RouteMatch::Address(user.email.clone()),
        tenant,
        mailbox: user.mailbox,
        owner: user.id,
        purpose: Purpose::Mailbox,
        ends_at: None,
        turn: 0,
        created_at: user.created_at,
        rev: 1,
    };
    Ok([
        users::create(tenant, user)?,
        users::claim_address(tenant, &records.hasher, &user.email, user.id)?,
        mailboxes::create(tenant, &mailbox)?,
        routes::create(&records.hasher, &route)?,
    ])
}

/// Sends a mail that a person of the tenant wrote, as production writes it down.
///
/// # Errors
/// [`NotWritten`]: the test's own mistake.
pub async fn send_one_off(
    records: &Records,
    tenant: TenantId,
    message: u128,
    to: &str,
) -> Result<SentMail, NotWritten> {
    let place = SendPlace::OneOff { message: MessageId::from_bits(message) };
    let to = EmailAddress::parse(to)?;
    let send = Send::queued(place, to.clone(), None, records.clock.now());
    let write = sends::create(tenant, &records.hasher, &send)?;
    records.table.transact(vec![write]).await?;
    Ok(SentMail { tenant, place, to })
}
