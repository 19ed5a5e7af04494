//! The tree of users (J1): shown, and changed one manager at a time.
//!
//! A change writes the place of the one who moves and those of all above him, before and after, each
//! under its version. Two changes that touch one way up can't both happen unseen, so no circle and no
//! depth beyond the bound comes of changes at once.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{RequestId, TenantId, UserId};
use domain::limits::{CONTENTION_RETRIES_MAX, TEAM_LEVELS_MAX, TEAM_MAX};
use domain::permission::{Allowed, ReadUsers, WriteUsers};
use domain::refusal::{RefusalCode, Refused};
use domain::team::{Place, levels_below};
use store::table::{Table, TableFault};
use store::{teams, users};

use crate::error::{Failure, FlowError};
use crate::manage_users::may_handle;
use crate::ports::Records;
use crate::transaction::{Doer, Transaction, revision_mismatch};

/// Where somebody stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// His place.
    pub place: Place,
    /// Who stands above him: his manager first.
    pub above: Vec<UserId>,
    /// Those of his team who report to him themselves.
    pub reports: Vec<UserId>,
}

/// Where a user stands: three kinds of reads, one for each level above and one batch for the team.
///
/// # Errors
/// `not_found`.
pub async fn show(
    records: &Records,
    allowed: &Allowed<ReadUsers>,
    user: UserId,
) -> Result<Standing, FlowError> {
    let (table, tenant) = (records.table.as_ref(), allowed.tenant());
    let found = teams::user_and_place(table, tenant, user).await?;
    let (_, place) = found.ok_or_else(FlowError::not_found)?;
    Ok(standing(table, tenant, place).await?)
}

async fn standing(
    table: &dyn Table,
    tenant: TenantId,
    place: Place,
) -> Result<Standing, TableFault> {
    let above = way_up(table, tenant, place.manager).await?;
    let team = teams::places(table, tenant, &place.team).await?;
    let reports = team.values().filter(|below| below.manager == Some(place.user));
    let reports = reports.map(|below| below.user).collect();
    Ok(Standing { above: above.iter().map(|above| above.user).collect(), reports, place })
}

/// The places of a manager and of all above him, in order.
async fn way_up(
    table: &dyn Table,
    tenant: TenantId,
    manager: Option<UserId>,
) -> Result<Vec<Place>, TableFault> {
    let mut way = Vec::new();
    let mut next = manager;
    while let Some(user) = next.filter(|_| way.len() < TEAM_LEVELS_MAX) {
        let place = teams::get(table, tenant, user).await?;
        next = place.manager;
        way.push(place);
    }
    Ok(way)
}

/// Gives a user whose place has the revision `rev` another manager, or none; nothing where `wanted` is none.
///
/// # Errors
/// `not_found`, `revision_mismatch`, `field_invalid` for a manager who is not there, `team_circle`,
/// `limit_reached` for too many below one or too many levels, `right_missing` for users of a higher role.
pub async fn change(
    records: &Records,
    allowed: &Allowed<WriteUsers>,
    request: RequestId,
    user: UserId,
    rev: u64,
    wanted: Option<Option<UserId>>,
) -> Result<Standing, FlowError> {
    let (table, tenant) = (records.table.as_ref(), allowed.tenant());
    for _ in 0..CONTENTION_RETRIES_MAX {
        let found = teams::user_and_place(table, tenant, user).await?;
        let (moved, place) = found.ok_or_else(FlowError::not_found)?;
        if place.rev != rev {
            return Err(revision_mismatch().into());
        }
        may_handle(allowed, moved.role)?;
        let manager = wanted.unwrap_or(place.manager);
        if let Some(manager) = manager {
            let there = users::get(table, tenant, manager).await?;
            let hint = "there is no such user";
            let missing = || Refused::field(RefusalCode::FieldInvalid, "manager", hint);
            may_handle(allowed, there.ok_or_else(missing)?.role)?;
        }
        if place.manager == manager {
            return Ok(standing(table, tenant, place).await?);
        }
        let before = way_up(table, tenant, place.manager).await?;
        let after = way_up(table, tenant, manager).await?;
        if manager == Some(user) || after.iter().any(|above| above.user == user) {
            let hint = "the manager stands below this user: move him first";
            return Err(Refused::field(RefusalCode::TeamCircle, "manager", hint).into());
        }
        let team = teams::places(table, tenant, &place.team).await?;
        check_levels(&after, levels_below(user, &team))?;
        let mut transaction = Transaction::default();
        for above in moved_between(&place, &before, &after)? {
            transaction.add(teams::replace(tenant, &above, above.version.saturating_sub(1))?);
        }
        let to = Place { manager, rev: rev.saturating_add(1), ..next_version(&place) };
        transaction.add(teams::replace(tenant, &to, place.version)?);
        let doer = Doer::new(allowed, request, records.clock.now());
        transaction.note(doer, "user.placed", user)?;
        if transaction.try_commit(table).await?.is_none() {
            return Ok(standing(table, tenant, to).await?);
        }
    }
    Err(Failure::Contention.into())
}

fn check_levels(above: &[Place], below: usize) -> Result<(), Refused> {
    // A way up that fills the bound may have been cut off there.
    if above.len() + 1 + below <= TEAM_LEVELS_MAX {
        return Ok(());
    }
    let hint = "let him report to somebody further up";
    let refused = Refused::field(RefusalCode::LimitReached, "manager", hint);
    Err(refused.with_limit(u64::try_from(TEAM_LEVELS_MAX).unwrap_or(u64::MAX)))
}

fn next_version(place: &Place) -> Place {
    Place { version: place.version.saturating_add(1), ..place.clone() }
}

/// The next versions of all places above: without those who move where they leave, with them where they
/// come. Those who stand above before and after are written too, so that a change of theirs is not missed.
fn moved_between(moved: &Place, before: &[Place], after: &[Place]) -> Result<Vec<Place>, Refused> {
    let those: BTreeSet<UserId> =
        moved.team.iter().copied().chain(std::iter::once(moved.user)).collect();
    let mut above: BTreeMap<UserId, Place> = BTreeMap::new();
    for place in before {
        let mut next = next_version(place);
        next.team.retain(|user| !those.contains(user));
        above.insert(place.user, next);
    }
    for place in after {
        let next = above.entry(place.user).or_insert_with(|| next_version(place));
        next.team.extend(&those);
        if next.team.len() > TEAM_MAX {
            let hint = "somebody above would have too many below him: make him an administrator, \
                        who sees all mail, and let this user report to nobody";
            let refused = Refused::field(RefusalCode::LimitReached, "manager", hint);
            return Err(refused.with_limit(u64::try_from(TEAM_MAX).unwrap_or(u64::MAX)));
        }
    }
    Ok(above.into_values().collect())
}
