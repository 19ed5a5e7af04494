//! What users are told.

use domain::ids::{MailNoticeId, TenantId, UserId};
use domain::limits;
use domain::mail_notice::MailNotice;

use crate::item;
use crate::keys;
use crate::table::{
    Condition, Index, PageMark, Query, SortRange, Table, TableFault, TableName, Write,
};

/// The write that tells a user something. The same notice writes the same item.
///
/// # Errors
/// See [`item::to_item`].
pub fn tell(tenant: TenantId, notice: &MailNotice) -> Result<Write, TableFault> {
    let keys = keys::mail_notice(tenant, notice.user, notice.id);
    let mut item = item::to_item("mail_notice", &keys, notice)?;
    item::expire(&mut item, notice.created_at.plus(limits::NOTICE_LIFE));
    Ok(Write::Put { key: keys.key, item, condition: None })
}

/// The write that takes a notice away, if it is there.
pub fn dismiss(tenant: TenantId, user: UserId, notice: MailNoticeId) -> Write {
    let key = keys::mail_notice(tenant, user, notice).key;
    Write::Delete { key, condition: Some(Condition::Exists) }
}

/// One page of a user's notices, newest first.
///
/// # Errors
/// A fault of the table.
pub async fn list(
    table: &dyn Table,
    tenant: TenantId,
    user: UserId,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<MailNotice>, Option<PageMark>), TableFault> {
    let query = Query {
        table: TableName::Delivery,
        index: Index::Primary,
        partition: keys::mail_notices_of(tenant, user),
        range: SortRange::All,
        descending: true,
        limit,
        after,
    };
    let page = table.query(&query).await?;
    let notices = page.items.into_iter().map(item::from_item).collect::<Result<_, _>>()?;
    Ok((notices, page.next))
}
