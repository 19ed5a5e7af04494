//! Modules: kinds of records with fields of their own (J1). A change makes a new revision, and each
//! revision is kept. Values are judged when they are written; a field or module that is removed keeps
//! what is stored until it is purged.

use domain::contact::ContactKind;
use domain::field_definition::FieldDefinition;
use domain::ids::{RequestId, TenantId};
use domain::limits::{MODULE_FIELDS_MAX, MODULES_MAX};
use domain::module::Module;
use domain::permission::{Allowed, ReadContacts, WriteSettings};
use domain::refusal::{RefusalCode, Refused};
use store::counts::{self, Counted};
use store::table::Table;
use store::{contacts, item, modules};

use crate::contact_rules::within_bound;
use crate::error::FlowError;
use crate::origin::Origin;
use crate::paging::{Listed, Wish};
use crate::ports::Records;
use crate::text_rules;
use crate::transaction::{Doer, Transaction, revision_mismatch};

/// A module to make.
#[derive(Clone, Debug)]
pub struct NewModule {
    /// Its name: the kind of its records.
    pub name: String,
    /// What people call one of its records.
    pub label: String,
    /// What people call several.
    pub plural: String,
    /// Its fields.
    pub fields: Vec<FieldDefinition>,
}

/// What to change of a module.
#[derive(Clone, Debug, Default)]
pub struct ModuleChange {
    /// Another label.
    pub label: Option<String>,
    /// Another plural.
    pub plural: Option<String>,
    /// Other fields, all of them.
    pub fields: Option<Vec<FieldDefinition>>,
    /// Whether it is removed.
    pub removed: Option<bool>,
}

/// All modules, removed ones included.
///
/// # Errors
/// Faults of the table.
pub async fn list(
    records: &Records,
    allowed: &Allowed<ReadContacts>,
) -> Result<Listed<Module>, FlowError> {
    let items = modules::all(records.table.as_ref(), allowed.tenant()).await?;
    Ok(Listed { items, next: None })
}

/// A module.
///
/// # Errors
/// `not_found`.
pub async fn show(
    records: &Records,
    allowed: &Allowed<ReadContacts>,
    kind: ContactKind,
) -> Result<Module, FlowError> {
    let found = modules::get(records.table.as_ref(), allowed.tenant(), kind).await?;
    found.ok_or_else(FlowError::not_found)
}

/// One page of what a module was, the newest revision first.
///
/// # Errors
/// `not_found`.
pub async fn versions(
    records: &Records,
    allowed: &Allowed<ReadContacts>,
    kind: ContactKind,
    wish: Wish,
) -> Result<Listed<Module>, FlowError> {
    show(records, allowed, kind).await?;
    let table = records.table.as_ref();
    let page = modules::versions(table, allowed.tenant(), kind, wish.limit, wish.after).await?;
    Ok(page.into())
}

/// Makes a module.
///
/// # Errors
/// What is wrong with its name or a field; `module_exists`, `limit_reached`.
pub async fn create(
    records: &Records,
    allowed: &Allowed<WriteSettings>,
    request: RequestId,
    origin: Origin,
    new: NewModule,
) -> Result<Module, FlowError> {
    let exists = || {
        let hint = "change the one there is: PATCH /v1/modules/{name}";
        Refused::field(RefusalCode::ModuleExists, "name", hint)
    };
    let kind: ContactKind = new
        .name
        .parse()
        .map_err(|flaw| Refused::field(RefusalCode::FieldInvalid, "name", format!("{flaw}")))?;
    if ContactKind::STANDARD.contains(&kind) {
        return Err(exists().into());
    }
    let module = Module {
        kind,
        label: text_rules::name("label", &new.label)?,
        plural: text_rules::name("plural", &new.plural)?,
        fields: fields(new.fields)?,
        removed_at: None,
        created_at: origin.at,
        updated_at: origin.at,
        rev: 1,
    };
    let tenant = allowed.tenant();
    let mut transaction = Transaction::default();
    for write in modules::store(tenant, &module, 0)? {
        transaction.add_or(within_bound(write)?, exists());
    }
    let full = Refused::new(RefusalCode::LimitReached, "remove and purge a module first");
    let counted = counts::one_more_within(tenant, Counted::Modules, MODULES_MAX);
    transaction.add_or(counted, full.with_limit(MODULES_MAX));
    transaction.note(Doer::new(allowed, request, origin.at), "module.created", kind)?;
    let stopped = transaction.try_commit(records.table.as_ref()).await?;
    let Some(stopped) = stopped else { return Ok(module) };
    // An earlier try of this very request made it.
    let there = stopped.item.filter(|_| stopped.position == 0).map(item::from_item::<Module>);
    match there.transpose()? {
        Some(there) if there == module => Ok(there),
        Some(_) | None => Err(stopped.refused.into()),
    }
}

fn fields(wanted: Vec<FieldDefinition>) -> Result<Vec<FieldDefinition>, Refused> {
    if wanted.len() > MODULE_FIELDS_MAX {
        let refused = Refused::field(RefusalCode::FieldTooLong, "fields", "keep those in use");
        return Err(refused.with_limit(u64::try_from(MODULE_FIELDS_MAX).unwrap_or(u64::MAX)));
    }
    let mut all: Vec<FieldDefinition> = Vec::new();
    for (position, field) in wanted.into_iter().enumerate() {
        if all.iter().any(|other| other.name == field.name) {
            let name = format!("fields[{position}].name");
            let hint = "a field of this name stands before it";
            return Err(Refused::field(RefusalCode::FieldInvalid, name, hint));
        }
        all.push(field);
    }
    Ok(all)
}

/// Changes a module whose revision is `rev`. Fields that are missing in a new list are removed.
///
/// # Errors
/// `not_found`, `revision_mismatch`, what is wrong with the change.
pub async fn change(
    records: &Records,
    allowed: &Allowed<WriteSettings>,
    request: RequestId,
    (kind, rev): (ContactKind, u64),
    change: ModuleChange,
) -> Result<Module, FlowError> {
    let table = records.table.as_ref();
    let before = current(table, allowed.tenant(), kind, rev).await?;
    let now = records.clock.now();
    let mut after = before.clone();
    if let Some(label) = change.label {
        after.label = text_rules::name("label", &label)?;
    }
    if let Some(plural) = change.plural {
        after.plural = text_rules::name("plural", &plural)?;
    }
    if let Some(wanted) = change.fields {
        after.fields = fields(before.replace_fields(fields(wanted)?, now)?)?;
    }
    match change.removed {
        None => {}
        Some(true) => return remove(records, allowed, request, before).await,
        Some(false) => after.removed_at = None,
    }
    if after == before {
        return Ok(before);
    }
    store(records, allowed, request, "module.changed", before.rev, after).await
}

/// Removes a module whose revision is `rev`: no records of it are made or changed from then on.
///
/// # Errors
/// `not_found`, `revision_mismatch`; `field_invalid` for a standard module.
pub async fn delete(
    records: &Records,
    allowed: &Allowed<WriteSettings>,
    request: RequestId,
    (kind, rev): (ContactKind, u64),
) -> Result<Module, FlowError> {
    let module = current(records.table.as_ref(), allowed.tenant(), kind, rev).await?;
    remove(records, allowed, request, module).await
}

async fn remove(
    records: &Records,
    allowed: &Allowed<WriteSettings>,
    request: RequestId,
    before: Module,
) -> Result<Module, FlowError> {
    if ContactKind::STANDARD.contains(&before.kind) {
        let hint = "leads, contacts and accounts stay";
        return Err(Refused::field(RefusalCode::FieldInvalid, "id", hint).into());
    }
    let removed_at = before.removed_at.or_else(|| Some(records.clock.now()));
    let rev = before.rev;
    let after = Module { removed_at, ..before };
    store(records, allowed, request, "module.removed", rev, after).await
}

pub(crate) async fn current(
    table: &dyn Table,
    tenant: TenantId,
    kind: ContactKind,
    rev: u64,
) -> Result<Module, FlowError> {
    let module = modules::get(table, tenant, kind).await?.ok_or_else(FlowError::not_found)?;
    if module.rev == rev { Ok(module) } else { Err(revision_mismatch().into()) }
}

/// Writes the next revision of a module.
pub(crate) async fn store(
    records: &Records,
    allowed: &Allowed<WriteSettings>,
    request: RequestId,
    action: &str,
    rev_before: u64,
    module: Module,
) -> Result<Module, FlowError> {
    let now = records.clock.now();
    let module = Module { rev: rev_before.saturating_add(1), updated_at: now, ..module };
    let mut transaction = Transaction::default();
    for write in modules::store(allowed.tenant(), &module, rev_before)? {
        transaction.add_or(within_bound(write)?, revision_mismatch());
    }
    transaction.note(Doer::new(allowed, request, now), action, module.kind)?;
    transaction.commit(records.table.as_ref()).await?;
    Ok(module)
}

/// Forgets a removed module that has no records any more.
///
/// # Errors
/// `not_found`, `revision_mismatch`, `module_not_empty`.
pub async fn purge(
    records: &Records,
    allowed: &Allowed<WriteSettings>,
    request: RequestId,
    (kind, rev): (ContactKind, u64),
) -> Result<(), FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    let module = current(table, tenant, kind, rev).await?;
    let (some, _) = contacts::list(table, tenant, kind, 1, None).await?;
    if module.removed_at.is_none() || !some.is_empty() {
        let hint = "remove the module, then its records, then purge it";
        return Err(Refused::new(RefusalCode::ModuleNotEmpty, hint).into());
    }
    let mut transaction = Transaction::default();
    transaction.add_or(modules::forget(tenant, &module), revision_mismatch());
    transaction.add(counts::one_less_keeping(tenant, Counted::Modules, 0));
    transaction.note(Doer::new(allowed, request, records.clock.now()), "module.purged", kind)?;
    transaction.commit(table).await
}
