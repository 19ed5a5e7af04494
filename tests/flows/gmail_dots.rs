//! Addresses that differ in dots alone, which Gmail does not read (B6): suggested, never matched.

use domain::contact::ContactKind;
use domain::ids::{ContactId, RequestId};
use domain::permission::{Actor, ReadMail, Scope, WriteContacts, WriteMail};
use domain::refusal::RefusalCode;
use domain::tenant::{ContactCreation, Tenant};
use domain::user::Role;
use flows::accept_suggestion::accept;
use flows::correct_threads::Corrector;
use flows::error::FlowError;
use flows::origin::Origin;
use flows::undo_creations::{self, Batch};
use store::table::{Table, TableName};
use store::{contacts, tenants};
use testkit::raw_mail::Draft;

use crate::bench_of_inbound::{ANNA, Inbound};

const DOTTED: &str = "first.last@gmail.com";
const PLAIN: &str = "Firstlast+news@googlemail.com";

fn actor(inbound: &Inbound) -> Actor {
    let scopes = Scope::ALL.iter().copied().collect();
    Actor::new(inbound.tenant.id, inbound.tenant.people["anna"], Role::Owner, scopes)
}

async fn say_yes(
    inbound: &Inbound,
    message: domain::ids::MessageId,
) -> Result<domain::contact::Contact, FlowError> {
    let actor = actor(inbound);
    let (sees, may) = (actor.require::<ReadMail>().unwrap(), actor.require::<WriteMail>().unwrap());
    let allowed = actor.require::<WriteContacts>().unwrap();
    let records = &inbound.world.records;
    let request = RequestId::from_bits(records.fresh_bits());
    let by = Corrector { sees: &sees, may: &may, request };
    accept(records, by, &allowed, Origin::fresh(records), message).await
}

async fn creating_nobody(inbound: &Inbound) {
    let mut tenant: Tenant = inbound.records(TableName::Crm, "tenant").remove(0);
    tenant.settings.contact_creation = ContactCreation::None;
    tenant.rev += 1;
    let write = tenants::replace(&tenant, tenant.rev - 1).unwrap();
    inbound.world.table.write(write).await.unwrap();
}

fn is_nothing(result: Result<domain::contact::Contact, FlowError>) -> bool {
    matches!(result, Err(FlowError::Refused(r)) if r.code == RefusalCode::NothingSuggested)
}

/// How many lines the timeline of a record has, by any of its ids.
async fn lines(inbound: &Inbound, id: ContactId) -> usize {
    let (table, tenant) = (inbound.world.table.as_ref(), inbound.tenant.id);
    let ids = contacts::get(table, tenant, id).await.unwrap().unwrap().identities();
    store::contact_timeline::page(table, tenant, &ids, 50, None).await.unwrap().0.len()
}

#[tokio::test]
async fn another_spelling_is_suggested_without_one_more_call_and_becomes_a_secondary_address() {
    let inbound = Inbound::new().await;
    creating_nobody(&inbound).await;
    let known = inbound.contact(ContactKind::Contact, DOTTED, None).await;
    let same = inbound.message(&Draft::new("same", DOTTED, ANNA)).await;
    assert_eq!((same.contacts.as_slice(), same.suggested_contact), ([known].as_slice(), None));

    inbound.world.table.reset_usage();
    let other = inbound.message(&Draft::new("other", PLAIN, ANNA)).await;
    assert_eq!(inbound.world.table.usage().calls(), 4);
    assert_eq!(other.contacts, [], "never a match by itself");
    assert_eq!(other.suggested_contact, Some(known));

    let after = say_yes(&inbound, other.id).await.unwrap();
    let addresses: Vec<&str> = after.addresses.iter().map(|a| a.expose()).collect();
    assert_eq!(addresses, [DOTTED, "firstlast@googlemail.com"]);
    assert_eq!(lines(&inbound, known).await, 2, "the mail is on its timeline");
    assert!(is_nothing(say_yes(&inbound, other.id).await), "it is settled");
    let next = inbound.message(&Draft::new("next", PLAIN, ANNA)).await;
    assert_eq!((next.contacts.as_slice(), next.suggested_contact), ([known].as_slice(), None));
}

#[tokio::test]
async fn where_the_mail_made_a_record_accepting_merges_it_and_undoing_its_making_forgets_nothing() {
    let inbound = Inbound::new().await;
    let known = inbound.contact(ContactKind::Contact, DOTTED, None).await;
    let first = inbound.message(&Draft::new("first", PLAIN, ANNA)).await;
    let made = first.contacts[0];
    assert_eq!((made != known, first.suggested_contact), (true, Some(known)));

    let allowed = actor(&inbound).require::<WriteContacts>().unwrap();
    let records = &inbound.world.records;
    let batch = Batch::OfMessage(first.id);
    undo_creations::undo(records, &allowed, RequestId::from_bits(1), batch).await.unwrap();
    let second = inbound.message(&Draft::new("second", PLAIN, ANNA)).await;
    assert_eq!(second.suggested_contact, Some(known), "who came first stays");

    let after = say_yes(&inbound, second.id).await.unwrap();
    assert_eq!((after.id, after.merged.as_slice()), (known, second.contacts.as_slice()));
    assert_eq!(after.addresses.len(), 2);
    assert_eq!(lines(&inbound, known).await, 1);
}

#[tokio::test]
async fn dots_of_other_providers_and_a_record_that_is_gone_suggest_nothing() {
    let inbound = Inbound::new().await;
    creating_nobody(&inbound).await;
    inbound.contact(ContactKind::Contact, "first.last@harbour.example", None).await;
    let mail = Draft::new("a", "firstlast@harbour.example", ANNA);
    assert_eq!(inbound.message(&mail).await.suggested_contact, None);

    let known = inbound.contact(ContactKind::Contact, DOTTED, None).await;
    let before = inbound.message(&Draft::new("b", PLAIN, ANNA)).await;
    let allowed = actor(&inbound).require::<WriteContacts>().unwrap();
    let records = &inbound.world.records;
    let request = RequestId::from_bits(9);
    flows::remove_contact::delete(records, &allowed, request, known, 1).await.unwrap();
    assert!(is_nothing(say_yes(&inbound, before.id).await));
    let after = inbound.message(&Draft::new("c", PLAIN, ANNA)).await;
    assert_eq!(after.suggested_contact, None);
    assert!(is_nothing(say_yes(&inbound, after.id).await));
}
