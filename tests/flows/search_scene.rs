//! Mail, people and their index, made through the stores, so that a hundred thousand take seconds.

use std::collections::{BTreeMap, BTreeSet};

use domain::attachment::Attachment;
use domain::contact::{Contact, ContactKind, ContactSource, PartyRole};
use domain::delivery::Delivery;
use domain::email_address::EmailAddress;
use domain::ids::{ContactId, IntakeId, MailboxId, MessageId, TenantId, ThreadId, UserId};
use domain::message::{Direction, Message, Party, RawMail};
use domain::permission::{Actor, Allowed, Permission, Scope};
use domain::thread::ThreadReason;
use domain::timestamp::Timestamp;
use domain::user::Role;
use flows::index_subject::index_subject;
use flows::ports::Records;
use flows::search_index::TableIndex;
use store::keys::Subject;
use store::table::{Table, Write};
use store::{contacts, messages};
use testkit::people::{self, TestTenant};
use testkit::world::World;

pub const PEOPLE: [&str; 3] =
    ["anna@crm.example.com", "ben@crm.example.com", "carol@crm.example.com"];

pub struct Scene {
    pub world: World,
    pub tenant: TestTenant,
}

/// What a mail of a test is made of.
#[derive(Clone, Debug)]
pub struct MailSketch {
    pub number: u64,
    /// Whose mailboxes it reached, by position in [`PEOPLE`].
    pub owners: BTreeSet<usize>,
    pub from: String,
    pub subject: String,
    pub text: String,
    pub direction: Direction,
    pub kind: String,
    pub files: bool,
    pub thread: u64,
    pub contacts: Vec<u64>,
}

impl MailSketch {
    pub fn new(number: u64) -> Self {
        Self {
            number,
            owners: BTreeSet::from([0]),
            from: "lena@harbour.example".to_owned(),
            subject: "Offer".to_owned(),
            text: "our offer for the harbour".to_owned(),
            direction: Direction::Received,
            kind: "ordinary".to_owned(),
            files: false,
            thread: number,
            contacts: Vec::new(),
        }
    }

    pub fn at(&self) -> Timestamp {
        Timestamp::from_seconds(1_700_000_000 + i64::try_from(self.number * 60).unwrap())
    }

    pub fn id(&self) -> MessageId {
        MessageId::from_parts(self.at(), u128::from(self.number) + 1)
    }

    pub fn message(&self) -> Message {
        let file = Attachment {
            name: Some("offer.pdf".to_owned()),
            media_type: "application/pdf".to_owned(),
            size_bytes: 9,
            sha256: "00".repeat(32),
            inline: false,
        };
        Message {
            id: self.id(),
            header_id: None,
            at: self.at(),
            received_at: self.at(),
            direction: self.direction,
            mail_kind: self.kind.clone(),
            mail_kind_reason: "none".to_owned(),
            subject: self.subject.clone(),
            parties: vec![Party {
                role: PartyRole::From,
                name: Some("Lena Harbour".to_owned()),
                address: EmailAddress::parse(&self.from).unwrap(),
            }],
            preview: self.text.clone(),
            language: None,
            attachments: if self.files { vec![file] } else { Vec::new() },
            thread: ThreadId::from_bits(u128::from(self.thread) + 1),
            thread_reason: ThreadReason::Opened,
            contacts: self.contacts.iter().map(|n| contact_id(*n)).collect(),
            verdicts: BTreeMap::new(),
            flaws: Vec::new(),
            raw: RawMail::default(),
            wrapped: None,
            suggested_contact: None,
        }
    }
}

pub fn contact_id(number: u64) -> ContactId {
    ContactId::from_parts(
        Timestamp::from_seconds(1_600_000_000 + i64::try_from(number).unwrap()),
        u128::from(number) + 1,
    )
}

pub fn contact(number: u64, name: &str, address: &str) -> Contact {
    let mut contact = Contact::new(
        contact_id(number),
        ContactKind::Contact,
        name.to_owned(),
        ContactSource::Api,
        Timestamp::from_seconds(1_600_000_000),
    );
    contact.addresses = vec![EmailAddress::parse(address).unwrap()];
    contact
}

impl Scene {
    pub async fn new(seed: u64) -> Self {
        let world = World::new(seed);
        let tenant = people::make_tenant(&world.records, 1, &PEOPLE).await.unwrap();
        world.table.reset_usage();
        Self { world, tenant }
    }

    pub fn index(&self) -> TableIndex {
        TableIndex::new(&self.world.records)
    }

    pub fn user(&self, person: usize) -> UserId {
        let local = PEOPLE[person].split('@').next().unwrap();
        self.tenant.people[local]
    }

    pub fn mailbox(&self, person: usize) -> MailboxId {
        MailboxId::from_bits(self.user(person).bits())
    }

    /// A right of a person; the first one is the owner and sees all mail.
    pub fn allowed<P: Permission>(&self, person: usize) -> Allowed<P> {
        self.allowed_above(person, [])
    }

    /// A right of a person who stands above others.
    pub fn allowed_above<P: Permission>(
        &self,
        person: usize,
        team: impl IntoIterator<Item = usize>,
    ) -> Allowed<P> {
        let role = if person == 0 { Role::Owner } else { Role::Member };
        let scopes = Scope::ALL.iter().copied().collect();
        let actor = Actor::new(self.tenant.id, self.user(person), role, scopes);
        let team = team.into_iter().map(|below| self.user(below)).collect();
        actor.above(team).require().unwrap()
    }

    pub fn delivery(&self, mail: &MailSketch, person: usize) -> Delivery {
        Delivery {
            message: mail.id(),
            mailbox: self.mailbox(person),
            owner: self.user(person),
            received_at: mail.at(),
            intake: Some(IntakeId::from_bits(1)),
        }
    }

    pub fn deliveries(&self, mail: &MailSketch) -> Vec<Delivery> {
        mail.owners.iter().map(|person| self.delivery(mail, *person)).collect()
    }

    pub async fn file(&self, mail: &MailSketch) {
        let writes =
            messages::create(self.tenant.id, &mail.message(), &self.deliveries(mail)).unwrap();
        self.write(writes).await;
    }

    pub async fn write(&self, writes: Vec<Write>) {
        for write in writes {
            self.world.table.write(write).await.unwrap();
        }
    }

    pub async fn add(&self, contact: &Contact) {
        let writes = contacts::create(self.tenant.id, &self.world.records.hasher, contact).unwrap();
        self.write(writes).await;
        self.settle(Subject::Contact(contact.id)).await;
    }

    pub async fn file_and_index(&self, mail: &MailSketch) {
        self.file(mail).await;
        self.settle(Subject::Message(mail.id())).await;
    }

    pub async fn settle(&self, subject: Subject) {
        let settled = settle_through(&self.world.records, &self.world, self.tenant.id, subject);
        settled.await.unwrap();
    }
}

pub async fn settle_through(
    records: &Records,
    world: &World,
    tenant: TenantId,
    subject: Subject,
) -> Result<(), flows::error::FlowError> {
    let index = TableIndex::new(records);
    index_subject(records, world.archive.as_ref(), &index, tenant, subject).await
}
