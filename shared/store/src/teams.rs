//! The tree of users: an item for everybody who reports to somebody, or to whom somebody reports.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{TenantId, UserId};
use domain::team::Place;
use domain::user::User;

use crate::item;
use crate::keys;
use crate::table::{self, Condition, Key, Table, TableFault, Write};
use crate::users;

/// The write that replaces a place, if it is still of the given version; zero where there was none.
///
/// # Errors
/// See [`item::to_item`].
pub fn replace(tenant: TenantId, place: &Place, version_before: u64) -> Result<Write, TableFault> {
    let keys = keys::place(tenant, place.user);
    let item = item::to_item("place", &keys, place)?;
    let condition = match version_before {
        0 => Condition::Absent,
        version => Condition::Equals("version", item::number(version)),
    };
    Ok(Write::Put { key: keys.key, item, condition: Some(condition) })
}

/// A user's place.
///
/// # Errors
/// A fault of the table.
pub async fn get(table: &dyn Table, tenant: TenantId, user: UserId) -> Result<Place, TableFault> {
    let got = table.get(&keys::place(tenant, user).key).await?.item;
    Ok(got.map(item::from_item).transpose()?.unwrap_or_else(|| Place::alone(user)))
}

/// A user with his place: one batch read of two items.
///
/// # Errors
/// A fault of the table.
pub async fn user_and_place(
    table: &dyn Table,
    tenant: TenantId,
    user: UserId,
) -> Result<Option<(User, Place)>, TableFault> {
    let (of_user, of_place) = (users::key(tenant, user), keys::place(tenant, user).key);
    let mut got = table.batch_get(&[of_user.clone(), of_place.clone()]).await?.items;
    let Some(found) = got.remove(&of_user) else { return Ok(None) };
    let place = got.remove(&of_place).map(item::from_item).transpose()?;
    Ok(Some((item::from_item(found)?, place.unwrap_or_else(|| Place::alone(user)))))
}

/// The places of these users, those without one included.
///
/// # Errors
/// Faults of the table.
pub async fn places(
    table: &dyn Table,
    tenant: TenantId,
    users: &BTreeSet<UserId>,
) -> Result<BTreeMap<UserId, Place>, TableFault> {
    let keys: BTreeSet<Key> = users.iter().map(|user| keys::place(tenant, *user).key).collect();
    let mut places: BTreeMap<UserId, Place> =
        users.iter().map(|user| (*user, Place::alone(*user))).collect();
    for item in table::get_all(table, &keys).await?.items.into_values() {
        let place: Place = item::from_item(item)?;
        places.insert(place.user, place);
    }
    Ok(places)
}
