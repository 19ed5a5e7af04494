//! A tenant's settings: what its administrators set.

use std::collections::BTreeMap;

use domain::ids::RequestId;
use domain::language::Language;
use domain::limits::{EffectiveLimit, PLAN_LIMITS, effective};
use domain::permission::{Allowed, ReadSettings, WriteSettings};
use domain::refusal::{RefusalCode, Refused};
use domain::tenant::{ContactCreation, CreatedAs, Tenant, TenantSettings, time_zone};
use store::tenants;

use crate::error::FlowError;
use crate::ports::Records;
use crate::text_rules;
use crate::transaction::{Doer, Transaction, revision_mismatch};

/// What to do with one setting.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Setting<T> {
    /// Leave it.
    #[default]
    Keep,
    /// Take it back to what it is where nobody says otherwise.
    Reset,
    /// Give it this value.
    To(T),
}

/// What to change.
#[derive(Clone, Debug, Default)]
pub struct SettingsChange {
    /// What people call the tenant.
    pub name: Option<String>,
    /// IANA name of a time zone.
    pub time_zone: Setting<String>,
    /// Language of system texts.
    pub language: Setting<String>,
    /// Whether administrators are told of alerts by mail.
    pub alert_mails: Setting<bool>,
    /// Which mail makes contacts.
    pub contact_creation: Setting<ContactCreation>,
    /// What it makes of them.
    pub created_as: Setting<CreatedAs>,
    /// Whether mail goes to a record's next address where the first is blocked.
    pub secondary_address: Setting<bool>,
    /// Limits by name; none takes one back to the plan's.
    pub limits: Setting<BTreeMap<String, Option<u64>>>,
}

/// The tenant with its settings.
///
/// # Errors
/// Faults of the table.
pub async fn show(records: &Records, allowed: &Allowed<ReadSettings>) -> Result<Tenant, FlowError> {
    let found = tenants::get(records.table.as_ref(), allowed.tenant()).await?;
    found.ok_or_else(FlowError::not_found)
}

/// The plan's limits as they hold for the tenant.
///
/// # Errors
/// Faults of the table.
pub async fn limits(
    records: &Records,
    allowed: &Allowed<ReadSettings>,
) -> Result<Vec<EffectiveLimit>, FlowError> {
    Ok(effective(&show(records, allowed).await?.settings.limits))
}

/// Changes the settings of the revision `rev`.
///
/// # Errors
/// `revision_mismatch`, and what is wrong with a value.
pub async fn change(
    records: &Records,
    allowed: &Allowed<WriteSettings>,
    request: RequestId,
    rev: u64,
    change: SettingsChange,
) -> Result<Tenant, FlowError> {
    let table = records.table.as_ref();
    let found = tenants::get(table, allowed.tenant()).await?;
    let before = found.ok_or_else(FlowError::not_found)?;
    if before.rev != rev {
        return Err(revision_mismatch().into());
    }
    let mut after = before.clone();
    if let Some(name) = &change.name {
        after.name = text_rules::name("name", name)?;
    }
    apply(&mut after.settings, change)?;
    if after == before {
        return Ok(before);
    }
    after.rev = rev.saturating_add(1);
    let mut transaction = Transaction::default();
    transaction.add_or(tenants::replace(&after, rev)?, revision_mismatch());
    let doer = Doer::new(allowed, request, records.clock.now());
    transaction.note(doer, "settings.changed", after.id)?;
    transaction.commit(table).await?;
    Ok(after)
}

fn apply(settings: &mut TenantSettings, change: SettingsChange) -> Result<(), Refused> {
    let plain = TenantSettings::default();
    match change.time_zone {
        Setting::Keep => {}
        Setting::Reset => settings.time_zone = plain.time_zone,
        Setting::To(name) => {
            settings.time_zone = time_zone(&name).ok_or_else(|| {
                let hint = "use a name of the IANA time zone database, such as Europe/Berlin";
                Refused::field(RefusalCode::FieldInvalid, "time_zone", hint)
            })?;
        }
    }
    match change.language {
        Setting::Keep => {}
        Setting::Reset => settings.language = plain.language,
        Setting::To(code) => {
            let known = Language::ALL.iter().any(|language| language.code() == code);
            if !known {
                let hint = "use en, de or zh";
                return Err(Refused::field(RefusalCode::FieldInvalid, "language", hint));
            }
            settings.language = code;
        }
    }
    set(&mut settings.alert_mails, change.alert_mails, plain.alert_mails);
    set(&mut settings.contact_creation, change.contact_creation, plain.contact_creation);
    set(&mut settings.created_as, change.created_as, plain.created_as);
    set(&mut settings.secondary_address, change.secondary_address, plain.secondary_address);
    match change.limits {
        Setting::Keep => Ok(()),
        Setting::Reset => {
            settings.limits = plain.limits;
            Ok(())
        }
        Setting::To(limits) => apply_limits(&mut settings.limits, limits),
    }
}

fn set<T>(place: &mut T, change: Setting<T>, plain: T) {
    match change {
        Setting::Keep => {}
        Setting::Reset => *place = plain,
        Setting::To(value) => *place = value,
    }
}

fn apply_limits(
    overrides: &mut BTreeMap<String, u64>,
    change: BTreeMap<String, Option<u64>>,
) -> Result<(), Refused> {
    for (name, value) in change {
        if !PLAN_LIMITS.iter().any(|limit| limit.name == name) {
            let hint = "GET /v1/limits tells the names";
            let field = format!("limits.{name}");
            return Err(Refused::field(RefusalCode::FieldUnknown, field, hint));
        }
        match value {
            None => overrides.remove(&name),
            Some(value) => overrides.insert(name, value),
        };
    }
    Ok(())
}
