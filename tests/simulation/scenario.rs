//! What is simulated: two tenants, their people and routes, the raw mails, and what must become of
//! each.

use std::collections::{BTreeMap, BTreeSet};

use domain::contact::{Contact, ContactKind};
use domain::ids::UserId;
use domain::intake::{Intake, IntakeState, Outcome, QuarantineReason};
use domain::message::RawMail;
use flows::ports::Clock;
use flows::take_in_mail::{Announcement, MailArrived, Unreadable};
use store::item;
use store::table::{Item, TableName};
use testkit::memory_archive::MemoryArchive;
use testkit::people;
use testkit::raw_mail::Draft;
use testkit::world::World;

/// What must become of one announced object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// It is (a copy of) the mail of that name, and reaches these owners.
    Mail { name: String, owners: BTreeSet<UserId> },
    /// It is in quarantine.
    Quarantined(QuarantineReason),
}

pub struct Scenario {
    pub world: World,
    /// By object key.
    pub expected: BTreeMap<String, Expected>,
    /// Names of mails that must share a thread.
    pub conversations: Vec<BTreeSet<String>>,
    /// By name.
    pub people: BTreeMap<String, UserId>,
    arrivals: Vec<(String, Announcement)>,
}

impl Scenario {
    fn empty(seed: u64) -> Self {
        let mut scenario = Self {
            world: World::new(seed),
            expected: BTreeMap::new(),
            conversations: Vec::new(),
            people: BTreeMap::new(),
            arrivals: Vec::new(),
        };
        scenario.tenant(1, &["anna@crm.example.com", "ben@crm.example.com"]);
        scenario.tenant(2, &["eve@other.example.org"]);
        scenario
    }

    /// All kinds of mail at once.
    pub fn new(seed: u64) -> Self {
        let mut s = Self::empty(seed);
        let (anna, ben) = ("anna@crm.example.com", "ben@crm.example.com");
        let customer = "customer@example.net";
        let first = Draft::new("first", customer, anna);
        let second = Draft::new("second", customer, ben).answering(&["first"]);
        let third =
            Draft::new("third", "partner@example.net", anna).answering(&["first", "second"]);
        s.mail("first", &first, &[anna]);
        s.mail("second", &second, &[ben]);
        s.mail("third", &third, &[anna]);
        s.conversations.push(["first", "second", "third"].map(str::to_owned).into());

        let both = Draft::new("both", customer, anna);
        s.mail("both", &both, &[anna]);
        s.mail("both", &both, &[ben]);
        let across = Draft::new("across", customer, anna);
        s.mail("across", &across, &[anna, "eve@other.example.org"]);
        let forged = Draft::new("both", "stranger@example.net", anna).text("Pay this at once.\r\n");
        s.mail("forged", &forged, &[anna]);
        s.mail("own", &Draft::new("own", ben, customer), &[anna]);

        s.octets("nothing", b"", &[anna], Expected::Quarantined(QuarantineReason::Empty));
        let no_mail = b"\x00\x01\x02 this is no mail at all";
        s.octets("picture", no_mail, &[anna], Expected::Quarantined(QuarantineReason::NotMail));
        let lost = Draft::new("lost", customer, anna).raw("lost");
        let gone = Expected::Quarantined(QuarantineReason::ObjectGone);
        s.octets("gone", &lost, &[anna], gone);
        s.world.archive.lose("inbound/gone-0");
        let nobody = Draft::new("nobody", customer, "who@nowhere.example").raw("nobody");
        let no_route = Expected::Quarantined(QuarantineReason::NoRoute);
        s.octets("nobody", &nobody, &["who@nowhere.example"], no_route);
        s.unreadable();
        s
    }

    /// Mails of one sender whom nobody knows.
    pub fn one_new_sender(seed: u64, mails: usize) -> Self {
        let mut s = Self::empty(seed);
        for n in 0..mails {
            let draft = Draft::new(&format!("mail{n}"), "new@example.net", "anna@crm.example.com");
            s.mail(&format!("mail{n}"), &draft, &["anna@crm.example.com"]);
        }
        s
    }

    /// What is put into the queue, by name.
    pub fn announcements(&self) -> &[(String, Announcement)] {
        &self.arrivals
    }

    /// Every item of every table.
    pub fn everything(&self) -> Vec<Item> {
        [TableName::Crm, TableName::Delivery]
            .into_iter()
            .flat_map(|table| self.world.table.items(table))
            .collect()
    }

    /// All records of a kind.
    pub fn records<R: serde::de::DeserializeOwned>(&self, kind: &str) -> Vec<R> {
        let of_kind = |item: &Item| item.get("item_kind") == Some(&item::text(kind));
        let items = self.everything().into_iter().filter(of_kind);
        items.map(|item| item::from_item(item).expect("a record reads back")).collect()
    }

    /// Intakes that too many deaths made look poisonous.
    pub fn poisoned(&self) -> Vec<Intake> {
        let mut intakes = self.records::<Intake>("intake");
        intakes.retain(|intake| {
            matches!(
                &intake.state,
                IntakeState::Done {
                    outcome: Outcome::Quarantined { reason: QuarantineReason::Poison, .. },
                    ..
                }
            )
        });
        intakes
    }

    /// People.
    pub fn contacts(&self) -> Vec<Contact> {
        let mut all: Vec<Contact> = self.records("contact");
        all.retain(|contact| contact.kind != ContactKind::Account);
        all
    }

    /// The organizations that mail made of their domains.
    pub fn accounts(&self) -> Vec<Contact> {
        let mut all: Vec<Contact> = self.records("contact");
        all.retain(|contact| contact.kind == ContactKind::Account);
        all
    }

    fn tenant(&mut self, number: u128, addresses: &[&str]) {
        let made = people::make_tenant(&self.world.records, number, addresses);
        let tenant = futures::executor::block_on(made).expect("the tenant is written");
        self.people.extend(tenant.people);
    }

    /// One more copy of a mail, delivered to these recipients.
    fn mail(&mut self, name: &str, draft: &Draft, recipients: &[&str]) {
        let draft = draft.clone().file("offer.pdf", b"%PDF-1.4 an offer");
        let owners = recipients.iter().map(|address| {
            let name = address.split('@').next().unwrap();
            self.people[name]
        });
        let expected = Expected::Mail { name: name.to_owned(), owners: owners.collect() };
        let trace = format!("{name}{}", self.arrivals.len());
        self.octets(name, &draft.raw(&trace), recipients, expected);
    }

    fn octets(&mut self, name: &str, octets: &[u8], recipients: &[&str], expected: Expected) {
        let copies =
            self.expected.keys().filter(|key| key.starts_with(&format!("inbound/{name}-")));
        let key = format!("inbound/{name}-{}", copies.count());
        let raw = self.world.archive.put(&key, octets.to_vec());
        self.expected.insert(key.clone(), expected);
        let arrived = MailArrived {
            bucket: MemoryArchive::BUCKET.to_owned(),
            raw: RawMail { version: None, ..raw },
            recipients: recipients.iter().map(|address| (*address).to_owned()).collect(),
            verdicts: BTreeMap::new(),
            announced_at: self.world.clock.now(),
        };
        self.arrivals.push((key, Announcement::Arrived(arrived)));
    }

    fn unreadable(&mut self) {
        let announcement = Announcement::Unreadable(Unreadable {
            body: "{\"what\": \"is this".to_owned(),
            announced_at: self.world.clock.now(),
        });
        self.arrivals.push(("unreadable".to_owned(), announcement));
    }
}
