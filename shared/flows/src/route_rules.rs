//! What must hold of the rules of a route, before they are kept.

use std::collections::BTreeMap;

use domain::contact::{Contact, ContactSource};
use domain::email_address::normal_domain;
use domain::field_value::FieldValue;
use domain::ids::{ContactId, TenantId, UserId};
use domain::limits::{LISTED_SENDERS_MAX, NAME_BYTES_MAX, ROUTE_DEFAULTS_MAX, TURN_USERS_MAX};
use domain::refusal::{RefusalCode, Refused};
use domain::route_purpose::{AllowedSenders, Assignment, OrganizationRules, Purpose};
use domain::timestamp::Timestamp;
use store::table::Table;
use store::users;

use crate::contact_rules;
use crate::error::FlowError;
use crate::text_rules;

/// The purpose as it is kept: lists within their bounds, users who can work, and a module that takes the
/// values a made record begins with.
///
/// # Errors
/// `field_invalid`, `field_unknown` or `field_too_long` with the field, `module_removed`.
pub async fn settled(
    table: &dyn Table,
    tenant: TenantId,
    purpose: Purpose,
) -> Result<Purpose, FlowError> {
    let Purpose::Organization(rules) = purpose else { return Ok(purpose) };
    check_bounds(&rules)?;
    check_people(table, tenant, &rules).await?;
    let defaults = defaults(table, tenant, &rules).await?;
    Ok(Purpose::Organization(OrganizationRules { defaults, ..rules }))
}

/// The values by which a made record begins, as the fields of its module read them.
async fn defaults(
    table: &dyn Table,
    tenant: TenantId,
    rules: &OrganizationRules,
) -> Result<BTreeMap<String, FieldValue>, FlowError> {
    const WITHIN: &str = "organization";
    let module = contact_rules::module_of(table, tenant, rules.module).await;
    let module = module.map_err(|error| about(error, |_| format!("{WITHIN}.module")))?;
    let given = rules.defaults.iter().map(|(name, value)| (name.clone(), Some(value.given())));
    let at = |field: &str| match field.strip_prefix("fields.") {
        Some(name) => format!("{WITHIN}.defaults.{name}"),
        None => format!("{WITHIN}.defaults"),
    };
    let fields = module.change_values(&BTreeMap::new(), &given.collect());
    let fields = fields.map_err(|refused| about(refused.into(), at))?;
    let (id, source) = (ContactId::from_bits(0), ContactSource::Api);
    let made = Contact::new(id, rules.module, String::new(), source, Timestamp::default());
    let made = Contact { fields, ..made };
    let checked = contact_rules::check_references(table, tenant, &module, None, &made).await;
    checked.map_err(|error| about(error, at))?;
    Ok(made.fields)
}

/// The same refusal of a field that has another place in this request.
fn about(error: FlowError, place: impl Fn(&str) -> String) -> FlowError {
    match error {
        FlowError::Refused(refused) => {
            let field = refused.field.as_deref().map(place);
            FlowError::Refused(Refused { field, ..refused })
        }
        failed @ FlowError::Failed(_) => failed,
    }
}

async fn check_people(
    table: &dyn Table,
    tenant: TenantId,
    rules: &OrganizationRules,
) -> Result<(), FlowError> {
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
