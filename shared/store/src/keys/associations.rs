//! Keys of what ties mail to records besides their addresses.

use domain::ids::{LinkRuleId, TenantId};

use super::{ItemKeys, crm, only};
use crate::table::Key;

/// The standing rule of an address; `T#LINK_RULES` lists them by id.
pub fn link_rule(tenant: TenantId, address_hash: &str, rule: LinkRuleId) -> ItemKeys {
    ItemKeys {
        key: link_rule_lookup(tenant, address_hash),
        gsi1: Some((link_rules_of(tenant), rule.to_string())),
        gsi2: None,
    }
}

/// Primary key of the standing rule of an address.
pub fn link_rule_lookup(tenant: TenantId, address_hash: &str) -> Key {
    crm(format!("TENANT#{tenant}#EMAIL#{address_hash}"), "LINK_RULE")
}

/// Index partition of a tenant's standing rules.
pub fn link_rules_of(tenant: TenantId) -> String {
    format!("TENANT#{tenant}#LINK_RULES")
}

/// The account that mail made of an organization's domain.
pub fn organization(tenant: TenantId, domain: &str) -> ItemKeys {
    only(crm(format!("TENANT#{tenant}#ORGANIZATION#{domain}"), "CLAIM"))
}
