//! What must hold when all is at rest, whatever happened on the way.

use std::collections::{BTreeMap, BTreeSet};

use domain::contact::MailLink;
use domain::delivery::Delivery;
use domain::ids::{ContactId, MessageId, ThreadId, UserId};
use domain::intake::{Intake, IntakeState, Outcome, QuarantineReason};
use domain::message::Message;
use domain::thread::Thread;
use store::contacts::ContactClaim;
use store::organizations::OrganizationClaim;

use crate::driver::Simulation;
use crate::scenario::{Expected, Scenario};

/// The first invariant that is broken, in words.
pub fn check(simulation: &Simulation) -> Result<(), String> {
    let s = &simulation.scenario;
    every_announcement_has_its_outcome(s)?;
    one_message_each_with_its_deliveries(s)?;
    one_contact_an_address(s)?;
    timelines_and_messages_agree(s)?;
    conversations_are_threads(s)
}

fn ensure(holds: bool, broken: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(broken()) }
}

/// No mail lost, no lease left.
fn every_announcement_has_its_outcome(s: &Scenario) -> Result<(), String> {
    let mut unread = 0;
    let mut found = BTreeMap::new();
    for intake in s.records::<Intake>("intake") {
        let IntakeState::Done { outcome, .. } = &intake.state else {
            return Err(format!("{:?} is still {:?}", intake.raw, intake.state));
        };
        ensure(intake.tenant.is_some(), || format!("{} is nobody's", intake.id))?;
        match &intake.raw {
            Some(raw) => {
                found.entry(raw.key.clone()).or_insert_with(Vec::new).push(outcome.clone());
            }
            None => unread += 1,
        }
    }
    let wanted = s.announcements().iter().filter(|(name, _)| name == "unreadable").count();
    ensure(unread == wanted, || format!("{unread} unreadable announcements, not {wanted}"))?;
    for (key, expected) in &s.expected {
        let outcomes = found.get(key).ok_or_else(|| format!("{key} has no intake"))?;
        for outcome in outcomes {
            ensure(fits(outcome, expected), || format!("{key}: {outcome:?}, not {expected:?}"))?;
        }
    }
    Ok(())
}

fn fits(outcome: &Outcome, expected: &Expected) -> bool {
    match (outcome, expected) {
        (Outcome::Filed { .. } | Outcome::Duplicate { .. }, Expected::Mail { .. }) => true,
        (Outcome::Quarantined { reason, .. }, Expected::Quarantined(wanted)) => reason == wanted,
        (Outcome::Discarded { .. }, _)
        | (Outcome::Filed { .. } | Outcome::Duplicate { .. }, Expected::Quarantined(_))
        | (Outcome::Quarantined { .. }, Expected::Mail { .. }) => false,
    }
}

/// Nothing twice, and nobody sees what was not delivered to him.
fn one_message_each_with_its_deliveries(s: &Scenario) -> Result<(), String> {
    let mut wanted: BTreeMap<&str, BTreeSet<UserId>> = BTreeMap::new();
    for expected in s.expected.values() {
        if let Expected::Mail { name, owners } = expected {
            wanted.entry(name).or_default().extend(owners);
        }
    }
    let names = names(s);
    let mut reached: BTreeMap<&str, BTreeSet<UserId>> = BTreeMap::new();
    let mut deliveries = 0;
    for delivery in s.records::<Delivery>("delivery") {
        let name = names.get(&delivery.message).ok_or("a delivery of no message")?;
        reached.entry(name).or_default().insert(delivery.owner);
        deliveries += 1;
    }
    ensure(reached == wanted, || format!("deliveries {reached:?}, not {wanted:?}"))?;
    let expected_count = wanted.values().map(BTreeSet::len).sum::<usize>();
    ensure(deliveries == expected_count, || format!("{deliveries} deliveries"))?;
    // A mail to two tenants is one message in each.
    let tenants_of = |name: &str| if name == "across" { 2 } else { 1 };
    let messages = wanted.keys().map(|name| tenants_of(name)).sum::<usize>();
    ensure(names.len() == messages, || format!("{} messages, not {messages}", names.len()))
}

/// The name of the mail that each message is, told by the subject and the flaw of a forged one.
fn names(s: &Scenario) -> BTreeMap<MessageId, String> {
    let name = |message: &Message| {
        let subject = message.subject.strip_prefix("About ").unwrap_or_default().to_owned();
        let forged = message.preview.starts_with("Pay this");
        if forged { "forged".to_owned() } else { subject }
    };
    s.records::<Message>("message").iter().map(|message| (message.id, name(message))).collect()
}

fn one_contact_an_address(s: &Scenario) -> Result<(), String> {
    let claims: Vec<ContactClaim> = s.records("contact_claim");
    let claimed: BTreeSet<ContactId> = claims.iter().map(|claim| claim.contact).collect();
    let contacts: BTreeSet<ContactId> = s.contacts().iter().map(|contact| contact.id).collect();
    ensure(contacts == claimed, || format!("contacts {contacts:?}, claimed {claimed:?}"))?;
    ensure(claims.len() == claimed.len(), || "a contact with two claims".to_owned())?;
    one_account_a_domain(s)
}

fn one_account_a_domain(s: &Scenario) -> Result<(), String> {
    let claims: Vec<OrganizationClaim> = s.records("organization_claim");
    let claimed: BTreeSet<ContactId> = claims.iter().map(|claim| claim.account).collect();
    let accounts: BTreeSet<ContactId> = s.accounts().iter().map(|account| account.id).collect();
    ensure(accounts == claimed, || format!("accounts {accounts:?}, claimed {claimed:?}"))?;
    let people = s.contacts().iter().filter(|contact| contact.account.is_some()).count();
    let counted: u64 = claims.iter().map(|claim| claim.people).sum();
    ensure(u64::try_from(people) == Ok(counted), || format!("{people} people, {counted} counted"))
}

fn timelines_and_messages_agree(s: &Scenario) -> Result<(), String> {
    let links: BTreeSet<(ContactId, MessageId)> =
        s.records::<MailLink>("mail_link").iter().map(|l| (l.contact, l.message)).collect();
    let named: BTreeSet<(ContactId, MessageId)> = s
        .records::<Message>("message")
        .iter()
        .flat_map(|m| m.contacts.iter().map(|contact| (*contact, m.id)).collect::<Vec<_>>())
        .collect();
    ensure(links == named, || format!("timelines {links:?}, messages {named:?}"))
}

fn conversations_are_threads(s: &Scenario) -> Result<(), String> {
    let threads: BTreeSet<ThreadId> = s.records::<Thread>("thread").iter().map(|t| t.id).collect();
    let names = names(s);
    let messages: Vec<Message> = s.records("message");
    for message in &messages {
        ensure(threads.contains(&message.thread), || format!("{} has no thread", message.id))?;
    }
    for conversation in &s.conversations {
        let of: BTreeSet<ThreadId> = messages
            .iter()
            .filter(|message| conversation.contains(&names[&message.id]))
            .map(|message| message.thread)
            .collect();
        ensure(of.len() == 1, || format!("{conversation:?} lies in {of:?}"))?;
    }
    let forged = messages.iter().filter(|m| m.flaws.iter().any(|f| f == "forged_message_id"));
    let told = forged.count();
    let wanted = usize::from(s.expected.keys().any(|key| key.starts_with("inbound/forged-")));
    ensure(told == wanted, || format!("{told} forged ids told, not {wanted}"))
}

/// Keeps the list of reasons in step with what the scenario can show.
#[test]
fn the_scenario_meets_the_reasons_a_worker_can_give() {
    let s = Scenario::new(0);
    let met = |reason| s.expected.values().any(|e| *e == Expected::Quarantined(reason));
    for reason in [
        QuarantineReason::Empty,
        QuarantineReason::NotMail,
        QuarantineReason::ObjectGone,
        QuarantineReason::NoRoute,
    ] {
        assert!(met(reason), "{reason:?}");
    }
}
