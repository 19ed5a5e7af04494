//! The index under changes that are told twice, late and out of order, by workers that run beside each
//! other and die: at rest it is what a fresh index of the records is.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use futures::stream::{FuturesUnordered, StreamExt};
use store::keys::Subject;
use store::table::{
    BatchGot, Change, Got, Item, Key, Page, Query, Table, TableFault, TableName, TransactError,
    Units, Write, WriteError,
};
use store::{contacts, item, messages};
use testkit::memory_table::MemoryTable;
use testkit::time_and_chance::SeededRandomness;

use crate::search_scene::{MailSketch, Scene, contact, settle_through};

/// A table whose calls wait for a random while, and fail now and then, before or after their effect.
struct Unsteady {
    inner: Arc<MemoryTable>,
    random: SeededRandomness,
    fails: bool,
}

impl Unsteady {
    async fn call<T>(&self, effect: impl Future<Output = T> + Send) -> Result<T, TableFault> {
        let lost = || TableFault::new("call", "on purpose");
        for _ in 0..self.random.below(4) {
            tokio::task::yield_now().await;
        }
        if self.fails && self.random.below(60) == 0 {
            return Err(lost());
        }
        let result = effect.await;
        for _ in 0..self.random.below(4) {
            tokio::task::yield_now().await;
        }
        if self.fails && self.random.below(60) == 0 { Err(lost()) } else { Ok(result) }
    }
}

#[async_trait]
impl Table for Unsteady {
    async fn get(&self, key: &Key) -> Result<Got, TableFault> {
        self.call(self.inner.get(key)).await?
    }

    async fn batch_get(&self, keys: &[Key]) -> Result<BatchGot, TableFault> {
        self.call(self.inner.batch_get(keys)).await?
    }

    async fn query(&self, query: &Query) -> Result<Page, TableFault> {
        self.call(self.inner.query(query)).await?
    }

    async fn write(&self, write: Write) -> Result<Units, WriteError> {
        self.call(self.inner.write(write)).await?
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<Units, TransactError> {
        self.call(self.inner.transact(writes)).await?
    }
}

fn entries(scene: &Scene) -> Vec<Item> {
    let entry = item::text("index_entry");
    let all = scene.world.table.items(TableName::Delivery).into_iter();
    all.filter(|item| item.get("item_kind") == Some(&entry)).collect()
}

/// One change to the records, and whom it is about.
async fn change(scene: &Scene, random: &SeededRandomness, mails: &[MailSketch]) -> Subject {
    let tenant = scene.tenant.id;
    let mail = &mails[usize::try_from(random.below(mails.len() as u64)).unwrap()];
    let subject = Subject::Message(mail.id());
    let stands = messages::get(scene.world.table.as_ref(), tenant, mail.id()).await.unwrap();
    let key = messages::key(tenant, mail.id());
    match (stands, random.below(4)) {
        (None, 0..3) => scene.file(mail).await,
        (Some(stands), 0) => {
            let person = usize::try_from(random.below(3)).unwrap();
            if stands.arrivals.iter().all(|arrival| arrival.owner != scene.user(person)) {
                let delivery = scene.delivery(mail, person);
                scene.write(messages::deliver(tenant, &stands, &[delivery]).unwrap()).await;
            }
        }
        (Some(_), 1) => {
            let thread = MailSketch::new(random.below(5)).message().thread;
            let changes = vec![Change::Set("thread", item::text(thread))];
            scene.write(vec![Write::Update { key, changes, condition: None }]).await;
        }
        (Some(_), 2) => {
            let mut writes = vec![Write::Delete { key, condition: None }];
            for person in 0..3 {
                let key = messages::delivery_key(tenant, mail.id(), scene.mailbox(person));
                writes.push(Write::Delete { key, condition: None });
            }
            scene.write(writes).await;
        }
        _ => {
            let number = random.below(3);
            let name = ["Lena Harbour", "Lena Quay", "Omar"][random.below(3) as usize];
            let contact = contact(number, name, &format!("p{number}@quay.example"));
            let key = contacts::key(tenant, contact.id);
            let mut all = contacts::create(tenant, &scene.world.records.hasher, &contact).unwrap();
            let write = match (all.remove(0), random.below(3)) {
                (_, 0) => Write::Delete { key, condition: None },
                (Write::Put { key, item, .. }, _) => Write::Put { key, item, condition: None },
                (other, _) => other,
            };
            scene.write(vec![write]).await;
            return Subject::Contact(contact.id);
        }
    }
    subject
}

#[tokio::test]
async fn changes_told_twice_late_and_out_of_order_leave_the_index_of_the_records() {
    for seed in 0..16 {
        let random = SeededRandomness::new(seed);
        let scene = Scene::new(seed).await;
        let mails: Vec<MailSketch> = (0..4).map(MailSketch::new).collect();
        let through = |fails| {
            let random = SeededRandomness::new(seed + 1_000);
            let table = Unsteady { inner: scene.world.table.clone(), random, fails };
            scene.world.records_through(Arc::new(table))
        };
        let (unsteady, steady) = (through(true), through(false));
        let mut told: Vec<Subject> = Vec::new();
        let mut workers = FuturesUnordered::new();
        for step in 0..200 {
            if random.below(3) == 0 && step < 150 {
                let subject = change(&scene, &random, &mails).await;
                // Some changes are told twice.
                told.extend(std::iter::repeat_n(subject, 1 + random.below(2) as usize));
            }
            if !told.is_empty() && workers.len() < 4 {
                let next = told.swap_remove(random.below(told.len() as u64) as usize);
                let records = &unsteady;
                let (world, tenant) = (&scene.world, scene.tenant.id);
                workers.push(async move {
                    settle_through(records, world, tenant, next).await.map_err(|_| next)
                });
            }
            if random.below(2) == 0
                && let Some(Err(again)) = workers.next().await
            {
                told.push(again);
            }
        }
        while let Some(ended) = workers.next().await {
            told.extend(ended.err());
        }
        for subject in told {
            settle_through(&steady, &scene.world, scene.tenant.id, subject).await.unwrap();
        }
        let left = entries(&scene);
        let fresh = Scene::new(seed).await;
        for item in scene.world.table.items(TableName::Crm) {
            let text = |name: &str| match &item[name] {
                serde_dynamo::AttributeValue::S(text) => text.clone(),
                other => panic!("{other:?}"),
            };
            let key = Key { table: TableName::Crm, pk: text("pk"), sk: text("sk") };
            fresh.write(vec![Write::Put { key, item: item.clone(), condition: None }]).await;
        }
        let mut subjects: BTreeSet<Subject> =
            mails.iter().map(|mail| Subject::Message(mail.id())).collect();
        subjects.extend((0..3).map(|n| Subject::Contact(crate::search_scene::contact_id(n))));
        for subject in subjects {
            fresh.settle(subject).await;
        }
        assert_eq!(left, entries(&fresh), "seed {seed}");
    }
}
