//! What mail made is taken back in a batch, of every module, and what a person did with a record keeps
//! it (B9).

use domain::activity::ActivityDetail;
use domain::contact::{Contact, ContactKind, ContactSource};
use domain::email_address::EmailAddress;
use domain::ids::{ContactId, ListId, MessageId, RequestId};
use domain::list::Membership;
use domain::module::Module;
use domain::permission::{Actor, Permission, Scope};
use domain::user::Role;
use flows::correct_links::{self, LinkChange};
use flows::correct_threads::Corrector;
use flows::manage_activities::{self, NewActivity};
use flows::manage_link_rules;
use flows::origin::Origin;
use flows::ports::Clock;
use flows::undo_creations::{self, Batch, Undone};
use store::{contacts, lists, modules};
use testkit::raw_mail::Draft;

use crate::bench_of_inbound::{ANNA, Inbound};

fn allowed<P: Permission>(inbound: &Inbound) -> domain::permission::Allowed<P> {
    let scopes = Scope::ALL.iter().copied().collect();
    let anna = inbound.tenant.people["anna"];
    Actor::new(inbound.tenant.id, anna, Role::Owner, scopes).require().unwrap()
}

async fn undo_all(inbound: &Inbound) -> Undone {
    let now = inbound.world.clock.now();
    let day = std::time::Duration::from_secs(86_400);
    let (batch, request) = (Batch::Between(now.minus(day), now.plus(day)), RequestId::from_bits(9));
    undo_creations::undo(&inbound.world.records, &allowed(inbound), request, batch).await.unwrap()
}

/// A record that a mail of `n` made, each of a domain of its own.
async fn made(inbound: &Inbound, n: u32) -> (MessageId, ContactId) {
    let from = format!("lena@harbour{n}.example");
    let message = inbound.message(&Draft::new(&format!("m{n}"), &from, ANNA)).await;
    (message.id, message.contacts[0])
}

#[tokio::test]
async fn a_span_covers_the_records_of_a_tenants_own_modules() {
    let inbound = Inbound::new().await;
    let (records, tenant) = (&inbound.world.records, inbound.tenant.id);
    let kind: ContactKind = "partner".parse().unwrap();
    let module = Module { kind, ..Module::standard(ContactKind::Lead).unwrap() };
    records.table.transact(modules::store(tenant, &module, 0).unwrap().into()).await.unwrap();
    let (message, person) = made(&inbound, 1).await;
    let mut own = Vec::new();
    for (bits, source) in [(1, ContactSource::Mail(message)), (2, ContactSource::Api)] {
        let now = inbound.world.clock.now();
        let id = ContactId::from_parts(now, bits);
        let address = EmailAddress::parse(&format!("p{bits}@quay.example")).unwrap();
        let contact = Contact {
            addresses: vec![address],
            ..Contact::new(id, kind, "Partner".to_owned(), source, now)
        };
        let writes = contacts::create(tenant, &records.hasher, &contact).unwrap();
        records.table.transact(writes).await.unwrap();
        own.push(id);
    }
    let mut undone = undo_all(&inbound).await;
    undone.undone.sort_unstable();
    let mut wanted = vec![person, own[0]];
    wanted.sort_unstable();
    assert_eq!((undone.undone, undone.kept), (wanted, vec![]));
    let left: Vec<ContactId> = inbound.contacts().iter().map(|contact| contact.id).collect();
    assert_eq!(left, [own[1]], "what a person made stays");
}

/// What somebody may do with a record without changing the record itself.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Nothing,
    Listed,
    Linked,
    Noted,
    Ruled,
}

async fn touch(inbound: &Inbound, contact: ContactId, deed: Deed, other: MessageId) {
    let (records, tenant) = (&inbound.world.records, inbound.tenant.id);
    let request = RequestId::from_bits(5);
    match deed {
        Deed::Nothing => {}
        Deed::Listed => {
            let joined_at = inbound.world.clock.now();
            let membership = Membership { list: ListId::from_bits(1), contact, joined_at };
            records.table.write(lists::join(tenant, &membership).unwrap()).await.unwrap();
        }
        Deed::Linked => {
            let (sees, may) = (allowed(inbound), allowed(inbound));
            let by = Corrector { sees: &sees, may: &may, request };
            let change = LinkChange::Add(contact);
            correct_links::change(records, by, other, change).await.unwrap();
        }
        Deed::Noted => {
            let new = NewActivity {
                subject: "Called".to_owned(),
                text: String::new(),
                detail: ActivityDetail::Note {},
                owner: None,
                contacts: Some(vec![contact]),
                message: None,
            };
            let (may, origin) = (allowed(inbound), Origin::fresh(records));
            let noted = manage_activities::create(records, &may, None, request, origin, new).await;
            noted.unwrap();
        }
        Deed::Ruled => {
            let (may, origin) = (allowed(inbound), Origin::fresh(records));
            let email = "desk@agency.example";
            let ruled =
                manage_link_rules::create(records, &may, request, origin, email, contact).await;
            ruled.unwrap();
        }
    }
}

#[tokio::test]
async fn whatever_a_person_did_with_a_record_keeps_it() {
    let inbound = Inbound::new().await;
    let deeds = [Deed::Nothing, Deed::Listed, Deed::Linked, Deed::Noted, Deed::Ruled];
    let (other, _) = made(&inbound, 100).await;
    let (mut kept, mut gone) = (Vec::new(), Vec::new());
    for (n, deed) in (0..).zip(deeds) {
        let (_, contact) = made(&inbound, n).await;
        touch(&inbound, contact, deed, other).await;
        if matches!(deed, Deed::Nothing) { gone.push(contact) } else { kept.push(contact) }
    }
    let undone = undo_all(&inbound).await;
    let mut stays = undone.kept;
    stays.sort_unstable();
    kept.sort_unstable();
    assert_eq!(stays, kept);
    assert!(undone.undone.contains(&gone[0]) && undone.undone.len() == 2, "{:?}", undone.undone);
}

#[tokio::test]
async fn an_account_to_which_a_person_brought_somebody_outlives_the_people_that_mail_made() {
    let inbound = Inbound::new().await;
    let (records, tenant) = (&inbound.world.records, inbound.tenant.id);
    let (_, contact) = made(&inbound, 1).await;
    let stored = contacts::get(records.table.as_ref(), tenant, contact).await.unwrap().unwrap();
    let account = stored.account.unwrap();
    let now = inbound.world.clock.now();
    let name = "Kai".to_owned();
    let kai = Contact::new(
        ContactId::from_parts(now, 7),
        ContactKind::Contact,
        name,
        ContactSource::Api,
        now,
    );
    let kai = Contact { account: Some(account), ..kai };
    let writes = contacts::create(tenant, &records.hasher, &kai).unwrap();
    records.table.transact(writes).await.unwrap();
    assert_eq!(undo_all(&inbound).await.undone, [contact]);
    let left = contacts::get(records.table.as_ref(), tenant, account).await.unwrap();
    assert!(left.is_some(), "Kai's account");
}
