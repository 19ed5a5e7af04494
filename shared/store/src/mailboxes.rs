//! Mailboxes.

use domain::ids::{MailboxId, TenantId};
use domain::mailbox::Mailbox;

use crate::item;
use crate::keys;
use crate::table::{Table, TableFault, Write};

/// The write that makes a mailbox.
///
/// # Errors
/// See [`item::to_item`].
pub fn create(tenant: TenantId, mailbox: &Mailbox) -> Result<Write, TableFault> {
    item::create("mailbox", keys::mailbox(tenant, mailbox.id), mailbox)
}

/// A mailbox.
///
/// # Errors
/// A fault of the table.
pub async fn get(
    table: &dyn Table,
    tenant: TenantId,
    mailbox: MailboxId,
) -> Result<Option<Mailbox>, TableFault> {
    table.get(&keys::mailbox(tenant, mailbox).key).await?.item.map(item::from_item).transpose()
}
