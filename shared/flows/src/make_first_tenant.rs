//! A fresh stack gets its first tenant: with its owner, his mailbox, the mail domain and a key.
//! Everything else is done by that owner, through the API.

use std::time::Duration;

use domain::api_key::ApiKey;
use domain::email_address::normal_domain;
use domain::ids::{ApiKeyId, MailboxId, RequestId, RouteId, TenantId, UserId};
use domain::permission::Scope;
use domain::refusal::{RefusalCode, Refused};
use domain::route::{DomainClaim, Route, RouteMatch};
use domain::tenant::{Tenant, TenantSettings};
use domain::timestamp::Timestamp;
use domain::user::Role;
use store::counts::{self, Counted};
use store::{api_keys, domain_claims, routes, tenants};

use crate::api_key_text;
use crate::error::FlowError;
use crate::manage_users::UserRecords;
use crate::origin::Origin;
use crate::ports::Records;
use crate::text_rules;
use crate::transaction::{Doer, Transaction};

/// How long the owner's first key is good.
const KEY_LIFE: Duration = Duration::from_secs(365 * 86_400);

/// What the operator says.
#[derive(Clone, Debug)]
pub struct FirstTenant {
    /// What people call the tenant.
    pub tenant_name: String,
    /// What people call its owner.
    pub owner_name: String,
    /// Where the owner reads mail.
    pub owner_email: String,
    /// The domain whose mail comes in for the tenant.
    pub mail_domain: String,
}

/// What was made. It has no Debug, for the key's text is a secret.
pub struct MadeTenant {
    /// The tenant.
    pub tenant: TenantId,
    /// Its owner.
    pub owner: UserId,
    /// His mailbox, where all mail of the domain arrives that has no route of its own.
    pub mailbox: MailboxId,
    /// The text of his key, which is kept nowhere else.
    pub api_key: String,
    /// From when on the key is refused.
    pub api_key_expires_at: Timestamp,
}

/// Makes the first tenant, if the stack has none: all in one transaction, conditional on the item
/// that names the operator.
///
/// # Errors
/// `tenant_exists` at a second try; what is wrong with a name, the address or the domain.
pub async fn make_first_tenant(
    records: &Records,
    request: RequestId,
    wanted: FirstTenant,
) -> Result<MadeTenant, FlowError> {
    // 1 the words of the request
    let tenant_name = text_rules::name("tenant_name", &wanted.tenant_name)?;
    let owner_name = text_rules::name("owner_name", &wanted.owner_name)?;
    let owner_email = text_rules::address("owner_email", &wanted.owner_email)?;
    let domain = mail_domain(&wanted.mail_domain)?;
    // 2 the records
    let origin = Origin::fresh(records);
    let Origin { at, bits } = origin;
    let tenant = Tenant {
        id: TenantId::from_parts(at, bits),
        name: tenant_name,
        settings: TenantSettings::default(),
        created_at: at,
        rev: 1,
    };
    let owner = UserRecords::new(tenant.id, origin, owner_name, owner_email, Role::Owner);
    let (key, text) = owners_key(records, &owner, tenant.id, at);
    let catch_all = Route {
        // The owner's own route has the id of the origin.
        id: RouteId::from_parts(at, records.fresh_bits()),
        matches: RouteMatch::Domain(domain.clone()),
        ..owner.route.clone()
    };
    // 3 one transaction; the operator's item comes first, for its refusal is the one to tell
    let mut transaction = Transaction::default();
    transaction.add_or(tenants::appoint_operator(tenant.id)?, tenant_exists());
    transaction.add(tenants::create(&tenant)?);
    let claim = DomainClaim { domain, tenant: tenant.id, created_at: at };
    transaction.add(domain_claims::create(&claim)?);
    owner.add_user(&mut transaction, &tenant, &records.hasher)?;
    // The count of routes can change once in a transaction, so both routes are counted at once.
    transaction.add(routes::create(&records.hasher, &catch_all)?);
    transaction.add(routes::create(&records.hasher, &owner.route)?);
    transaction.add(counts::more(tenant.id, Counted::Routes, 2));
    transaction.add(api_keys::create(&key)?);
    transaction.add(counts::one_more(tenant.id, Counted::ApiKeys(owner.user.id)));
    let doer = Doer { tenant: tenant.id, user: owner.user.id, request, at };
    transaction.note(doer, "tenant.created", tenant.id)?;
    transaction.commit(records.table.as_ref()).await?;
    Ok(MadeTenant {
        tenant: tenant.id,
        owner: owner.user.id,
        mailbox: owner.mailbox.id,
        api_key: text,
        api_key_expires_at: key.expires_at,
    })
}

fn mail_domain(text: &str) -> Result<String, Refused> {
    let refused = |hint: &str| Refused::field(RefusalCode::FieldInvalid, "mail_domain", hint);
    let domain = normal_domain(text).map_err(|flaw| refused(&flaw.to_string()))?;
    if domain.starts_with('[') || !domain.contains('.') {
        return Err(refused("name a domain like crm.example.com"));
    }
    Ok(domain)
}

/// A key that may do all an owner may.
fn owners_key(
    records: &Records,
    owner: &UserRecords,
    tenant: TenantId,
    at: Timestamp,
) -> (ApiKey, String) {
    let id = ApiKeyId::from_parts(at, records.fresh_bits());
    let made = api_key_text::make(id, records.random.octets());
    let key = ApiKey {
        id,
        tenant,
        user: owner.user.id,
        name: "first key".to_owned(),
        scopes: Scope::ALL.iter().copied().collect(),
        secret_sha256: made.secret_sha256,
        expires_at: at.plus(KEY_LIFE),
        revoked_at: None,
        created_at: at,
        rev: 1,
    };
    (key, made.text)
}

fn tenant_exists() -> Refused {
    let hint = "use the key of its owner; further tenants are not made here";
    Refused::new(RefusalCode::TenantExists, hint)
}
