//! Which records a mail belongs to, who gets one, and what people correct (B6, B9, B15).

use domain::contact::{Contact, ContactKind, PartyRole};
use domain::ids::{ContactId, RequestId};
use domain::permission::{Actor, ReadMail, Scope, WriteContacts, WriteMail};
use domain::tenant::{ContactCreation, Tenant};
use domain::user::Role;
use flows::correct_links::{self, LinkChange};
use flows::correct_threads::Corrector;
use flows::manage_link_rules;
use flows::origin::Origin;
use flows::ports::Clock;
use flows::undo_creations::{self, Batch};
use store::organizations::OrganizationClaim;
use store::table::{Table, TableName};
use store::{contacts, tenants};
use testkit::people::make_tenant;
use testkit::raw_mail::Draft;

use crate::bench_of_inbound::{ANNA, BEN, CUSTOMER, Inbound};

fn actor(inbound: &Inbound) -> Actor {
    let scopes = Scope::ALL.iter().copied().collect();
    Actor::new(inbound.tenant.id, inbound.tenant.people["anna"], Role::Owner, scopes)
}

async fn creating(inbound: &Inbound, mode: ContactCreation) {
    let mut tenant: Tenant = inbound.records(TableName::Crm, "tenant").remove(0);
    tenant.settings.contact_creation = mode;
    tenant.rev += 1;
    let write = tenants::replace(&tenant, tenant.rev - 1).unwrap();
    inbound.world.table.write(write).await.unwrap();
}

fn accounts(inbound: &Inbound) -> Vec<Contact> {
    let all: Vec<Contact> = inbound.records(TableName::Crm, "contact");
    all.into_iter().filter(|contact| contact.kind == ContactKind::Account).collect()
}

async fn link(inbound: &Inbound, message: domain::ids::MessageId, change: LinkChange) {
    let actor = actor(inbound);
    let (sees, may) = (actor.require::<ReadMail>().unwrap(), actor.require::<WriteMail>().unwrap());
    let request = RequestId::from_bits(inbound.world.records.fresh_bits());
    let by = Corrector { sees: &sees, may: &may, request };
    correct_links::change(&inbound.world.records, by, message, change).await.unwrap();
}

async fn undo(inbound: &Inbound, batch: Batch) -> undo_creations::Undone {
    let allowed = actor(inbound).require::<WriteContacts>().unwrap();
    let request = RequestId::from_bits(inbound.world.records.fresh_bits());
    undo_creations::undo(&inbound.world.records, &allowed, request, batch).await.unwrap()
}

#[tokio::test]
async fn people_of_one_domain_share_an_account_that_is_made_once() {
    let inbound = Inbound::new().await;
    inbound.bring(&Draft::new("a", CUSTOMER, ANNA)).await;
    inbound.bring(&Draft::new("b", "Omar <omar@sales.harbour.example>", ANNA)).await;
    inbound.bring(&Draft::new("c", "someone@gmail.com", ANNA)).await;
    let [account] = &accounts(&inbound)[..] else { panic!("one account") };
    assert_eq!(account.name, "harbour.example");
    let of: Vec<Option<ContactId>> = inbound.contacts().iter().map(|c| c.account).collect();
    assert_eq!(of.iter().filter(|of| **of == Some(account.id)).count(), 2);
    assert_eq!(of.iter().filter(|of| of.is_none()).count(), 1, "free mail is no organization");
    let [claim] = &inbound.records::<OrganizationClaim>(TableName::Crm, "organization_claim")[..]
    else {
        panic!("one claim")
    };
    assert_eq!((claim.account, claim.people), (account.id, 2));
}

#[tokio::test]
async fn each_mode_makes_records_of_the_right_mail_and_roles_of_none() {
    for (mode, received, sent) in [
        (ContactCreation::Received, 1, 0),
        (ContactCreation::Sent, 0, 2),
        (ContactCreation::SentAndReceived, 1, 2),
        (ContactCreation::None, 0, 0),
    ] {
        let inbound = Inbound::new().await;
        creating(&inbound, mode).await;
        inbound.bring(&Draft::new("in", CUSTOMER, ANNA)).await;
        inbound.bring(&Draft::new("role", "no-reply@harbour.example", ANNA)).await;
        assert_eq!(inbound.contacts().len(), received, "{mode:?}");
        let to = "x@one.example, info@one.example, y@two.example, ben@crm.example.com";
        inbound.bring(&Draft::new("out", ANNA, to)).await;
        assert_eq!(inbound.contacts().len(), received + sent, "{mode:?}");
        let news = Draft::new("news", "z@three.example", ANNA).field("List-Id: <n.three.example>");
        inbound.bring(&news.field("Precedence: bulk")).await;
        assert_eq!(inbound.contacts().len(), received + sent, "a newsletter makes nothing");
    }
}

#[tokio::test]
async fn every_field_that_names_somebody_links_him_whatever_the_tag_and_the_case() {
    let inbound = Inbound::new().await;
    for who in ["a", "b", "c", "d", "e", "f"] {
        inbound.bring(&Draft::new(who, &format!("{who}@{who}.example"), ANNA)).await;
    }
    let mail = Draft::new("all", "A+spring@A.example", ANNA)
        .cc("b+x@b.example")
        .field("Sender: c@c.example")
        .field("Reply-To: d@d.example")
        .field("Resent-From: e@e.example")
        .field("Resent-To: F@F.Example");
    let message = inbound.message(&mail).await;
    let mut roles: Vec<PartyRole> = inbound
        .links()
        .into_iter()
        .filter(|link| link.message == message.id)
        .flat_map(|link| link.roles)
        .collect();
    roles.sort_unstable();
    use PartyRole::{Cc, From, ReplyTo, ResentFrom, ResentTo, Sender};
    assert_eq!(roles, [From, Sender, ReplyTo, Cc, ResentFrom, ResentTo]);
    assert_eq!(inbound.contacts().len(), 6, "a tag makes no second record");
}

#[tokio::test]
async fn links_by_people_stay_whatever_comes_again() {
    let inbound = Inbound::new().await;
    let mail = Draft::new("m", CUSTOMER, ANNA);
    let message = inbound.message(&mail).await;
    let other = inbound.message(&Draft::new("o", "b@two.example", ANNA)).await;
    let (lena, b) = (message.contacts[0], other.contacts[0]);
    link(&inbound, message.id, LinkChange::Replace(b, lena)).await;
    link(&inbound, message.id, LinkChange::Replace(b, lena)).await;
    inbound.take_in(&inbound.received(&mail, &[BEN])).await;
    let now = inbound.messages().into_iter().find(|m| m.id == message.id).unwrap();
    assert_eq!(now.contacts, [b]);
    let lines = |contact| {
        inbound.links().iter().filter(|l| (l.contact, l.message) == (contact, message.id)).count()
    };
    assert_eq!((lines(b), lines(lena)), (1, 0));
    link(&inbound, message.id, LinkChange::Remove(b)).await;
    assert_eq!(lines(b), 0);
}

#[tokio::test]
async fn a_standing_rule_links_mail_of_an_address_to_another_record_without_one_more_call() {
    let inbound = Inbound::new().await;
    let known = inbound.message(&Draft::new("o", "b@two.example", ANNA)).await.contacts[0];
    let allowed = actor(&inbound).require::<WriteContacts>().unwrap();
    let records = &inbound.world.records;
    let origin = Origin::fresh(records);
    let request = RequestId::from_bits(1);
    let email = "desk@agency.example";
    let made = manage_link_rules::create(records, &allowed, request, origin, email, known);
    let rule = made.await.unwrap();
    inbound.world.table.reset_usage();
    let message = inbound.message(&Draft::new("r", "Desk+9@agency.example", ANNA)).await;
    assert_eq!(inbound.world.table.usage().calls(), 4);
    assert_eq!(message.contacts, [known]);
    assert_eq!(inbound.contacts().len(), 1, "whose mail has a place needs no record");
    let removed = RequestId::from_bits(2);
    manage_link_rules::delete(records, &allowed, removed, rule.id, 1).await.unwrap();
    inbound.message(&Draft::new("s", email, ANNA)).await;
    assert_eq!(inbound.contacts().len(), 2);
}

#[tokio::test]
async fn what_mail_made_is_taken_back_unless_somebody_touched_it() {
    let inbound = Inbound::new().await;
    let first = inbound.message(&Draft::new("a", CUSTOMER, ANNA)).await;
    let second = inbound.message(&Draft::new("b", "omar@harbour.example", ANNA)).await;
    let touched = inbound.message(&Draft::new("c", "c@three.example", ANNA)).await.contacts[0];
    let stored = contacts::get(inbound.world.records.table.as_ref(), inbound.tenant.id, touched);
    let changed = Contact { rev: 2, name: "Carol".to_owned(), ..stored.await.unwrap().unwrap() };
    let write = contacts::replace(inbound.tenant.id, &changed, 1).unwrap();
    inbound.world.table.write(write).await.unwrap();

    let result = undo(&inbound, Batch::OfMessage(first.id)).await;
    assert_eq!((result.undone, result.kept), (first.contacts.clone(), vec![]));
    assert_eq!(accounts(&inbound).len(), 2, "the account has one more of its people");
    let now = inbound.world.clock.now();
    let day = std::time::Duration::from_secs(86_400);
    let result = undo(&inbound, Batch::Between(now.minus(day), now.plus(day))).await;
    assert_eq!((result.undone, result.kept), (second.contacts.clone(), vec![touched]));
    assert_eq!(accounts(&inbound).len(), 1);
    assert!(
        inbound
            .messages()
            .iter()
            .filter(|m| m.id != touched_mail(&inbound, touched))
            .all(|m| m.contacts.is_empty())
    );
    // The address is free again.
    inbound.message(&Draft::new("d", CUSTOMER, ANNA)).await;
    assert_eq!(inbound.contacts().len(), 2);
}

fn touched_mail(inbound: &Inbound, contact: ContactId) -> domain::ids::MessageId {
    inbound.links().iter().find(|link| link.contact == contact).unwrap().message
}

#[tokio::test]
async fn a_mail_that_names_more_than_a_transaction_holds_is_filed_with_less() {
    let inbound = Inbound::new().await;
    let people: Vec<String> = (0..24).map(|n| format!("u{n}@staff.example.org")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    let firm = make_tenant(&inbound.world.records, 2, &people).await.unwrap();
    let table = &inbound.world.table;
    let stored = tenants::get(table.as_ref(), firm.id).await.unwrap();
    let mut tenant: Tenant = stored.unwrap();
    tenant.settings.contact_creation = ContactCreation::Sent;
    tenant.rev = 2;
    table.write(tenants::replace(&tenant, 1).unwrap()).await.unwrap();
    let to: Vec<String> = (0..10).map(|n| format!("p{n}@firm{n}.example")).collect();
    let send = async |draft: Draft| {
        let announced = inbound.received(&draft, &people);
        assert_eq!(inbound.take_in(&announced).await.outcome.name(), "filed");
    };
    // Ten people with their accounts and 24 deliveries: that fits.
    send(Draft::new("fits", people[0], &to.join(", "))).await;
    assert_eq!((inbound.contacts().len(), accounts(&inbound).len()), (10, 10));
    // Ten more besides them, and all that it answers: that does not.
    let more: Vec<String> = (0..10).map(|n| format!("q{n}@new{n}.example")).collect();
    let answered: Vec<String> = (0..20).map(|n| format!("r{n}")).collect();
    let answered: Vec<&str> = answered.iter().map(String::as_str).collect();
    let mail = Draft::new("many", people[0], &more.join(", ")).cc(&to.join(", "));
    send(mail.answering(&answered)).await;
    assert_eq!(inbound.contacts().len(), 10 + domain::limits::RECORDS_MADE_AT_LEAST);
    let many = inbound.messages().into_iter().find(|m| m.subject == "About many").unwrap();
    assert_eq!(many.contacts.len(), 10 + domain::limits::RECORDS_MADE_AT_LEAST);
}
