//! Keys of what lifts blocks: requests of two people, and the review.

use domain::ids::{TenantId, UnblockRequestId};

use super::{ItemKeys, crm};
use crate::table::Key;

/// A request to lift permanent blocks; `T#UNBLOCK_REQUESTS` lists them by id.
pub fn unblock_request(tenant: TenantId, request: UnblockRequestId) -> ItemKeys {
    ItemKeys {
        key: unblock_request_lookup(tenant, request),
        gsi1: Some((unblock_requests_of(tenant), request.to_string())),
        gsi2: None,
    }
}

/// Primary key of such a request.
pub fn unblock_request_lookup(tenant: TenantId, request: UnblockRequestId) -> Key {
    crm(format!("TENANT#{tenant}#UNBLOCK_REQUEST#{request}"), "UNBLOCK_REQUEST")
}

/// Index partition of a tenant's requests.
pub fn unblock_requests_of(tenant: TenantId) -> String {
    format!("TENANT#{tenant}#UNBLOCK_REQUESTS")
}
