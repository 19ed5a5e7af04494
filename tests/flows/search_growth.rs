//! Much mail and many people in little time: entries of the index are made once, by the index itself,
//! and then written for everybody.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use domain::contact::{MailLink, PartyRole};
use domain::message::Direction;
use domain::search_term::{SearchScope, SearchTerm};
use flows::ports::SearchIndex;
use flows::search_index::{Correspondent, IndexDocument, ScopeTerms};
use store::table::{Item, Key, TableName, Write};
use store::{contacts, item};

use crate::search_scene::{MailSketch, Scene, contact, contact_id};

/// The mail of that number: Ben's, about one record.
pub fn mail(n: u64) -> MailSketch {
    MailSketch { owners: BTreeSet::from([1]), contacts: vec![0], ..MailSketch::new(n) }
}

/// The entries that the index makes of a document: those of others differ in their place alone.
async fn entries(scene: &Scene, scope: SearchScope, terms: &[SearchTerm]) -> Vec<Item> {
    let document = IndexDocument {
        order: "0".to_owned(),
        correspondents: vec![Correspondent {
            name: None,
            address: mail(0).message().parties[0].address.clone(),
        }],
        scopes: BTreeMap::from([(
            scope,
            ScopeTerms {
                listed: terms.iter().cloned().collect(),
                marked: BTreeSet::from([SearchTerm::Direction(Direction::Received)]),
            },
        )]),
    };
    scene.index().settle(scene.tenant.id, "0", Some(&document)).await.unwrap();
    let all = scene.world.table.items(TableName::Delivery).into_iter();
    let made: Vec<Item> = all.filter(|item| item["sk"] == item::text("0")).collect();
    scene.index().settle(scene.tenant.id, "0", None).await.unwrap();
    made
}

async fn put_at(scene: &Scene, entries: &[Item], order: &str) {
    for entry in entries {
        let mut entry = entry.clone();
        entry.insert("sk".to_owned(), item::text(order));
        let serde_dynamo::AttributeValue::S(pk) = entry["pk"].clone() else { panic!("no key") };
        let key = Key { table: TableName::Delivery, pk, sk: order.to_owned() };
        scene.write(vec![Write::Put { key, item: entry, condition: None }]).await;
    }
}

/// The lists that pages read, of mails and people of these numbers; and the records of the newest so
/// many.
pub async fn grow(scene: &Scene, numbers: Range<u64>, records: u64) {
    let to = numbers.end;
    let word = |word: &str| SearchTerm::Word(word.to_owned());
    let own = SearchScope::MailOf(scene.user(1));
    let common = [SearchTerm::Mail, SearchTerm::Mailbox(scene.mailbox(1)), word("offer")];
    let of_mail = entries(scene, own, &common).await;
    let [first, second, third] = common;
    let rare = [first, second, third, word("crane"), SearchTerm::Contact(contact_id(0))];
    let with_rare = entries(scene, own, &rare).await;
    let of_person =
        entries(scene, SearchScope::Book, &[SearchTerm::Prefix("len".to_owned())]).await;
    for n in numbers {
        let mail = mail(n);
        let link = MailLink {
            contact: contact_id(0),
            message: mail.id(),
            at: mail.at(),
            roles: vec![PartyRole::From],
        };
        scene.write(vec![contacts::link_mail(scene.tenant.id, &link).unwrap()]).await;
        let rare = n % 500 == 0 || n + 2 >= to;
        let made = if rare { &with_rare } else { &of_mail };
        put_at(scene, made, &format!("{}#{}", mail.at(), mail.id())).await;
        put_at(scene, &of_person, &contact_id(n).to_string()).await;
        if n + records >= to {
            scene.file(&mail).await;
        }
        if n + records >= to || n == 0 {
            let person = contact(n, &format!("Lena Nr{n}"), &format!("lena{n}@harbour.example"));
            let writes = contacts::create(scene.tenant.id, &scene.world.records.hasher, &person);
            scene.write(writes.unwrap()).await;
        }
    }
}
