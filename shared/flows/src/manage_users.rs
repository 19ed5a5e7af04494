//! People of a tenant: made with their mailbox and route, changed, disabled.

use domain::email_address::{EmailAddress, KeyedHasher};
use domain::ids::{MailboxId, RequestId, RouteId, TenantId, UserId};
use domain::limits;
use domain::mailbox::Mailbox;
use domain::permission::{Allowed, ReadUsers, WriteUsers};
use domain::refusal::{RefusalCode, Refused};
use domain::route::{Route, RouteMatch};
use domain::route_purpose::Purpose;
use domain::tenant::Tenant;
use domain::user::{Role, User};
use futures::future::try_join3;
use store::counts::{self, Counted};
use store::table::{Key, TableFault};
use store::{domain_claims, item, mailboxes, routes, tenants, users};

use crate::error::FlowError;
use crate::origin::Origin;
use crate::paging::{Listed, Wish};
use crate::ports::Records;
use crate::text_rules;
use crate::transaction::{Doer, Transaction, revision_mismatch};

/// A person to add.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// What people call him.
    pub name: String,
    /// Where he reads mail.
    pub email: String,
    /// What he may do at most.
    pub role: Role,
}

/// What to change of a user.
#[derive(Clone, Debug, Default)]
pub struct UserChange {
    /// Another name.
    pub name: Option<String>,
    /// Another role.
    pub role: Option<Role>,
    /// Whether he may log in.
    pub active: Option<bool>,
}

/// The records of a user who is to be made, complete with where his mail arrives.
pub struct UserRecords {
    /// The user.
    pub user: User,
    /// His mailbox.
    pub mailbox: Mailbox,
    /// The route that brings mail for his address into it.
    pub route: Route,
}

impl UserRecords {
    /// The records as the origin and the words of a request give them.
    pub fn new(
        tenant: TenantId,
        origin: Origin,
        name: String,
        email: EmailAddress,
        role: Role,
    ) -> Self {
        let Origin { at, bits } = origin;
        let user = UserId::from_parts(at, bits);
        let mailbox = MailboxId::from_parts(at, bits);
        let route = RouteId::from_parts(at, bits);
        let matches = RouteMatch::Address(email.clone());
        Self {
            mailbox: Mailbox {
                id: mailbox,
                name: name.clone(),
                owner: user,
                created_at: at,
                rev: 1,
            },
            route: Route {
                id: route,
                matches,
                tenant,
                mailbox,
                owner: user,
                purpose: Purpose::Mailbox,
                ends_at: None,
                turn: 0,
                created_at: at,
                rev: 1,
            },
            user: User {
                id: user,
                name,
                email,
                role,
                mailbox,
                disabled_at: None,
                created_at: at,
                rev: 1,
            },
        }
    }

    /// Adds the writes that make user and mailbox; the user's own write comes first.
    ///
    /// # Errors
    /// Records that can't be written: a fault of ours.
    pub fn add_user(
        &self,
        transaction: &mut Transaction,
        tenant: &Tenant,
        hasher: &KeyedHasher,
    ) -> Result<(), TableFault> {
        let Self { user, mailbox, .. } = self;
        transaction.add(users::create(tenant.id, user)?);
        let hint = "another user of the tenant has this address, perhaps a disabled one";
        transaction.add_or(
            users::claim_address(tenant.id, hasher, &user.email, user.id)?,
            Refused::field(RefusalCode::AddressTaken, "email", hint),
        );
        transaction.add(mailboxes::create(tenant.id, mailbox)?);
        let limit = limits::value_of(&tenant.settings.limits, "users");
        transaction.add_or(
            counts::one_more_within(tenant.id, Counted::Users, limit),
            limit_reached("users", limit),
        );
        if is_active_owner(user) {
            transaction.add(counts::one_more(tenant.id, Counted::ActiveOwners));
        }
        Ok(())
    }

    /// Adds the writes that make the route.
    ///
    /// # Errors
    /// Records that can't be written: a fault of ours.
    pub fn add_route(
        &self,
        transaction: &mut Transaction,
        tenant: &Tenant,
        hasher: &KeyedHasher,
    ) -> Result<(), TableFault> {
        let limit = limits::value_of(&tenant.settings.limits, "routes");
        transaction.add(routes::create(hasher, &self.route)?);
        transaction.add_or(
            counts::one_more_within(tenant.id, Counted::Routes, limit),
            limit_reached("routes", limit),
        );
        Ok(())
    }
}

/// That a limit of the plan is reached.
pub fn limit_reached(name: &str, limit: u64) -> Refused {
    let hint = format!("remove what is not needed, or raise the limit `{name}` in the settings");
    Refused::new(RefusalCode::LimitReached, hint).with_limit(limit)
}

/// Adds a user with his mailbox, and with a route for his address where the tenant has claimed its
/// domain and nothing else leads from that address.
///
/// # Errors
/// What is wrong with the name, address or role; `address_taken`; `limit_reached`.
pub async fn create(
    records: &Records,
    allowed: &Allowed<WriteUsers>,
    request: RequestId,
    origin: Origin,
    new: NewUser,
) -> Result<User, FlowError> {
    let table = records.table.as_ref();
    let tenant_id = allowed.tenant();
    // 1 the words of the request
    let name = text_rules::name("name", &new.name)?;
    let email = text_rules::address("email", &new.email)?;
    may_handle(allowed, new.role)?;
    // 2 what is known
    let route_key: Key = routes::address_key(&records.hasher, &email);
    let (tenant, holder, routed) = try_join3(
        tenants::get(table, tenant_id),
        domain_claims::holder(table, email.domain()),
        table.get(&route_key),
    )
    .await?;
    let tenant = tenant.ok_or_else(FlowError::not_found)?;
    // 3 one transaction
    let made = UserRecords::new(tenant_id, origin, name, email, new.role);
    let mut transaction = Transaction::default();
    made.add_user(&mut transaction, &tenant, &records.hasher)?;
    if holder == Some(tenant_id) && routed.item.is_none() {
        made.add_route(&mut transaction, &tenant, &records.hasher)?;
    }
    let doer = Doer::new(allowed, request, records.clock.now());
    transaction.note(doer, "user.created", made.user.id)?;
    match transaction.try_commit(table).await? {
        None => Ok(made.user),
        // The first write stops it only where an earlier try of this very request made the user.
        Some(stopped) if stopped.position == 0 => match stopped.item {
            Some(there) => Ok(item::from_item(there)?),
            None => Err(stopped.refused.into()),
        },
        Some(stopped) => Err(stopped.refused.into()),
    }
}

/// One page of the users, oldest first, disabled ones too.
///
/// # Errors
/// Faults of the table.
pub async fn list(
    records: &Records,
    allowed: &Allowed<ReadUsers>,
    wish: Wish,
) -> Result<Listed<User>, FlowError> {
    let table = records.table.as_ref();
    Ok(users::list(table, allowed.tenant(), wish.limit, wish.after).await?.into())
}

/// A user.
///
/// # Errors
/// `not_found`.
pub async fn show(
    records: &Records,
    allowed: &Allowed<ReadUsers>,
    user: UserId,
) -> Result<User, FlowError> {
    let found = users::get(records.table.as_ref(), allowed.tenant(), user).await?;
    found.ok_or_else(FlowError::not_found)
}

/// Changes a user whose revision is `rev`.
///
/// # Errors
/// `not_found`, `revision_mismatch`, what is wrong with the change, `right_missing` for a user of a
/// higher role, and `last_owner`.
pub async fn change(
    records: &Records,
    allowed: &Allowed<WriteUsers>,
    request: RequestId,
    user: UserId,
    rev: u64,
    change: UserChange,
) -> Result<User, FlowError> {
    let table = records.table.as_ref();
    let (tenant, now) = (allowed.tenant(), records.clock.now());
    let before = users::get(table, tenant, user).await?.ok_or_else(FlowError::not_found)?;
    if before.rev != rev {
        return Err(revision_mismatch().into());
    }
    may_handle(allowed, before.role)?;
    let mut after = before.clone();
    if let Some(name) = change.name {
        after.name = text_rules::name("name", &name)?;
    }
    if let Some(role) = change.role {
        may_handle(allowed, role)?;
        after.role = role;
    }
    match change.active {
        Some(true) => after.disabled_at = None,
        Some(false) => after.disabled_at = before.disabled_at.or(Some(now)),
        None => {}
    }
    if after == before {
        return Ok(before);
    }
    after.rev = before.rev.saturating_add(1);

    let mut transaction = Transaction::default();
    transaction.add_or(users::replace(tenant, &after, before.rev)?, revision_mismatch());
    match (is_active_owner(&before), is_active_owner(&after)) {
        (true, false) => {
            let hint = "give another user the owner role first";
            transaction.add_or(
                counts::one_less_keeping(tenant, Counted::ActiveOwners, 1),
                Refused::new(RefusalCode::LastOwner, hint),
            );
        }
        (false, true) => transaction.add(counts::one_more(tenant, Counted::ActiveOwners)),
        (true, true) | (false, false) => {}
    }
    let doer = Doer::new(allowed, request, now);
    transaction.note(doer, action(&before, &after), user)?;
    transaction.commit(table).await?;
    Ok(after)
}

fn action(before: &User, after: &User) -> &'static str {
    match (before.disabled_at.is_some(), after.disabled_at.is_some()) {
        (false, true) => "user.disabled",
        (true, false) => "user.enabled",
        (true, true) | (false, false) => "user.changed",
    }
}

fn is_active_owner(user: &User) -> bool {
    user.role == Role::Owner && user.disabled_at.is_none()
}

/// Nobody makes, changes or disables a user of a higher role than his own, nor raises one to it.
pub(crate) fn may_handle(allowed: &Allowed<WriteUsers>, role: Role) -> Result<(), Refused> {
    if role <= allowed.role() {
        return Ok(());
    }
    let hint = "ask an owner: your role does not reach to users of a higher role";
    Err(Refused::field(RefusalCode::RightMissing, "role", hint))
}
