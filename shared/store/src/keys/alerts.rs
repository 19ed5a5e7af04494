//! Keys of alerts about rates.

use domain::alert::Watched;
use domain::ids::{AlertId, TenantId};
use domain::rates::Metric;

use super::{ItemKeys, crm, only};
use crate::table::Key;

/// An alert; index 1 lists all by id, index 2 those of one state.
pub fn alert(tenant: TenantId, alert: AlertId, state: &str) -> ItemKeys {
    ItemKeys {
        key: alert_lookup(tenant, alert),
        gsi1: Some((alerts_of(tenant), alert.to_string())),
        gsi2: Some((alerts_in(tenant, state), alert.to_string())),
    }
}

/// Primary key of an alert.
pub fn alert_lookup(tenant: TenantId, alert: AlertId) -> Key {
    crm(format!("TENANT#{tenant}#ALERT#{alert}"), "ALERT")
}

/// Index partition of a tenant's alerts.
pub fn alerts_of(tenant: TenantId) -> String {
    format!("TENANT#{tenant}#ALERTS")
}

/// Index partition of a tenant's alerts in one state.
pub fn alerts_in(tenant: TenantId, state: &str) -> String {
    format!("TENANT#{tenant}#ALERTS#{state}")
}

/// The incident of one rate while it lasts: there is one at a time.
pub fn incident(tenant: TenantId, metric: Metric, about: Watched) -> ItemKeys {
    let watched = match about {
        Watched::Sender => "SENDER".to_owned(),
        Watched::Campaign(campaign) => campaign.to_string(),
    };
    only(crm(format!("TENANT#{tenant}"), format!("INCIDENT#{}#{watched}", metric.name())))
}
