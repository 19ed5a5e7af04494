//! Tasks, events and notes, and that they are about records.

use std::collections::BTreeSet;

use domain::activity::{Activity, ActivityLink, OwnerList};
use domain::ids::{ActivityId, ContactId, MessageId, TenantId, UserId};

use crate::contact_timeline;
use crate::item;
use crate::keys;
use crate::table::{
    self, Condition, Index, PageMark, Query, SortRange, Table, TableFault, TableName, Write,
};

/// One page of activities.
pub type ActivityPage = (Vec<Activity>, Option<PageMark>);

/// The write that makes an activity.
///
/// # Errors
/// See [`item::to_item`].
pub fn create(tenant: TenantId, activity: &Activity) -> Result<Write, TableFault> {
    item::create("activity", keys::activity(tenant, activity), activity)
}

/// The write that replaces an activity, if the stored revision is still `rev_before`.
///
/// # Errors
/// See [`item::to_item`].
pub fn replace(
    tenant: TenantId,
    activity: &Activity,
    rev_before: u64,
) -> Result<Write, TableFault> {
    item::replace("activity", keys::activity(tenant, activity), activity, rev_before)
}

/// The write that removes an activity, if the stored revision is still the given one. Its links are
/// to be removed with it.
pub fn delete(tenant: TenantId, activity: &Activity) -> Write {
    Write::Delete {
        key: keys::activity_lookup(tenant, activity.id),
        condition: Some(Condition::Equals("rev", item::number(activity.rev))),
    }
}

/// The write that shows an activity under a record. The same link writes the same item.
///
/// # Errors
/// See [`item::to_item`].
pub fn link(
    tenant: TenantId,
    contact: ContactId,
    activity: &Activity,
) -> Result<Write, TableFault> {
    let keys = keys::activity_link(tenant, contact, activity);
    let link = ActivityLink { contact, activity: activity.id };
    let item = item::to_item("activity_link", &keys, &link)?;
    Ok(Write::Put { key: keys.key, item, condition: None })
}

/// The write that takes an activity away from a record, there or not.
pub fn unlink(tenant: TenantId, contact: ContactId, activity: &Activity) -> Write {
    Write::Delete { key: keys::activity_link(tenant, contact, activity).key, condition: None }
}

/// That a record is there: a check for transactions.
pub fn check_contact(tenant: TenantId, contact: ContactId) -> Write {
    Write::Check { key: keys::contact_lookup(tenant, contact), condition: Condition::Exists }
}

/// An activity by its id.
///
/// # Errors
/// A fault of the table.
pub async fn get(
    table: &dyn Table,
    tenant: TenantId,
    activity: ActivityId,
) -> Result<Option<Activity>, TableFault> {
    let got = table.get(&keys::activity_lookup(tenant, activity)).await?;
    got.item.map(item::from_item).transpose()
}

/// One page of a list of a user's activities.
///
/// # Errors
/// A fault of the table.
pub async fn of_user(
    table: &dyn Table,
    tenant: TenantId,
    user: UserId,
    list: OwnerList,
    (range, descending): (SortRange, bool),
    (limit, after): (u32, Option<PageMark>),
) -> Result<ActivityPage, TableFault> {
    let partition = keys::activities_of_user(tenant, user, list);
    let query = Query {
        table: TableName::Crm,
        index: Index::Gsi1,
        partition,
        range,
        descending,
        limit,
        after,
    };
    read_page(table, &query).await
}

/// One page of the activities made from a message, newest first.
///
/// # Errors
/// A fault of the table.
pub async fn of_message(
    table: &dyn Table,
    tenant: TenantId,
    message: MessageId,
    limit: u32,
    after: Option<PageMark>,
) -> Result<ActivityPage, TableFault> {
    let query = Query {
        table: TableName::Crm,
        index: Index::Gsi2,
        partition: keys::activities_of_message(tenant, message),
        range: SortRange::All,
        descending: true,
        limit,
        after,
    };
    read_page(table, &query).await
}

async fn read_page(table: &dyn Table, query: &Query) -> Result<ActivityPage, TableFault> {
    let page = table.query(query).await?;
    let activities = page.items.into_iter().map(item::from_item).collect::<Result<_, _>>()?;
    Ok((activities, page.next))
}

/// One page of the activities about a record under any of its ids, newest first: its links, and what
/// they lead to.
///
/// # Errors
/// Faults of the table.
pub async fn of_contact(
    table: &dyn Table,
    tenant: TenantId,
    identities: &[ContactId],
    limit: u32,
    after: Option<PageMark>,
) -> Result<ActivityPage, TableFault> {
    let start = keys::ACTIVITY_LINK;
    let (lines, next) =
        contact_timeline::newest(table, tenant, identities, start, (limit, after)).await?;
    let mut wanted = Vec::new();
    for item in lines.into_iter().filter_map(|items| items.into_iter().next()) {
        let link: ActivityLink = item::from_item(item)?;
        wanted.push(link.activity);
    }
    Ok((get_all(table, tenant, &wanted).await?, next))
}

/// Those of these activities that are there, in their order.
///
/// # Errors
/// Faults of the table.
pub async fn get_all(
    table: &dyn Table,
    tenant: TenantId,
    ids: &[ActivityId],
) -> Result<Vec<Activity>, TableFault> {
    let wanted: Vec<_> = ids.iter().map(|id| keys::activity_lookup(tenant, *id)).collect();
    let all: BTreeSet<_> = wanted.iter().cloned().collect();
    let mut got = table::get_all(table, &all).await?.items;
    let found = wanted.iter().filter_map(|key| got.remove(key));
    found.map(item::from_item).collect()
}
