//! Modules: the kinds of records that a tenant has, and their fields. A standard module is stored only
//! once a tenant has changed it.

use domain::contact::ContactKind;
use domain::ids::TenantId;
use domain::module::Module;

use crate::item;
use crate::keys;
use crate::table::{
    Condition, Index, PageMark, Query, SortRange, Table, TableFault, TableName, Write,
};

/// The writes that store a module whose stored revision is `rev_before` (zero: none is stored), and
/// keep this revision of it.
///
/// # Errors
/// See [`item::to_item`].
pub fn store(tenant: TenantId, module: &Module, rev_before: u64) -> Result<[Write; 2], TableFault> {
    let keys = keys::module(tenant, module.kind);
    let head = if rev_before == 0 {
        item::create("module", keys, module)?
    } else {
        item::replace("module", keys, module, rev_before)?
    };
    let version = keys::module_version(tenant, module.kind, module.rev);
    let item = item::to_item("module_version", &version, module)?;
    Ok([head, Write::Put { key: version.key, item, condition: None }])
}

/// The write that forgets a module of this revision; its versions stay.
pub fn forget(tenant: TenantId, module: &Module) -> Write {
    Write::Delete {
        key: keys::module(tenant, module.kind).key,
        condition: Some(Condition::Equals("rev", item::number(module.rev))),
    }
}

/// A module, also one that was removed.
///
/// # Errors
/// A fault of the table.
pub async fn get(
    table: &dyn Table,
    tenant: TenantId,
    kind: ContactKind,
) -> Result<Option<Module>, TableFault> {
    let stored = table.get(&keys::module(tenant, kind).key).await?.item;
    Ok(stored.map(item::from_item).transpose()?.or_else(|| Module::standard(kind)))
}

/// All modules of a tenant, removed ones included: the standard ones first, then by name.
///
/// # Errors
/// A fault of the table.
pub async fn all(table: &dyn Table, tenant: TenantId) -> Result<Vec<Module>, TableFault> {
    let mut stored: Vec<Module> = Vec::new();
    let mut after = None;
    loop {
        let start = keys::MODULE.to_owned();
        let (found, next) = through(table, tenant, start, false, 100, after).await?;
        stored.extend(found);
        after = next;
        if after.is_none() {
            break;
        }
    }
    let standard = ContactKind::STANDARD
        .iter()
        .filter(|kind| stored.iter().all(|module| module.kind != **kind));
    let standard: Vec<Module> = standard.filter_map(|kind| Module::standard(*kind)).collect();
    stored.extend(standard);
    stored.sort_by_key(|module| module.kind);
    Ok(stored)
}

/// One page of what a module was, the newest first.
///
/// # Errors
/// A fault of the table.
pub async fn versions(
    table: &dyn Table,
    tenant: TenantId,
    kind: ContactKind,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<Module>, Option<PageMark>), TableFault> {
    through(table, tenant, keys::module_versions(kind), true, limit, after).await
}

async fn through(
    table: &dyn Table,
    tenant: TenantId,
    start: String,
    descending: bool,
    limit: u32,
    after: Option<PageMark>,
) -> Result<(Vec<Module>, Option<PageMark>), TableFault> {
    let query = Query {
        table: TableName::Crm,
        index: Index::Primary,
        partition: keys::modules_partition(tenant),
        range: SortRange::StartsWith(start),
        descending,
        limit,
        after,
    };
    let page = table.query(&query).await?;
    let modules = page.items.into_iter().map(item::from_item).collect::<Result<_, _>>()?;
    Ok((modules, page.next))
}
