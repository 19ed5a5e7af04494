//! Calendar mails, answers to invitations, and calendar feeds.

use std::collections::BTreeSet;

use domain::ids::{InvitationId, TenantId, UserId};
use domain::limits::{CALENDAR_MAILS_MAX, EVENT_LENGTH_MAX, MEETING_PAGES_MAX, PAGE_ITEMS_MAX};
use domain::meeting::{CalendarFeed, CalendarMail, InvitationAnswer};
use domain::meeting_times::Begins;
use domain::timestamp::Timestamp;

use crate::item;
use crate::keys;
use crate::table::{
    Condition, Index, PageMark, Query, SortRange, Table, TableFault, TableName, Write,
};

/// The write that keeps a calendar mail. The same mail writes the same item.
///
/// # Errors
/// See [`item::to_item`].
pub fn keep(tenant: TenantId, mail: &CalendarMail) -> Result<Write, TableFault> {
    let place = mail.begins(EVENT_LENGTH_MAX).map(|begins| match begins {
        Begins::Once(at) => (Some(at.month()), at.to_string()),
        Begins::Again { until } => (None, until.to_string()),
    });
    let keys = keys::calendar_mail(tenant, mail, place);
    let item = item::to_item("calendar_mail", &keys, mail)?;
    Ok(Write::Put { key: keys.key, item, condition: None })
}

/// The calendar mails about an invitation, by the date they were written.
///
/// # Errors
/// A fault of the table.
pub async fn mails(
    table: &dyn Table,
    tenant: TenantId,
    invitation: InvitationId,
) -> Result<Vec<CalendarMail>, TableFault> {
    let mut query = Query {
        table: TableName::Crm,
        index: Index::Primary,
        partition: keys::invitation_partition(tenant, invitation),
        range: SortRange::StartsWith(keys::CALENDAR_MAIL.to_owned()),
        descending: false,
        limit: CALENDAR_MAILS_MAX,
        after: None,
    };
    let mut mails = Vec::new();
    loop {
        let page = table.query(&query).await?;
        for item in page.items {
            mails.push(item::from_item(item)?);
        }
        query.after = page.next;
        let read = u32::try_from(mails.len()).unwrap_or(u32::MAX);
        query.limit = CALENDAR_MAILS_MAX.saturating_sub(read);
        if query.after.is_none() || query.limit == 0 {
            return Ok(mails);
        }
    }
}

/// One page of the mails that invited a user, the last received first.
///
/// # Errors
/// A fault of the table.
pub async fn invitations_of(
    table: &dyn Table,
    tenant: TenantId,
    user: UserId,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<CalendarMail>, Option<PageMark>), TableFault> {
    let query = Query {
        table: TableName::Crm,
        index: Index::Gsi1,
        partition: keys::invitations_of(tenant, user),
        range: SortRange::All,
        descending: true,
        limit,
        after,
    };
    let page = table.query(&query).await?;
    let mails = page.items.into_iter().map(item::from_item).collect::<Result<_, _>>()?;
    Ok((mails, page.next))
}

/// The invitations of a user to what begins in a month (`yyyymm`), or, without one, to what recurs and
/// has not ended at a moment; those of at most [`MEETING_PAGES_MAX`] pages of mails.
///
/// # Errors
/// A fault of the table.
pub async fn meetings_of(
    table: &dyn Table,
    tenant: TenantId,
    user: UserId,
    month: Option<&str>,
    from: Timestamp,
) -> Result<BTreeSet<InvitationId>, TableFault> {
    let range = match month {
        Some(_) => SortRange::All,
        None => SortRange::Between(from.to_string(), "~".to_owned()),
    };
    let mut query = Query {
        table: TableName::Crm,
        index: Index::Gsi2,
        partition: keys::meetings_of(tenant, user, month),
        range,
        descending: false,
        limit: PAGE_ITEMS_MAX,
        after: None,
    };
    let mut found = BTreeSet::new();
    for _ in 0..MEETING_PAGES_MAX {
        let page = table.query(&query).await?;
        for item in page.items {
            let mail: CalendarMail = item::from_item(item)?;
            found.insert(mail.invitation);
        }
        query.after = page.next;
        if query.after.is_none() {
            break;
        }
    }
    Ok(found)
}

/// A user's answer to an invitation.
///
/// # Errors
/// A fault of the table.
pub async fn answer(
    table: &dyn Table,
    tenant: TenantId,
    invitation: InvitationId,
) -> Result<Option<InvitationAnswer>, TableFault> {
    let got = table.get(&keys::invitation_answer(tenant, invitation).key).await?;
    got.item.map(item::from_item).transpose()
}

/// The write that keeps an answer, if the one before it still has the revision `rev_before`; none where
/// there was none.
///
/// # Errors
/// See [`item::to_item`].
pub fn keep_answer(
    tenant: TenantId,
    answer: &InvitationAnswer,
    rev_before: Option<u64>,
) -> Result<Write, TableFault> {
    let keys = keys::invitation_answer(tenant, answer.invitation);
    match rev_before {
        None => item::create("invitation_answer", keys, answer),
        Some(rev) => item::replace("invitation_answer", keys, answer, rev),
    }
}

/// A user's feed.
///
/// # Errors
/// A fault of the table.
pub async fn feed(
    table: &dyn Table,
    tenant: TenantId,
    user: UserId,
) -> Result<Option<CalendarFeed>, TableFault> {
    let got = table.get(&keys::calendar_feed(tenant, user).key).await?;
    got.item.map(item::from_item).transpose()
}

/// The feed that a secret opens, by its keyed hash.
///
/// # Errors
/// A fault of the table.
pub async fn feed_of_secret(
    table: &dyn Table,
    secret_hash: &str,
) -> Result<Option<CalendarFeed>, TableFault> {
    let got = table.get(&keys::calendar_secret(secret_hash).key).await?;
    got.item.map(item::from_item).transpose()
}

/// The writes that give a feed its secret and, where there was one, take the one before away.
///
/// # Errors
/// See [`item::to_item`].
pub fn keep_feed(
    feed: &CalendarFeed,
    before: Option<&CalendarFeed>,
) -> Result<Vec<Write>, TableFault> {
    let keys = keys::calendar_feed(feed.tenant, feed.user);
    let head = match before {
        None => item::create("calendar_feed", keys, feed)?,
        Some(before) => item::replace("calendar_feed", keys, feed, before.rev)?,
    };
    let secret = keys::calendar_secret(&feed.secret_hash);
    let mut writes = vec![head, item::create("calendar_secret", secret, feed)?];
    if let Some(before) = before {
        let key = keys::calendar_secret(&before.secret_hash).key;
        writes.push(Write::Delete { key, condition: Some(Condition::Exists) });
    }
    Ok(writes)
}
