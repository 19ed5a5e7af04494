//! A tenant with people, and raw mail brought to them.

use std::collections::BTreeMap;

use domain::contact::{Contact, ContactKind, MailLink};
use domain::ids::IntakeId;
use domain::intake::{Intake, Outcome};
use domain::message::{Message, RawMail};
use flows::error::FlowError;
use flows::ports::Clock;
use flows::take_in_mail::{Announcement, MailArrived, Settled, take_in_mail};
use store::item;
use store::table::TableName;
use testkit::memory_archive::MemoryArchive;
use testkit::people::{self, TestTenant};
use testkit::raw_mail::Draft;
use testkit::world::World;

pub const ANNA: &str = "anna@crm.example.com";
pub const BEN: &str = "ben@crm.example.com";
pub const CUSTOMER: &str = "Lena <lena@harbour.example>";

/// A stack with one tenant, whose people are Anna, the owner, and Ben.
pub struct Inbound {
    pub world: World,
    pub tenant: TestTenant,
}

impl Inbound {
    pub async fn new() -> Self {
        let world = World::new(1);
        let tenant = people::make_tenant(&world.records, 1, &[ANNA, BEN]).await.unwrap();
        world.table.reset_usage();
        Self { world, tenant }
    }

    /// The announcement of a mail that SES received for these recipients.
    pub fn received(&self, draft: &Draft, recipients: &[&str]) -> Announcement {
        let n = self.world.archive.keys().len();
        self.announce(&format!("inbound/{n}"), draft.raw(&format!("t{n}")), recipients)
    }

    /// The announcement of an object that is put into the archive now.
    pub fn announce(&self, key: &str, octets: Vec<u8>, recipients: &[&str]) -> Announcement {
        let raw = self.world.archive.put(key, octets);
        Announcement::Arrived(self.arrived(raw, recipients))
    }

    pub fn arrived(&self, raw: RawMail, recipients: &[&str]) -> MailArrived {
        MailArrived {
            bucket: MemoryArchive::BUCKET.to_owned(),
            raw,
            recipients: recipients.iter().map(|address| (*address).to_owned()).collect(),
            verdicts: BTreeMap::new(),
            announced_at: self.world.clock.now(),
        }
    }

    pub async fn try_take_in(&self, announced: &Announcement) -> Result<Settled, FlowError> {
        let settled = take_in_mail(&self.world.records, self.world.archive.as_ref(), announced);
        settled.await.map(|settled| settled.expect("something is taken in"))
    }

    pub async fn take_in(&self, announced: &Announcement) -> Settled {
        self.try_take_in(announced).await.expect("the mail is taken in")
    }

    /// Brings a mail to Anna and gives back what became of it.
    pub async fn bring(&self, draft: &Draft) -> Outcome {
        self.take_in(&self.received(draft, &[ANNA])).await.outcome
    }

    pub async fn message(&self, draft: &Draft) -> Message {
        let outcome = self.bring(draft).await;
        let Outcome::Filed { message: id, .. } = outcome else { panic!("{outcome:?}") };
        self.messages().into_iter().find(|message| message.id == id).expect("it is there")
    }

    pub fn messages(&self) -> Vec<Message> {
        self.records(TableName::Crm, "message")
    }

    /// Leads and contacts: people.
    pub fn contacts(&self) -> Vec<Contact> {
        let mut all: Vec<Contact> = self.records(TableName::Crm, "contact");
        all.retain(|contact| contact.kind != ContactKind::Account);
        all
    }

    pub fn links(&self) -> Vec<MailLink> {
        self.records(TableName::Crm, "mail_link")
    }

    pub fn intake(&self, id: IntakeId) -> Intake {
        let intakes: Vec<Intake> = self.records(TableName::Delivery, "intake");
        intakes.into_iter().find(|intake| intake.id == id).expect("every intake is stored")
    }

    pub fn records<R: serde::de::DeserializeOwned>(&self, table: TableName, kind: &str) -> Vec<R> {
        let items = self.world.table.items(table).into_iter();
        let of_kind = items.filter(|item| item.get("item_kind") == Some(&item::text(kind)));
        of_kind.map(|item| item::from_item(item).unwrap()).collect()
    }
}
