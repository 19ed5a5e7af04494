//! Keys of the HTTP API: made, listed, revoked.

use std::time::Duration;

use domain::api_key::ApiKey;
use domain::ids::{ApiKeyId, RequestId, UserId};
use domain::limits;
use domain::permission::{Allowed, Grantable, ReadApiKeys, WriteApiKeys};
use domain::refusal::{RefusalCode, Refused};
use domain::user::{Role, User};
use store::counts::{self, Counted};
use store::table::Table;
use store::{api_keys, item, tenants, users};

use crate::api_key_text;
use crate::error::FlowError;
use crate::manage_users::limit_reached;
use crate::origin::Origin;
use crate::paging::{Listed, Wish};
use crate::ports::Records;
use crate::text_rules;
use crate::transaction::{Doer, Transaction, revision_mismatch};

/// A key to make.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    /// What it is for.
    pub name: String,
    /// What it may do.
    pub scopes: Grantable,
    /// Its life in days, from 1 to 366.
    pub expires_in_days: u64,
    /// As whom it acts; none for the caller himself.
    pub user: Option<UserId>,
}

/// A key that was made. It has no Debug, for the text is a secret.
pub struct MadeApiKey {
    /// The record.
    pub key: ApiKey,
    /// What its user keeps; none where an earlier try of the same request made the key, whose text is
    /// not kept anywhere.
    pub text: Option<String>,
}

const SECONDS_PER_DAY: u64 = 86_400;

/// Makes a key for oneself, or as an administrator for another user of no higher role.
///
/// # Errors
/// What is wrong with name, scopes, life or user; `limit_reached`.
pub async fn create(
    records: &Records,
    allowed: &Allowed<WriteApiKeys>,
    request: RequestId,
    origin: Origin,
    new: NewApiKey,
) -> Result<MadeApiKey, FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    // 1 the words of the request
    let name = text_rules::name("name", &new.name)?;
    let life = life(new.expires_in_days)?;
    let (user, role) = holder(table, allowed, new.user).await?;
    check_scopes(&new.scopes, role)?;
    // 2 the record
    let id = ApiKeyId::from_parts(origin.at, origin.bits);
    let secret = api_key_text::make(id, records.random.octets());
    let key = ApiKey {
        id,
        tenant,
        user,
        name,
        scopes: new.scopes.scopes().clone(),
        secret_sha256: secret.secret_sha256,
        expires_at: origin.at.plus(life),
        revoked_at: None,
        created_at: origin.at,
        rev: 1,
    };
    // 3 one transaction
    let settings = tenants::get(table, tenant).await?.ok_or_else(FlowError::not_found)?.settings;
    let limit = limits::value_of(&settings.limits, "api_keys_per_user");
    let mut transaction = Transaction::default();
    transaction.add(api_keys::create(&key)?);
    transaction.add_or(
        counts::one_more_within(tenant, Counted::ApiKeys(user), limit),
        limit_reached("api_keys_per_user", limit),
    );
    transaction.note(Doer::new(allowed, request, records.clock.now()), "api_key.created", id)?;
    match transaction.try_commit(table).await? {
        None => Ok(MadeApiKey { key, text: Some(secret.text) }),
        // The first write stops it only where an earlier try of this very request made the key.
        Some(stopped) if stopped.position == 0 => match stopped.item {
            Some(there) => Ok(MadeApiKey { key: item::from_item(there)?, text: None }),
            None => Err(stopped.refused.into()),
        },
        Some(stopped) => Err(stopped.refused.into()),
    }
}

fn life(days: u64) -> Result<Duration, Refused> {
    let days_max = limits::API_KEY_LIFE_MAX.as_secs().div_euclid(SECONDS_PER_DAY);
    if (1..=days_max).contains(&days) {
        return Ok(Duration::from_secs(days.saturating_mul(SECONDS_PER_DAY)));
    }
    let hint = format!("take 1 to {days_max} days");
    Err(Refused::field(RefusalCode::FieldInvalid, "expires_in_days", hint).with_limit(days_max))
}

/// As whom the key acts, and that user's role.
async fn holder(
    table: &dyn Table,
    allowed: &Allowed<WriteApiKeys>,
    wanted: Option<UserId>,
) -> Result<(UserId, Role), FlowError> {
    let Some(other) = wanted.filter(|user| *user != allowed.user()) else {
        return Ok((allowed.user(), allowed.role()));
    };
    if allowed.role() < Role::Admin {
        let hint = "ask an administrator: you can make keys for yourself alone";
        return Err(Refused::field(RefusalCode::RightMissing, "user", hint).into());
    }
    let found = users::get(table, allowed.tenant(), other).await?;
    let User { id, role, .. } =
        found.filter(|user| user.disabled_at.is_none()).ok_or_else(|| {
            Refused::field(RefusalCode::FieldInvalid, "user", "name a user who may log in")
        })?;
    may_handle(allowed, role)?;
    Ok((id, role))
}

fn check_scopes(scopes: &Grantable, role: Role) -> Result<(), Refused> {
    if scopes.scopes().is_empty() {
        let hint = "name at least one right";
        return Err(Refused::field(RefusalCode::FieldMissing, "scopes", hint));
    }
    match scopes.scopes().iter().find(|scope| role < scope.least_role()) {
        None => Ok(()),
        Some(beyond) => {
            let hint = format!("the user's role does not have the right {}", beyond.name());
            Err(Refused::field(RefusalCode::ScopeNotHeld, "scopes", hint))
        }
    }
}

/// Nobody handles keys of a user of a higher role than his own: he could act as him.
fn may_handle<P>(allowed: &Allowed<P>, role: Role) -> Result<(), Refused> {
    if role <= allowed.role() {
        return Ok(());
    }
    let hint = "ask an owner: your role does not reach to keys of users of a higher role";
    Err(Refused::new(RefusalCode::RightMissing, hint))
}

/// One page of keys, oldest first, revoked ones too: one's own, or as an administrator everybody's or
/// those of the user named.
///
/// # Errors
/// Faults of the table.
pub async fn list(
    records: &Records,
    allowed: &Allowed<ReadApiKeys>,
    user: Option<UserId>,
    wish: Wish,
) -> Result<Listed<ApiKey>, FlowError> {
    let whose = if allowed.role() < Role::Admin {
        if user.is_some_and(|user| user != allowed.user()) {
            return Ok(Listed { items: Vec::new(), next: None });
        }
        Some(allowed.user())
    } else {
        user
    };
    let table = records.table.as_ref();
    Ok(api_keys::list(table, allowed.tenant(), whose, wish.limit, wish.after).await?.into())
}

/// A key: one's own, or as an administrator anybody's.
///
/// # Errors
/// `not_found` also for another's key where one is no administrator.
pub async fn show(
    records: &Records,
    allowed: &Allowed<ReadApiKeys>,
    id: ApiKeyId,
) -> Result<ApiKey, FlowError> {
    find(records.table.as_ref(), allowed, id).await
}

async fn find<P>(
    table: &dyn Table,
    allowed: &Allowed<P>,
    id: ApiKeyId,
) -> Result<ApiKey, FlowError> {
    let found = api_keys::get(table, id).await?;
    let mine = |key: &ApiKey| key.user == allowed.user() || allowed.role() >= Role::Admin;
    found.filter(|key| key.tenant == allowed.tenant() && mine(key)).ok_or_else(FlowError::not_found)
}

/// Revokes a key whose revision is `rev`.
///
/// # Errors
/// `not_found` also for another's key where one is no administrator; `revision_mismatch`;
/// `right_missing` for a key of a user of a higher role.
pub async fn revoke(
    records: &Records,
    allowed: &Allowed<WriteApiKeys>,
    request: RequestId,
    id: ApiKeyId,
    rev: u64,
) -> Result<ApiKey, FlowError> {
    let table = records.table.as_ref();
    let tenant = allowed.tenant();
    let mut key = find(table, allowed, id).await?;
    if key.rev != rev {
        return Err(revision_mismatch().into());
    }
    if key.user != allowed.user()
        && let Some(user) = users::get(table, tenant, key.user).await?
    {
        may_handle(allowed, user.role)?;
    }
    if key.revoked_at.is_some() {
        return Ok(key);
    }
    let now = records.clock.now();
    key.revoked_at = Some(now);
    key.rev = rev.saturating_add(1);
    let mut transaction = Transaction::default();
    transaction.add_or(api_keys::replace(&key, rev)?, revision_mismatch());
    transaction.add(counts::one_less_keeping(tenant, Counted::ApiKeys(key.user), 0));
    transaction.note(Doer::new(allowed, request, now), "api_key.revoked", id)?;
    transaction.commit(table).await?;
    Ok(key)
}
