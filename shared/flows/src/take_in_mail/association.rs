//! Which records a mail belongs to (B6), and who gets one (B9).

use std::collections::{BTreeMap, BTreeSet};

use domain::contact::{Contact, ContactKind, ContactSource, MailLink, PartyRole};
use domain::email_address::EmailAddress;
use domain::ids::ContactId;
use domain::limits;
use domain::message::{Direction, Party};
use domain::organization_domain::{is_role, organization_domain};
use domain::tenant::ContactCreation;
use mail::kind::MailKind;
use mail::parsed_mail::{self, ParsedMail};
use store::contacts;
use store::organizations::{self, OrganizationClaim};
use store::table::{TableFault, Write};

use super::filing_rules::{FilingRules, Makes};
use super::known::Known;
use super::writes::NewMessage;

/// Who wrote it, seen from the tenant.
pub(super) fn direction(mail: &ParsedMail, rules: &FilingRules, known: &Known) -> Direction {
    rules.direction.unwrap_or_else(|| {
        let own = |party: &parsed_mail::Party| {
            party.address.as_ref().is_some_and(|address| known.own.contains(address))
        };
        if mail.from.iter().any(own) { Direction::Sent } else { Direction::Received }
    })
}

/// Those who get a record unless more is known against it: by the way the mail came in, else by the
/// tenant's settings. Mail of programs and lists makes none, whoever it names.
pub(super) fn candidates<'p>(
    mail: &ParsedMail,
    parties: &'p [Party],
    rules: &FilingRules,
    known: &Known,
) -> Vec<&'p Party> {
    const AUTHOR: &[PartyRole] = &[PartyRole::From];
    const RECIPIENTS: &[PartyRole] = &[PartyRole::To, PartyRole::Cc, PartyRole::Bcc];
    let by_a_person = matches!(mail.kind, MailKind::Ordinary | MailKind::Calendar);
    let settings = || known.tenant.as_ref().map(|tenant| tenant.settings.contact_creation);
    let wanted = match rules.makes {
        _ if !by_a_person => None,
        Makes::Nobody => None,
        Makes::Author => Some(AUTHOR),
        Makes::Recipients => Some(RECIPIENTS),
        Makes::AsSettings => match (settings(), direction(mail, rules, known)) {
            (
                Some(ContactCreation::Received | ContactCreation::SentAndReceived),
                Direction::Received,
            ) => Some(AUTHOR),
            (Some(ContactCreation::Sent | ContactCreation::SentAndReceived), Direction::Sent) => {
                Some(RECIPIENTS)
            }
            (_, Direction::Received | Direction::Sent) => None,
        },
    };
    let by_settings = rules.makes == Makes::AsSettings;
    let mut seen = BTreeSet::new();
    let mut unknown: Vec<&Party> = parties
        .iter()
        .filter(|party| wanted.is_some_and(|roles| roles.contains(&party.role)))
        .filter(|party| !known.contacts.contains_key(&party.address))
        .filter(|party| !known.rules.contains_key(&party.address))
        .filter(|party| !known.own.contains(&party.address))
        .filter(|party| !(by_settings && is_role(&party.address)))
        .filter(|party| seen.insert(party.address.without_tag().unwrap_or(party.address.clone())))
        .collect();
    let is_author = wanted == Some(AUTHOR);
    unknown.truncate(if is_author { 1 } else { limits::RECORDS_MADE_MAX });
    unknown
}

/// Puts the mail on the timeline of every record it names, of those its standing rules name, and of
/// those it makes. Gives the linked records.
pub(super) fn link(
    new: &NewMessage<'_>,
    parties: &[Party],
    writes: &mut Vec<Write>,
) -> Result<Vec<ContactId>, TableFault> {
    let mut roles: BTreeMap<ContactId, BTreeSet<PartyRole>> = BTreeMap::new();
    let known = new.known;
    for party in parties {
        let own = known.contacts.get(&party.address);
        let ruled = known.rules.get(&party.address);
        for contact in own.filter(|id| !new.rules.not_linked.contains(id)).into_iter().chain(ruled)
        {
            roles.entry(*contact).or_default().insert(party.role);
        }
    }
    let mut linked: Vec<(ContactId, BTreeSet<PartyRole>)> = Vec::new();
    for (contact, address) in make(new, parties, writes)? {
        let own_roles = parties.iter().filter(|other| other.address == address);
        linked.push((contact, own_roles.map(|party| party.role).collect()));
    }
    linked.extend(roles);
    linked.truncate(new.making.most_links());
    for (contact, roles) in &linked {
        let link = MailLink {
            contact: *contact,
            message: new.identity.id,
            at: new.identity.at,
            roles: roles.iter().copied().collect(),
        };
        writes.push(contacts::link_mail(new.tenant, &link)?);
    }
    Ok(linked.into_iter().map(|(contact, _)| contact).collect())
}

/// Makes the records of those nobody knows, each with the account of his domain; a domain without
/// one gets it, once.
fn make(
    new: &NewMessage<'_>,
    parties: &[Party],
    writes: &mut Vec<Write>,
) -> Result<Vec<(ContactId, EmailAddress)>, TableFault> {
    let mut made = Vec::new();
    let mut people: BTreeMap<&str, (ContactId, u64)> = BTreeMap::new();
    let wanted = candidates(new.mail, parties, new.rules, new.known);
    let allowed = wanted.into_iter().filter(|party| new.making.allows(&party.address));
    for party in allowed.take(new.making.most()) {
        // A tag is of one mail's making; the person's address is without it.
        let address = party.address.without_tag().unwrap_or_else(|| party.address.clone());
        let mut contact = new_record(new, new.rules.made.kind, name_of(party, &address));
        contact.owner = new.rules.made.owner;
        contact.fields.clone_from(&new.rules.made.fields);
        if contact.kind == ContactKind::Contact
            && let Some(domain) = organization_domain(&party.address)
        {
            let known = new.making.organizations.get(domain).map(|claim| claim.account);
            let entry =
                people.entry(domain).or_insert_with(|| (known.unwrap_or_else(|| fresh_id(new)), 0));
            entry.1 = entry.1.saturating_add(1);
            contact.account = Some(entry.0);
        }
        contact.addresses = vec![address];
        writes.extend(contacts::create(new.tenant, &new.records.hasher, &contact)?);
        made.push((contact.id, party.address.clone()));
    }
    for (domain, (account, count)) in people {
        if new.making.organizations.contains_key(domain) {
            let more = i64::try_from(count).unwrap_or_default();
            writes.push(organizations::count(new.tenant, domain, account, more));
            continue;
        }
        let claim = OrganizationClaim { account, people: count };
        writes.push(organizations::create(new.tenant, domain, &claim)?);
        let mut organization = new_record(new, ContactKind::Account, domain.to_owned());
        organization.id = account;
        writes.extend(contacts::create(new.tenant, &new.records.hasher, &organization)?);
    }
    Ok(made)
}

fn name_of(party: &Party, address: &EmailAddress) -> String {
    party.name.clone().unwrap_or_else(|| address.local_part().to_owned())
}

fn new_record(new: &NewMessage<'_>, kind: ContactKind, name: String) -> Contact {
    Contact::new(fresh_id(new), kind, name, ContactSource::Mail(new.identity.id), new.now)
}

fn fresh_id(new: &NewMessage<'_>) -> ContactId {
    ContactId::from_parts(new.now, new.records.fresh_bits())
}
