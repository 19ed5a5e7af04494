//! Addresses and domains that are not mailed. [`blocking`] is asked before every send.

use std::collections::{BTreeMap, BTreeSet};

use domain::bounce::Permanence;
use domain::bounce_category::BounceCategory;
use domain::email_address::{EmailAddress, KeyedHasher};
use domain::ids::{CampaignId, ListId, TenantId};
use domain::suppression::{Suppression, SuppressionScope};
use domain::timestamp::Timestamp;

use crate::item;
use crate::keys::{self, ItemKeys, ListedBlock};
use crate::table::{
    self, Index, Key, PageMark, Query, SortRange, Table, TableFault, TableName, Write, WriteError,
};

const KIND: &str = "suppression";

/// Primary key of a block of an address, for batch reads.
pub fn address_key(
    tenant: TenantId,
    hasher: &KeyedHasher,
    scope: SuppressionScope,
    address: &EmailAddress,
) -> Key {
    let hash = hasher.address(address);
    let subject = if scope == SuppressionScope::Domain { address.domain() } else { &hash };
    keys::suppression(tenant, scope, subject, None).key
}

fn keys_of(block: &Suppression) -> ItemKeys {
    let permanence = match block.permanence {
        Permanence::Temporary => "temporary",
        Permanence::Permanent => "permanent",
    };
    let listed = (!block.is_lifted()).then(|| ListedBlock {
        blocked_at: block.blocked_at,
        review_at: block.review_at,
        permanence,
        category: block.category.map_or(block.cause.name(), BounceCategory::key),
    });
    let subject = block.address_hash.as_deref().unwrap_or(&block.domain);
    keys::suppression(block.tenant, block.scope, subject, listed)
}

/// The write that makes a block where there is none, lifted ones included.
///
/// # Errors
/// See [`item::to_item`].
pub fn create(block: &Suppression) -> Result<Write, TableFault> {
    item::create(KIND, keys_of(block), block)
}

/// The write that replaces it, if the stored revision is still `rev_before`: for lifts and reviews.
///
/// # Errors
/// See [`item::to_item`].
pub fn replace(block: &Suppression, rev_before: u64) -> Result<Write, TableFault> {
    item::replace(KIND, keys_of(block), block, rev_before)
}

/// What became of the wish to block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Blocked {
    /// It stands now; before it was none, or a weaker or lifted one.
    New(Suppression),
    /// One that says as much stood before, or a later lift outweighs it.
    Known(Suppression),
}

/// Blocks. Two workers with two blocks of one address leave the same one in whichever order.
/// `stored` is what the caller knows to be there.
///
/// # Errors
/// A fault of the table.
pub async fn block(
    table: &dyn Table,
    wanted: &Suppression,
    stored: Option<Suppression>,
) -> Result<Blocked, TableFault> {
    let mut known = stored;
    loop {
        let (write, result) = match known {
            None => (create(wanted)?, wanted.clone()),
            Some(mut block) => {
                let rev_before = block.rev;
                if !block.absorb(wanted) {
                    return Ok(Blocked::Known(block));
                }
                (replace(&block, rev_before)?, block)
            }
        };
        // Each turn meets a change that somebody else made: it ends.
        known = match table.write(write).await {
            Ok(_) => return Ok(Blocked::New(result)),
            Err(WriteError::ConditionFailed(item)) => item.map(item::from_item).transpose()?,
            Err(WriteError::Fault(fault)) => return Err(fault),
        };
    }
}

/// Lifts a temporary block, because its address showed at that moment that it lives. Later blocks
/// and permanent ones stay.
///
/// # Errors
/// A fault of the table.
pub async fn lift_temporary(
    table: &dyn Table,
    stored: Suppression,
    at: Timestamp,
) -> Result<(), TableFault> {
    let mut known = Some(stored);
    while let Some(mut block) = known {
        let ours = block.permanence == Permanence::Temporary && block.blocked_at <= at;
        if !ours || block.is_lifted() {
            return Ok(());
        }
        let rev_before = block.rev;
        block.lift(at, false);
        known = match table.write(replace(&block, rev_before)?).await {
            Ok(_) => return Ok(()),
            Err(WriteError::ConditionFailed(item)) => item.map(item::from_item).transpose()?,
            Err(WriteError::Fault(fault)) => return Err(fault),
        };
    }
    Ok(())
}

/// One block of an address, lifted or not.
///
/// # Errors
/// A fault of the table.
pub async fn get(
    table: &dyn Table,
    tenant: TenantId,
    hasher: &KeyedHasher,
    scope: SuppressionScope,
    address: &EmailAddress,
) -> Result<Option<Suppression>, TableFault> {
    let got = table.get(&address_key(tenant, hasher, scope, address)).await?;
    got.item.map(item::from_item).transpose()
}

/// A mail that is about to be sent to an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The address.
    pub address: EmailAddress,
    /// The list it is a member of, for mail to lists.
    pub list: Option<ListId>,
    /// The campaign, for mail of campaigns.
    pub campaign: Option<CampaignId>,
}

impl Asked {
    /// A mail that a person writes.
    pub fn one_off(address: EmailAddress) -> Self {
        Self { address, list: None, campaign: None }
    }

    /// The scopes that can stop it, the widest first.
    fn scopes(&self) -> impl Iterator<Item = SuppressionScope> {
        [SuppressionScope::Global, SuppressionScope::Tenant, SuppressionScope::Bounces]
            .into_iter()
            .chain(self.list.map(SuppressionScope::List))
            .chain(self.campaign.map(SuppressionScope::Campaign))
            .chain([SuppressionScope::Domain])
    }
}

/// The widest block that holds now, for each address that has one: asked at the snapshot of a
/// campaign, and again just before each call of the provider (H9). Four keys an address, up to six
/// for campaigns, in as few batch reads as they fit.
///
/// # Errors
/// A fault of the table.
pub async fn blocking(
    table: &dyn Table,
    tenant: TenantId,
    hasher: &KeyedHasher,
    asked: &[Asked],
    now: Timestamp,
) -> Result<BTreeMap<EmailAddress, Suppression>, TableFault> {
    let wanted: Vec<(&Asked, Vec<Key>)> = asked
        .iter()
        .map(|mail| {
            let key = |scope| address_key(tenant, hasher, scope, &mail.address);
            (mail, mail.scopes().map(key).collect())
        })
        .collect();
    let all: BTreeSet<Key> = wanted.iter().flat_map(|(_, keys)| keys.iter().cloned()).collect();
    let got = table::get_all(table, &all).await?.items;
    let mut blocked = BTreeMap::new();
    for (mail, keys) in wanted {
        for item in keys.iter().filter_map(|key| got.get(key)) {
            let block: Suppression = item::from_item(item.clone())?;
            if block.holds(now) {
                blocked.entry(mail.address.clone()).or_insert(block);
            }
        }
    }
    Ok(blocked)
}

/// One page of the blocks of a type, the newest first. Some of temporary ones may have ended by
/// themselves: ask [`Suppression::holds`].
///
/// # Errors
/// A fault of the table.
pub async fn of_type(
    table: &dyn Table,
    tenant: TenantId,
    permanence: Permanence,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<Suppression>, Option<PageMark>), TableFault> {
    let name = match permanence {
        Permanence::Temporary => "temporary",
        Permanence::Permanent => "permanent",
    };
    let partition = keys::blocks_of_type(tenant, name);
    page(table, Index::Gsi1, partition, SortRange::All, true, (limit, after)).await
}

/// One page of the blocks of a category (or, where they have none, of a cause's name), those first
/// whose review is due first; `due_by` leaves out those that are due later.
///
/// # Errors
/// A fault of the table.
pub async fn of_category(
    table: &dyn Table,
    tenant: TenantId,
    category: &str,
    due_by: Option<Timestamp>,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<Suppression>, Option<PageMark>), TableFault> {
    // `~` sorts behind all that stands behind a time.
    let until = |due: Timestamp| SortRange::Between("0".to_owned(), format!("{due}~"));
    let range = due_by.map_or(SortRange::All, until);
    let partition = keys::blocks_of_category(tenant, category);
    page(table, Index::Gsi2, partition, range, false, (limit, after)).await
}

async fn page(
    table: &dyn Table,
    index: Index,
    partition: String,
    range: SortRange,
    descending: bool,
    (limit, after): (u32, Option<PageMark>),
) -> Result<(Vec<Suppression>, Option<PageMark>), TableFault> {
    let query = Query { table: TableName::Crm, index, partition, range, descending, limit, after };
    let page = table.query(&query).await?;
    let blocks = page.items.into_iter().map(item::from_item).collect::<Result<_, _>>()?;
    Ok((blocks, page.next))
}
