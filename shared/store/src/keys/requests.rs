//! Keys of what has an end of life, and of the audit trail.

use domain::ids::{IntakeId, RequestId, TenantId};
use domain::timestamp::Timestamp;

use super::{ItemKeys, delivery_table, only};
use crate::table::{Key, TableName};

/// An intake. Once it has a tenant, index 1 lists it by month of its announcement, and while it is
/// in quarantine index 2 lists it too.
pub fn intake(
    tenant: Option<TenantId>,
    intake: IntakeId,
    announced_at: Timestamp,
    quarantined: bool,
) -> ItemKeys {
    let order = format!("{announced_at}#{intake}");
    ItemKeys {
        key: intake_lookup(intake),
        gsi1: tenant.map(|t| (intake_month(t, &announced_at.month()), order.clone())),
        gsi2: tenant.filter(|_| quarantined).map(|t| (quarantine_of(t), order)),
    }
}

/// Primary key of an intake.
pub fn intake_lookup(intake: IntakeId) -> Key {
    delivery_table(format!("INTAKE#{intake}"), "INTAKE")
}

/// Index partition of a tenant's intakes of one month (`yyyymm`).
pub fn intake_month(tenant: TenantId, month: &str) -> String {
    format!("TENANT#{tenant}#INTAKE#{month}")
}

/// Index partition of a tenant's quarantine.
pub fn quarantine_of(tenant: TenantId) -> String {
    format!("TENANT#{tenant}#QUARANTINE")
}

/// The answer kept for an idempotency key; `request_hash` is the keyed hash of user and key.
pub fn idempotent_request(tenant: TenantId, request_hash: &str) -> ItemKeys {
    only(delivery_table(format!("TENANT#{tenant}#REQUEST#{request_hash}"), "REQUEST"))
}

/// An entry of the audit trail, by month and time. One request may do the same to many subjects.
pub fn audit_entry(
    tenant: TenantId,
    at: Timestamp,
    request: RequestId,
    action: &str,
    subject: &str,
) -> ItemKeys {
    only(Key {
        table: TableName::Audit,
        pk: format!("TENANT#{tenant}#AUDIT#{}", at.month()),
        sk: format!("{at}#{request}#{action}#{subject}"),
    })
}
