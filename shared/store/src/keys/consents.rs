//! Keys of consents.

use domain::ids::{ConsentId, ContactId, TenantId};

use super::{ItemKeys, contact_partition, crm, only};

/// A consent of a record.
pub fn consent(tenant: TenantId, contact: ContactId, consent: ConsentId) -> ItemKeys {
    only(crm(contact_partition(tenant, contact), format!("{CONSENT}{consent}")))
}

/// What sort keys of consents start with.
pub const CONSENT: &str = "CONSENT#";
