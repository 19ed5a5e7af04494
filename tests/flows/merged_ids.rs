//! Ids that lead to another record or conversation: searches, links and the address book pass over
//! them.

use std::collections::BTreeSet;

use domain::contact::{Contact, ContactKind};
use domain::ids::{ContactId, MessageId, RequestId};
use domain::permission::{Actor, Scope};
use domain::user::Role;
use flows::correct_links::{self, LinkChange};
use flows::correct_threads::{self, Corrector};
use flows::index_subject::index_subject;
use flows::look_up_people::{Who, look_up_people};
use flows::merge_contacts::merge;
use flows::origin::Origin;
use flows::paging::Wish;
use flows::search_index::TableIndex;
use flows::search_mail::{Wanted, search_mail};
use flows::show_timeline::show_timeline;
use store::keys::Subject;
use store::table::TableName;
use testkit::raw_mail::Draft;

use crate::bench_of_inbound::{ANNA, Inbound};

fn actor(inbound: &Inbound) -> Actor {
    let scopes = Scope::ALL.iter().copied().collect();
    Actor::new(inbound.tenant.id, inbound.tenant.people["anna"], Role::Owner, scopes)
}

/// Indexes everything, as the stream would.
async fn index_all(inbound: &Inbound) {
    let contacts: Vec<Contact> = inbound.records(TableName::Crm, "contact");
    let mut subjects: Vec<Subject> = contacts.iter().map(|c| Subject::Contact(c.id)).collect();
    subjects.extend(inbound.messages().iter().map(|m| Subject::Message(m.id)));
    let (records, archive) = (&inbound.world.records, inbound.world.archive.as_ref());
    let index = TableIndex::new(records);
    for subject in subjects {
        index_subject(records, archive, &index, inbound.tenant.id, subject).await.unwrap();
    }
}

/// Everything that is found, in pages of this size, and how many queries each page took.
async fn found(inbound: &Inbound, wanted: &Wanted, limit: u32) -> (Vec<MessageId>, Vec<u64>) {
    let (records, table) = (&inbound.world.records, &inbound.world.table);
    let index = TableIndex::new(records);
    let allowed = actor(inbound).require().unwrap();
    let (mut all, mut queries, mut after) = (Vec::new(), Vec::new(), None);
    loop {
        table.reset_usage();
        let page = search_mail(records, &index, &allowed, wanted, Wish { limit, after });
        let page = page.await.unwrap();
        queries.push(table.usage().query.calls);
        all.extend(page.items.into_iter().map(|mail| mail.message.id));
        after = page.next;
        if after.is_none() {
            return (all, queries);
        }
    }
}

/// Lena and Kai with some mail each.
async fn written(inbound: &Inbound) -> (ContactId, ContactId) {
    for n in 0..9 {
        let (from, day) =
            if n % 3 == 0 { ("kai@quay.example", n) } else { ("lena@harbour.example", n) };
        let date = format!("{} Nov 2026 09:00:00 +0000", day + 10);
        inbound.message(&Draft::new(&format!("m{n}"), from, ANNA).date(&date)).await;
    }
    let of = |text: &str| {
        let all = inbound.contacts().into_iter();
        all.filter(|c| c.addresses[0].expose() == text).map(|c| c.id).next().unwrap()
    };
    let (lena, kai) = (of("lena@harbour.example"), of("kai@quay.example"));
    (lena, kai)
}

async fn into_one(inbound: &Inbound, survivor: ContactId, other: ContactId) {
    let records = &inbound.world.records;
    let (may, request) = (actor(inbound).require().unwrap(), RequestId::from_bits(9));
    let (both, take) = ((survivor, other), BTreeSet::new());
    merge(records, &may, request, Origin::fresh(records), both, &take).await.unwrap();
}

/// Kai merged into Lena.
async fn merged(inbound: &Inbound) -> (ContactId, ContactId) {
    let (lena, kai) = written(inbound).await;
    into_one(inbound, lena, kai).await;
    index_all(inbound).await;
    (lena, kai)
}

#[tokio::test]
async fn a_search_for_a_record_finds_the_mail_of_all_its_ids_newest_first() {
    let inbound = Inbound::new().await;
    let (lena, kai) = merged(&inbound).await;
    let mut wanted: Vec<_> = inbound.messages().iter().map(|m| (m.at, m.id)).collect();
    wanted.sort_unstable();
    let newest: Vec<MessageId> = wanted.iter().rev().map(|(_, id)| *id).collect();
    for id in [lena, kai] {
        let contact = Some(id);
        for limit in [2, 50] {
            let (all, queries) =
                found(&inbound, &Wanted { contact, ..Wanted::default() }, limit).await;
            assert_eq!(all, newest, "pages of {limit}");
            assert!(queries.iter().all(|n| *n == 2), "one for each id: {queries:?}");
        }
        let both = Wanted { contact, words: "m3".to_owned(), ..Wanted::default() };
        assert_eq!(found(&inbound, &both, 50).await.0.len(), 1);
    }
}

#[tokio::test]
async fn a_search_for_a_conversation_finds_what_became_part_of_it_by_either_id() {
    let inbound = Inbound::new().await;
    let one = inbound.message(&Draft::new("one", "lena@harbour.example", ANNA)).await;
    let two = inbound.message(&Draft::new("two", "kai@quay.example", ANNA)).await;
    index_all(&inbound).await;
    let actor = actor(&inbound);
    let (sees, may) = (actor.require().unwrap(), actor.require().unwrap());
    let by = Corrector { sees: &sees, may: &may, request: RequestId::from_bits(9) };
    correct_threads::merge(&inbound.world.records, by, two.thread, one.thread).await.unwrap();
    // Also before the index has followed, and after.
    for _ in 0..2 {
        for id in [one.thread, two.thread] {
            let wanted = Wanted { thread: Some(id), ..Wanted::default() };
            let (all, _) = found(&inbound, &wanted, 50).await;
            assert_eq!(all.len(), 2, "{id}");
        }
        index_all(&inbound).await;
    }
}

#[tokio::test]
async fn a_mail_taken_off_a_record_is_taken_off_all_its_ids() {
    let inbound = Inbound::new().await;
    let (lena, kai) = merged(&inbound).await;
    let records = &inbound.world.records;
    let actor = actor(&inbound);
    let (sees, may) = (actor.require().unwrap(), actor.require().unwrap());
    let by = Corrector { sees: &sees, may: &may, request: RequestId::from_bits(9) };
    let all = inbound.messages();
    let of_kai = all.iter().find(|message| message.contacts == [kai]).unwrap();
    let changed = correct_links::change(records, by, of_kai.id, LinkChange::Remove(lena)).await;
    assert!(changed.unwrap().message.contacts.is_empty());
    let (book, wish) = (actor.require().unwrap(), Wish { limit: 50, after: None });
    let page = show_timeline(records, &book, &sees, lena, wish).await.unwrap();
    let shown: Vec<MessageId> = page.items.iter().map(|line| line.mail.message.id).collect();
    assert_eq!((shown.len(), shown.contains(&of_kai.id)), (8, false));

    // Moved to another record by the survivor's id, it leaves the id it stood under.
    let other = all.iter().filter(|message| message.contacts == [kai]).nth(1).unwrap();
    let mo = inbound.contact(ContactKind::Contact, "mo@quay.example", None).await;
    let moved = correct_links::change(records, by, other.id, LinkChange::Replace(mo, lena)).await;
    assert_eq!(moved.unwrap().message.contacts, [mo]);
}

#[tokio::test]
async fn the_address_book_leads_from_every_address_to_the_survivor_also_where_the_index_is_behind()
{
    let inbound = Inbound::new().await;
    let (lena, kai) = written(&inbound).await;
    index_all(&inbound).await;
    into_one(&inbound, lena, kai).await;
    let records = &inbound.world.records;
    let index = TableIndex::new(records);
    let (book, mail) = (actor(&inbound).require().unwrap(), actor(&inbound).require().unwrap());
    for _ in 0..2 {
        for address in ["kai@quay.example", "lena@harbour.example"] {
            let people = look_up_people(records, &index, &book, &mail, address, 10).await.unwrap();
            let [person] = &people[..] else { panic!("{address}: {people:?}") };
            assert_eq!(person.who, Some(Who::Contact(lena)), "{address}, once {kai}");
        }
        index_all(&inbound).await;
    }
}
