//! What the way a mail came in says about how it is filed.

use std::collections::{BTreeMap, BTreeSet};

use domain::contact::{Contact, ContactKind};
use domain::field_value::FieldValue;
use domain::ids::{ContactId, TenantId, UserId};
use domain::message::{Direction, Wrapped};
use domain::route::Route;
use domain::route_purpose::{Assignment, DropboxRules, OrganizationRules, Purpose, SearchPattern};
use mail::forwarded::forwarding_confirmation;
use mail::kind::MailKind;
use mail::parsed_mail::ParsedMail;
use store::table::{TableFault, Write};
use store::{item, modules, routes};

use super::gates::Evidence;
use crate::ports::Records;

/// How a mail is filed. The default is a mail to a person's own mailbox.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct FilingRules {
    /// Its direction; none where the author's address decides.
    pub direction: Option<Direction>,
    /// Who gets a record if he has none.
    pub makes: Makes,
    /// What a made record begins as.
    pub made: MadeRecord,
    /// Known records that the way in does not look for: the mail is not linked to them.
    pub not_linked: BTreeSet<ContactId>,
    /// How it came within another mail.
    pub wrapped: Option<Wrapped>,
    /// What else is written when it is filed.
    pub with: Vec<Write>,
    /// What could not be done as the way in says, by code.
    pub flaws: Vec<&'static str>,
}

/// Who gets a record if he has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Makes {
    /// As the tenant's settings say.
    #[default]
    AsSettings,
    /// Nobody.
    Nobody,
    /// The author, whatever the settings say.
    Author,
    /// Everybody it was sent to, whatever the settings say.
    Recipients,
}

/// What a made record begins as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MadeRecord {
    /// Lead, contact or account.
    pub kind: ContactKind,
    /// Who looks after it.
    pub owner: Option<UserId>,
    /// Its first fields by name.
    pub fields: BTreeMap<String, FieldValue>,
}

impl Default for MadeRecord {
    fn default() -> Self {
        Self { kind: ContactKind::Contact, owner: None, fields: BTreeMap::new() }
    }
}

/// What the rules are made from.
pub(super) struct Case<'a> {
    pub records: &'a Records,
    pub tenant: TenantId,
    /// The mail to file.
    pub mail: &'a ParsedMail,
    /// How it came within another.
    pub wrapped: Option<Wrapped>,
    pub seen: &'a Evidence<'a>,
}

/// The rules of the routes whose gates a mail passed. A dropbox's go before an organization address's,
/// and those before a mailbox's.
pub(super) async fn of(case: &Case<'_>, passed: &[&Route]) -> Result<FilingRules, TableFault> {
    let mut rules = FilingRules { wrapped: case.wrapped.clone(), ..FilingRules::default() };
    if let Some(tenant) = &case.seen.known.tenant {
        rules.made.kind = tenant.settings.created_as.into();
    }
    let dropbox = passed.iter().find_map(|route| match &route.purpose {
        Purpose::Dropbox(dropbox) => Some((*route, *dropbox)),
        Purpose::Mailbox | Purpose::Organization(_) | Purpose::Forwarding => None,
    });
    let organization = passed.iter().find_map(|route| match &route.purpose {
        Purpose::Organization(organization) => Some((*route, organization)),
        Purpose::Mailbox | Purpose::Dropbox(_) | Purpose::Forwarding => None,
    });
    if let Some((route, dropbox)) = dropbox {
        of_dropbox(case, route, dropbox, &mut rules).await?;
    } else if let Some((route, organization)) = organization {
        of_organization(case, route, organization, &mut rules).await?;
    }
    if case.seen.is_tainted() || is_confirmation(case.mail) {
        rules.makes = Makes::Nobody;
    }
    if case.seen.is_spoofed() && rules.direction.is_none() && case.wrapped.is_none() {
        // Somebody else wrote it in the name of one of us.
        rules.direction = Some(Direction::Received);
    }
    Ok(rules)
}

async fn of_dropbox(
    case: &Case<'_>,
    route: &Route,
    dropbox: DropboxRules,
    rules: &mut FilingRules,
) -> Result<(), TableFault> {
    rules.makes = Makes::Nobody;
    if case.wrapped.is_none() {
        rules.direction = Some(Direction::Sent);
    }
    if let Some(kind) = dropbox.create {
        rules.makes = if case.wrapped.is_none() { Makes::Recipients } else { Makes::Author };
        rules.made = MadeRecord { kind, owner: Some(route.owner), fields: BTreeMap::new() };
    }
    if dropbox.search != SearchPattern::Both {
        let found = known_records(case).await?;
        let others = found.iter().filter(|contact| !dropbox.search.finds(contact.kind));
        rules.not_linked = others.map(|contact| contact.id).collect();
    }
    Ok(())
}

async fn of_organization(
    case: &Case<'_>,
    route: &Route,
    organization: &OrganizationRules,
    rules: &mut FilingRules,
) -> Result<(), TableFault> {
    rules.makes = Makes::Author;
    let makes = makes_author(case);
    let owner = match &organization.assignment {
        Assignment::MailboxOwner => None,
        Assignment::User(user) => Some(*user),
        Assignment::RoundRobin(users) => {
            if makes {
                rules.with.push(routes::count_turn(&case.records.hasher, route));
            }
            let count = u64::try_from(users.len()).unwrap_or_default();
            let turn = route.turn.checked_rem(count).and_then(|turn| usize::try_from(turn).ok());
            turn.and_then(|turn| users.get(turn)).copied()
        }
        Assignment::OwnerOfKnownContact if makes => {
            known_records(case).await?.into_iter().find_map(|contact| contact.owner)
        }
        Assignment::OwnerOfKnownContact => None,
    };
    let owner = Some(owner.unwrap_or(route.owner));
    rules.made = MadeRecord { kind: organization.module, owner, fields: BTreeMap::new() };
    let is_own_module = matches!(organization.module, ContactKind::Custom(_));
    if makes && (is_own_module || !organization.defaults.is_empty()) {
        begin_as_module_says(case, organization, rules).await?;
    }
    Ok(())
}

/// The values that the record begins with, as its module reads them now. One of a field that was removed,
/// or that takes other values since, is left out; of a module that was removed nothing is made. One read
/// more, where a record is made of a module of the tenant's own or with values.
async fn begin_as_module_says(
    case: &Case<'_>,
    organization: &OrganizationRules,
    rules: &mut FilingRules,
) -> Result<(), TableFault> {
    let table = case.records.table.as_ref();
    let module = modules::get(table, case.tenant, organization.module).await?;
    let Some(module) = module.filter(|module| module.removed_at.is_none()) else {
        rules.makes = Makes::Nobody;
        rules.flaws.push(MODULE_REMOVED);
        return Ok(());
    };
    for (name, value) in &organization.defaults {
        let read = module.field(name).and_then(|field| field.read(name, &value.given()).ok());
        match read {
            Some(value) => drop(rules.made.fields.insert(name.clone(), value)),
            None => rules.flaws.push(DEFAULT_LEFT_OUT),
        }
    }
    Ok(())
}

/// The flaw of a mail whose record did not get a value that its way in wanted.
const DEFAULT_LEFT_OUT: &str = "default_left_out";
/// The flaw of a mail that made no record, for the module is gone.
const MODULE_REMOVED: &str = "module_removed";

/// Whether the author will get a record, unless another copy of the mail is filed before.
fn makes_author(case: &Case<'_>) -> bool {
    let known = case.seen.known;
    let author = case.mail.from.iter().find_map(|party| party.address.as_ref());
    let stranger = author
        .is_some_and(|author| !known.contacts.contains_key(author) && !known.own.contains(author));
    let by_a_person = matches!(case.mail.kind, MailKind::Ordinary | MailKind::Calendar);
    stranger && by_a_person && known.message.is_none() && !case.seen.is_tainted()
}

/// The known records that the mail names, in no order but their ids'. One read more, for the few routes
/// that ask for it.
async fn known_records(case: &Case<'_>) -> Result<Vec<Contact>, TableFault> {
    let ids: BTreeSet<ContactId> = case.seen.known.contacts.values().copied().collect();
    let keys = ids.iter().map(|id| store::keys::contact_lookup(case.tenant, *id)).collect();
    let got = store::table::get_all(case.records.table.as_ref(), &keys).await?;
    got.items.into_values().map(item::from_item).collect()
}

fn is_confirmation(mail: &ParsedMail) -> bool {
    forwarding_confirmation(mail).is_some()
}
