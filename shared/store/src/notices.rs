//! Notices to people.

use domain::ids::{NoticeId, TenantId, UserId};
use domain::limits;
use domain::notice::Notice;
use domain::timestamp::Timestamp;
use futures::future::try_join_all;

use crate::contact_timeline::newest_of;
use crate::item::{self, text};
use crate::keys;
use crate::table::{
    Change, Condition, Index, PageMark, Query, SortRange, Table, TableFault, TableName, Write,
    WriteError,
};

/// Keeps a notice; one that is there already stays as it is.
///
/// # Errors
/// A fault of the table.
pub async fn keep(table: &dyn Table, notice: &Notice) -> Result<(), TableFault> {
    match table.write(put(notice, Some(Condition::Absent))?).await {
        Ok(_) | Err(WriteError::ConditionFailed(_)) => Ok(()),
        Err(WriteError::Fault(fault)) => Err(fault),
    }
}

/// The write that tells something within the transaction that makes it happen: what happens anew is
/// told anew.
///
/// # Errors
/// See [`item::to_item`].
pub fn tell(notice: &Notice) -> Result<Write, TableFault> {
    put(notice, None)
}

fn put(notice: &Notice, condition: Option<Condition>) -> Result<Write, TableFault> {
    let keys = keys::notice(notice.tenant, notice.owner, notice.id);
    let mut item = item::to_item("notice", &keys, notice)?;
    item::expire(&mut item, notice.created_at.plus(limits::NOTICE_LIFE));
    Ok(Write::Put { key: keys.key, item, condition })
}

/// What a reader does with a notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// He has read it.
    Read,
    /// He puts it away.
    Dismissed,
}

/// The write that marks a notice, if it is there and not put away.
pub fn mark(
    tenant: TenantId,
    owner: Option<UserId>,
    notice: NoticeId,
    as_what: Mark,
    at: Timestamp,
) -> Write {
    let mut changes = vec![Change::SetIfAbsent("read_at", text(at))];
    if as_what == Mark::Dismissed {
        changes.push(Change::Set("dismissed_at", text(at)));
    }
    let key = keys::notice(tenant, owner, notice).key;
    let there = Condition::All(vec![Condition::Exists, Condition::Lacks("dismissed_at")]);
    Write::Update { key, changes, condition: Some(there) }
}

/// A notice, if it is there and not put away.
///
/// # Errors
/// A fault of the table.
pub async fn get(
    table: &dyn Table,
    tenant: TenantId,
    owner: Option<UserId>,
    notice: NoticeId,
) -> Result<Option<Notice>, TableFault> {
    let found = table.get(&keys::notice(tenant, owner, notice).key).await?.item;
    let found: Option<Notice> = found.map(item::from_item).transpose()?;
    Ok(found.filter(|notice| notice.dismissed_at.is_none()))
}

/// One page of the notices to these: users, or the administrators (none). The newest first, those put
/// away too; one query for each.
///
/// # Errors
/// A fault of the table.
pub async fn page(
    table: &dyn Table,
    tenant: TenantId,
    owners: &[Option<UserId>],
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<Notice>, Option<PageMark>), TableFault> {
    let query = |owner: &Option<UserId>| {
        let partition = keys::notices_of(tenant, *owner);
        // The mark says behind which notice the page begins, in whichever partition that is.
        let after = after.clone().map(|mut mark| {
            mark.insert("pk".to_owned(), partition.clone());
            mark
        });
        Query {
            table: TableName::Delivery,
            index: Index::Primary,
            partition,
            range: SortRange::All,
            descending: true,
            limit,
            after,
        }
    };
    let queries: Vec<Query> = owners.iter().map(query).collect();
    let pages = try_join_all(queries.iter().map(|query| table.query(query))).await?;
    let Some(first) = owners.first() else { return Ok((Vec::new(), None)) };
    let (lines, next) = newest_of(pages, limit, &keys::notices_of(tenant, *first));
    let notices = lines.into_iter().flatten().map(item::from_item).collect::<Result<_, _>>()?;
    Ok((notices, next))
}
