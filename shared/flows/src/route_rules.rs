//! What must hold of the rules of a route, before they are kept.

use domain::email_address::normal_domain;
use domain::field_value::FieldValue;
use domain::ids::{TenantId, UserId};
use domain::limits::{LISTED_SENDERS_MAX, NAME_BYTES_MAX, ROUTE_DEFAULTS_MAX, TURN_USERS_MAX};
use domain::refusal::{RefusalCode, Refused};
use domain::route_purpose::{AllowedSenders, Assignment, OrganizationRules, Purpose};
use store::table::Table;
use store::users;

use crate::error::FlowError;
use crate::text_rules;

/// Checks the rules of a purpose: lists within their bounds, and users who can work.
///
/// # Errors
/// `field_invalid` or `field_too_long` with the field.
pub async fn check(
    table: &dyn Table,
    tenant: TenantId,
    purpose: &Purpose,
) -> Result<(), FlowError> {
    let Purpose::Organization(rules) = purpose else { return Ok(()) };
    check_bounds(rules)?;
    let people: &[UserId] = match &rules.assignment {
        Assignment::MailboxOwner | Assignment::OwnerOfKnownContact => &[],
        Assignment::User(user) => std::slice::from_ref(user),
        Assignment::RoundRobin(users) => users,
    };
    for user in people {
        let found = users::get(table, tenant, *user).await?;
        if found.is_none_or(|user| user.disabled_at.is_some()) {
            let hint = "name users of the tenant who are not disabled";
            let field = "organization.assignment";
            return Err(Refused::field(RefusalCode::FieldInvalid, field, hint).into());
        }
    }
    Ok(())
}

fn check_bounds(rules: &OrganizationRules) -> Result<(), Refused> {
    if let Assignment::RoundRobin(users) = &rules.assignment {
        if users.is_empty() {
            let field = "organization.assignment.round_robin";
            return Err(Refused::field(RefusalCode::FieldMissing, field, "name at least one user"));
        }
        at_most("organization.assignment.round_robin", users.len(), TURN_USERS_MAX)?;
    }
    if let AllowedSenders::Listed { addresses, domains } = &rules.senders {
        at_most("organization.senders.listed", addresses.len(), LISTED_SENDERS_MAX)?;
        at_most("organization.senders.listed", domains.len(), LISTED_SENDERS_MAX)?;
        if addresses.is_empty() && domains.is_empty() {
            let hint = "name at least one address or domain";
            let field = "organization.senders.listed";
            return Err(Refused::field(RefusalCode::FieldMissing, field, hint));
        }
        if domains.iter().any(|domain| normal_domain(domain).as_deref() != Ok(domain.as_str())) {
            let hint = "name domains in lower case, as crm.example.com";
            let field = "organization.senders.listed.domains";
            return Err(Refused::field(RefusalCode::FieldInvalid, field, hint));
        }
    }
    at_most("organization.defaults", rules.defaults.len(), ROUTE_DEFAULTS_MAX)?;
    for (name, value) in &rules.defaults {
        text_rules::name("organization.defaults", name)?;
        if let FieldValue::Text(text) = value {
            at_most("organization.defaults", text.len(), NAME_BYTES_MAX)?;
        }
    }
    Ok(())
}

fn at_most(field: &str, count: usize, most: usize) -> Result<(), Refused> {
    if count <= most {
        return Ok(());
    }
    let refused = Refused::field(RefusalCode::FieldTooLong, field, "shorten it");
    Err(refused.with_limit(u64::try_from(most).unwrap_or(u64::MAX)))
}
