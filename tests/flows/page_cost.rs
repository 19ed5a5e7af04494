//! What a page of mail costs to read, and who sees it while its deliveries come one by one.

use domain::contact::MailLink;
use domain::delivery::Delivery;
use domain::ids::{IntakeId, MailboxId, MessageId, UserId};
use domain::limits::ARRIVALS_MAX;
use domain::permission::{Actor, Allowed, ReadContacts, ReadMail, Scope};
use domain::user::Role;
use flows::paging::Wish;
use flows::show_thread::show_thread;
use flows::show_timeline::show_timeline;
use flows::visible_mail;
use store::messages::{self, DeliveredMessage};
use store::table::TableName;
use testkit::raw_mail::Draft;

use crate::bench_of_inbound::{ANNA, BEN, CUSTOMER, Inbound};

fn actor(inbound: &Inbound, name: &str) -> Actor {
    let role = if name == "anna" { Role::Owner } else { Role::Member };
    let scopes = Scope::ALL.iter().copied().collect();
    Actor::new(inbound.tenant.id, inbound.tenant.people[name], role, scopes)
}

#[tokio::test]
async fn fifty_mails_of_a_timeline_or_a_thread_are_one_query_and_one_batch_read_at_most() {
    let inbound = Inbound::new().await;
    inbound.bring(&Draft::new("m0", CUSTOMER, ANNA)).await;
    for n in 1..50 {
        inbound.bring(&Draft::new(&format!("m{n}"), CUSTOMER, ANNA).answering(&["m0"])).await;
    }
    let reader = actor(&inbound, "anna");
    let mail: Allowed<ReadMail> = reader.require().unwrap();
    let contacts: Allowed<ReadContacts> = reader.require().unwrap();
    let wish = Wish { limit: 50, after: None };
    let (records, table) = (&inbound.world.records, &inbound.world.table);
    let contact = inbound.contacts()[0].id;
    let thread = inbound.messages()[0].thread;

    table.reset_usage();
    let page = show_timeline(records, &contacts, &mail, contact, wish.clone()).await.unwrap();
    assert_eq!(page.items.len(), 50);
    let usage = table.usage();
    // The get is the contact itself.
    assert_eq!((usage.get.calls, usage.query.calls, usage.batch_get.calls), (1, 1, 1));

    table.reset_usage();
    let (_, page) = show_thread(records, &mail, thread, wish).await.unwrap();
    assert_eq!(page.items.len(), 50);
    let usage = table.usage();
    // The get is the thread itself; its messages come with the query.
    assert_eq!((usage.get.calls, usage.query.calls, usage.batch_get.calls), (1, 1, 0));
}

#[tokio::test]
async fn a_message_tells_its_deliveries_whichever_copy_comes_first() {
    let mut told = Vec::new();
    for order in [[ANNA, BEN], [BEN, ANNA]] {
        let inbound = Inbound::new().await;
        let draft = Draft::new("both", CUSTOMER, "anna@crm.example.com, ben@crm.example.com");
        for recipient in order {
            inbound.take_in(&inbound.received(&draft, &[recipient])).await;
        }
        let all: Vec<DeliveredMessage> = inbound.records(TableName::Crm, "message");
        assert_eq!((all.len(), all[0].more), (1, false));
        told.push(all[0].arrivals.iter().map(|a| (a.mailbox, a.owner)).collect::<Vec<_>>());
        let deliveries: Vec<Delivery> = inbound.records(TableName::Crm, "delivery");
        assert_eq!(deliveries.len(), 2);
    }
    assert_eq!(told[0].len(), 2);
    assert_eq!(told[0], told[1]);
}

#[tokio::test]
async fn who_is_not_among_the_told_deliveries_sees_by_those_that_are_stored() {
    let inbound = Inbound::new().await;
    inbound.bring(&Draft::new("wide", CUSTOMER, ANNA)).await;
    let (table, tenant) = (inbound.world.table.as_ref(), inbound.tenant.id);
    let links: Vec<MailLink> = inbound.links();
    let id = links[0].message;
    let to = |n: usize, owner: UserId| Delivery {
        message: id,
        mailbox: MailboxId::from_bits(n as u128),
        owner,
        received_at: inbound.messages()[0].received_at,
        intake: Some(IntakeId::from_bits(1)),
    };
    let stranger = UserId::from_bits(7);
    let ben = actor(&inbound, "ben").require::<ReadMail>().unwrap();
    let sees = async |id: MessageId| {
        visible_mail::of_ids(table, &ben, &[id]).await.unwrap().remove(0).is_some()
    };
    for n in 1..=ARRIVALS_MAX {
        assert!(!sees(id).await);
        let stands = messages::get(table, tenant, id).await.unwrap().unwrap();
        let writes = messages::deliver(tenant, &stands, &[to(n, stranger)]).unwrap();
        store::table::Table::transact(table, writes).await.unwrap();
    }
    let stands = messages::get(table, tenant, id).await.unwrap().unwrap();
    assert_eq!((stands.arrivals.len(), stands.more), (ARRIVALS_MAX, true));
    let writes =
        messages::deliver(tenant, &stands, &[to(999, inbound.tenant.people["ben"])]).unwrap();
    store::table::Table::transact(table, writes).await.unwrap();
    assert!(sees(id).await);
    assert!(!sees(MessageId::from_bits(1)).await);
}
