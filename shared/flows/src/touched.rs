//! Whether anybody did anything with a record since mail made it: changed it, merged it, put it on a
//! list, linked a mail to it, made a task, event, note or consent of it, or a standing rule that names
//! it. Such a record is a person's work and stays when what mail made is taken back.

use std::collections::BTreeSet;

use domain::contact::{Contact, ContactSource};
use domain::ids::{ContactId, TenantId};
use domain::limits::{PAGE_ITEMS_MAX, PAGE_ROUNDS_MAX};
use futures::future::{try_join, try_join3};
use store::table::{Table, TableFault};
use store::{activities, consents, contact_timeline, link_rules, lists};

/// Looks at records of a tenant; the standing rules are read once for all of them.
pub(crate) struct Touched<'t> {
    table: &'t dyn Table,
    tenant: TenantId,
    ruled: BTreeSet<ContactId>,
}

impl<'t> Touched<'t> {
    /// Reads the standing rules, as many as a few pages have.
    pub(crate) async fn look(table: &'t dyn Table, tenant: TenantId) -> Result<Self, TableFault> {
        let (mut ruled, mut after) = (BTreeSet::new(), None);
        for _ in 0..PAGE_ROUNDS_MAX {
            let page = link_rules::list(table, tenant, None, PAGE_ITEMS_MAX, after).await?;
            ruled.extend(page.0.into_iter().map(|rule| rule.contact));
            after = page.1;
            if after.is_none() {
                break;
            }
        }
        Ok(Self { table, tenant, ruled })
    }

    /// Whether anybody touched it, or mail did not make it: four queries beside each other, where the
    /// record itself does not tell.
    pub(crate) async fn is(&self, contact: &Contact) -> Result<bool, TableFault> {
        let by_mail = matches!(contact.source, ContactSource::Mail(_));
        if !by_mail || contact.rev != 1 || self.ruled.contains(&contact.id) {
            return Ok(true);
        }
        let (table, tenant, alone) = (self.table, self.tenant, [contact.id]);
        let ((on_lists, _), (acted, _), (consented, _)) = try_join3(
            lists::of_contact(table, tenant, contact.id, 1, None),
            activities::of_contact(table, tenant, &alone, 1, None),
            consents::page(table, tenant, &alone, 1, None),
        )
        .await?;
        let beside = !on_lists.is_empty() || !acted.is_empty() || !consented.is_empty();
        Ok(beside || self.has_link_by_person(contact.id).await?)
    }

    /// A mail that names a record says what the record is in it; a link that says nothing is a
    /// person's. Of more mail than is looked at nobody can say.
    async fn has_link_by_person(&self, contact: ContactId) -> Result<bool, TableFault> {
        let mut after = None;
        for _ in 0..PAGE_ROUNDS_MAX {
            let (links, next) =
                contact_timeline::page(self.table, self.tenant, &[contact], PAGE_ITEMS_MAX, after)
                    .await?;
            if links.iter().any(|link| link.roles.is_empty()) {
                return Ok(true);
            }
            after = next;
            if after.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether an account that mail made was touched, or has people whom mail did not bring: `people` of
    /// its domain are counted.
    pub(crate) async fn is_account(
        &self,
        account: &Contact,
        people: u64,
    ) -> Result<bool, TableFault> {
        let own = store::contacts::people(self.table, self.tenant, account.id, 2, None);
        let (touched, (found, _)) = try_join(self.is(account), own).await?;
        Ok(touched || u64::try_from(found.len()).unwrap_or(u64::MAX) > people)
    }
}
