//! Alerts about rates, and which incident of each rate lasts.

use std::collections::{BTreeMap, BTreeSet};

use domain::alert::{Alert, AlertState, Watched};
use domain::ids::{AlertId, TenantId};
use domain::rates::Metric;
use serde::{Deserialize, Serialize};

use crate::item::{self, text};
use crate::keys::{self, ItemKeys};
use crate::table::{
    self, Condition, Index, Key, PageMark, Query, SortRange, Table, TableFault, TableName, Write,
};

const KIND: &str = "alert";

/// Which alert tells of an incident that lasts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Incident {
    alert: AlertId,
}

fn keys_of(alert: &Alert) -> ItemKeys {
    keys::alert(alert.tenant, alert.id, alert.state().name())
}

/// The writes that open an alert, if no incident of its rate lasts. For one transaction.
///
/// # Errors
/// See [`item::to_item`].
pub fn open(alert: &Alert) -> Result<Vec<Write>, TableFault> {
    let incident = keys::incident(alert.tenant, alert.metric, alert.about);
    let claim = item::create("incident", incident, &Incident { alert: alert.id })?;
    Ok(vec![claim, item::create(KIND, keys_of(alert), alert)?])
}

/// The write that replaces an alert, if its stored revision is still `rev_before`.
///
/// # Errors
/// See [`item::to_item`].
pub fn replace(alert: &Alert, rev_before: u64) -> Result<Write, TableFault> {
    item::replace(KIND, keys_of(alert), alert, rev_before)
}

/// The writes that end an alert's incident, if it lasts and is still as it was read. For one
/// transaction.
///
/// # Errors
/// See [`item::to_item`].
pub fn end(alert: &Alert, rev_before: u64) -> Result<Vec<Write>, TableFault> {
    let key = keys::incident(alert.tenant, alert.metric, alert.about).key;
    let ours = Condition::Equals("alert", text(alert.id));
    let gone = Write::Delete { key, condition: Some(ours) };
    Ok(vec![gone, replace(alert, rev_before)?])
}

/// The alerts of those of these rates that have an incident, read with strong consistency.
///
/// # Errors
/// A fault of the table.
pub async fn lasting(
    table: &dyn Table,
    tenant: TenantId,
    rates: &BTreeSet<(Metric, Watched)>,
) -> Result<BTreeMap<(Metric, Watched), Alert>, TableFault> {
    let wanted: BTreeSet<Key> =
        rates.iter().map(|(metric, about)| keys::incident(tenant, *metric, *about).key).collect();
    let mut alerts = BTreeSet::new();
    for item in table::get_all(table, &wanted).await?.items.into_values() {
        let incident: Incident = item::from_item(item)?;
        alerts.insert(keys::alert_lookup(tenant, incident.alert));
    }
    let mut found = BTreeMap::new();
    for item in table::get_all(table, &alerts).await?.items.into_values() {
        let alert: Alert = item::from_item(item)?;
        found.insert((alert.metric, alert.about), alert);
    }
    Ok(found)
}

/// An alert.
///
/// # Errors
/// A fault of the table.
pub async fn get(
    table: &dyn Table,
    tenant: TenantId,
    alert: AlertId,
) -> Result<Option<Alert>, TableFault> {
    let got = table.get(&keys::alert_lookup(tenant, alert)).await?;
    got.item.map(item::from_item).transpose()
}

/// One page of a tenant's alerts, of one state or of all, the newest first.
///
/// # Errors
/// A fault of the table.
pub async fn list(
    table: &dyn Table,
    tenant: TenantId,
    state: Option<AlertState>,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<Alert>, Option<PageMark>), TableFault> {
    let (index, partition) = match state {
        None => (Index::Gsi1, keys::alerts_of(tenant)),
        Some(state) => (Index::Gsi2, keys::alerts_in(tenant, state.name())),
    };
    let (range, descending) = (SortRange::All, true);
    let query = Query { table: TableName::Crm, index, partition, range, descending, limit, after };
    let page = table.query(&query).await?;
    let alerts = page.items.into_iter().map(item::from_item).collect::<Result<_, _>>()?;
    Ok((alerts, page.next))
}
