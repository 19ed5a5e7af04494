//! Standing rules, found by the address in the same batch read that files a mail.

use domain::email_address::{EmailAddress, KeyedHasher};
use domain::ids::{LinkRuleId, TenantId};
use domain::link_rule::LinkRule;

use crate::item;
use crate::keys;
use crate::table::{
    Condition, Index, Key, PageMark, Query, SortRange, Table, TableFault, TableName, Write,
};

/// The write that makes a rule for an address that has none.
///
/// # Errors
/// See [`item::to_item`].
pub fn create(
    tenant: TenantId,
    hasher: &KeyedHasher,
    rule: &LinkRule,
) -> Result<Write, TableFault> {
    item::create(
        "link_rule",
        keys::link_rule(tenant, &hasher.address(&rule.address), rule.id),
        rule,
    )
}

/// Key of the rule of an address.
pub fn key(tenant: TenantId, hasher: &KeyedHasher, address: &EmailAddress) -> Key {
    keys::link_rule_lookup(tenant, &hasher.address(address))
}

/// The write that removes a rule, if it is still the one of that id.
pub fn delete(tenant: TenantId, hasher: &KeyedHasher, rule: &LinkRule) -> Write {
    let condition = Some(Condition::Equals("id", item::text(rule.id)));
    Write::Delete { key: key(tenant, hasher, &rule.address), condition }
}

/// One page of a tenant's rules, oldest first; of one id alone where it is named.
///
/// # Errors
/// A fault of the table.
pub async fn list(
    table: &dyn Table,
    tenant: TenantId,
    only: Option<LinkRuleId>,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<LinkRule>, Option<PageMark>), TableFault> {
    let query = Query {
        table: TableName::Crm,
        index: Index::Gsi1,
        partition: keys::link_rules_of(tenant),
        range: only.map_or(SortRange::All, |id| SortRange::StartsWith(id.to_string())),
        descending: false,
        limit,
        after,
    };
    let page = table.query(&query).await?;
    let rules = page.items.into_iter().map(item::from_item).collect::<Result<_, _>>()?;
    Ok((rules, page.next))
}
