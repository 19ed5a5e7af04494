//! An office: two people, routes of every kind, and the mail that comes to them over some days.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use domain::contact::ContactKind;
use domain::email_address::EmailAddress;
use domain::ids::{RouteId, UserId};
use domain::intake::QuarantineReason;
use domain::permission::{Actor, Allowed, Permission, Scope};
use domain::route::{DomainClaim, Route, RouteMatch};
use domain::route_purpose::{
    AllowedSenders, Assignment, DropboxRules, OrganizationRules, Purpose, RequiredVerdict,
};
use domain::timestamp::Timestamp;
use domain::user::{Role, User};
use flows::ports::Clock;
use flows::take_in_mail::{Announcement, MailArrived};
use futures::executor::block_on;
use store::table::{Table, Write};
use store::{domain_claims, item, routes};
use testkit::memory_archive::MemoryArchive;
use testkit::people::{self, TestTenant};
use testkit::raw_mail::Draft;
use testkit::world::World;

use super::ports::{Provider, StreamedTable};

pub const ANNA: &str = "anna@crm.example.com";
pub const BEN: &str = "ben@crm.example.com";
pub const LENA: &str = "lena@harbour.example";
pub const KAI: &str = "kai@quay.example";
pub const OMAR: &str = "omar@pier.example";
const SALES: &str = "sales@crm.example.com";
const NOBODY: &str = "nobody@crm.example.com";
const FORWARDING: &str = "in+f0rf0rf0rf0rf0rf0rf0rf0rf0@crm.example.com";
pub const DROPBOX: &str = "in+k3yk3yk3yk3yk3yk3yk3yk3y@crm.example.com";

/// What must become of an announced object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// It is the mail of that name (`<name>@mail.example.com`) and reaches these owners.
    Filed(String, BTreeSet<UserId>),
    /// It stays in quarantine.
    Quarantined(QuarantineReason),
}

/// A mail on its way.
#[derive(Clone, Debug)]
pub struct Coming {
    pub name: String,
    /// When it is announced, after the beginning.
    pub after: Duration,
    pub announcement: Announcement,
}

pub struct Office {
    pub world: World,
    pub table: Arc<StreamedTable>,
    pub provider: Arc<Provider>,
    pub tenant: TestTenant,
    pub began: Timestamp,
    pub dropbox: RouteId,
    /// By object key.
    pub expected: BTreeMap<String, Expected>,
}

impl Office {
    pub fn new(seed: u64) -> Self {
        let world = World::new(seed);
        let made = people::make_tenant(&world.records, 1, &[ANNA, BEN]);
        let tenant = block_on(made).expect("the tenant is written");
        let table = StreamedTable::over(world.table.clone());
        let provider = Provider::new(world.clock.clone());
        let (began, dropbox) = (world.clock.now(), RouteId::from_bits(3));
        let office =
            Self { world, table, provider, tenant, began, dropbox, expected: BTreeMap::new() };
        office.claim_domains();
        office.make_routes();
        office
    }

    pub fn user(&self, name: &str) -> UserId {
        self.tenant.people[name]
    }

    /// A right of a person; Anna is the owner and sees all mail.
    pub fn allowed<P: Permission>(&self, name: &str) -> Allowed<P> {
        let role = if name == "anna" { Role::Owner } else { Role::Member };
        let scopes = Scope::ALL.iter().copied().collect();
        let actor = Actor::new(self.tenant.id, self.user(name), role, scopes);
        actor.require().expect("a person of the office has the right")
    }

    /// All records of a kind in table `crm` or `delivery`.
    pub fn all<R: serde::de::DeserializeOwned>(
        &self,
        table: store::table::TableName,
        kind: &str,
    ) -> Vec<R> {
        let items = self.world.table.items(table).into_iter();
        let of_kind = items.filter(|item| item.get("item_kind") == Some(&item::text(kind)));
        of_kind.map(|item| item::from_item(item).expect("a record reads back")).collect()
    }

    fn write(&self, write: Write) {
        block_on(self.world.table.write(write)).expect("the office is written");
    }

    fn claim_domains(&self) {
        for domain in ["crm.example.com", "catch.example.org"] {
            let (domain, tenant) = (domain.to_owned(), self.tenant.id);
            let claim = DomainClaim { domain, tenant, created_at: self.began };
            self.write(domain_claims::create(&claim).expect("a claim is an item"));
        }
    }

    fn make_routes(&self) {
        let leads = OrganizationRules {
            module: ContactKind::Lead,
            defaults: BTreeMap::new(),
            assignment: Assignment::MailboxOwner,
            senders: AllowedSenders::Everyone,
            verdict: RequiredVerdict::Authenticated,
        };
        let makes_leads = DropboxRules { create: Some(ContactKind::Lead), ..Default::default() };
        let address = |text| RouteMatch::Address(EmailAddress::parse(text).expect("an address"));
        let all = [
            (1, address(SALES), "ben", Purpose::Organization(leads)),
            (2, address(FORWARDING), "anna", Purpose::Forwarding),
            (3, address(DROPBOX), "anna", Purpose::Dropbox(makes_leads)),
            (4, RouteMatch::Domain("catch.example.org".to_owned()), "ben", Purpose::Mailbox),
        ];
        let users: Vec<User> = self.all(store::table::TableName::Crm, "user");
        for (bits, matches, name, purpose) in all {
            let user = users.iter().find(|user| user.id == self.user(name)).expect("a user");
            let route = Route {
                id: RouteId::from_bits(bits),
                matches,
                tenant: self.tenant.id,
                mailbox: user.mailbox,
                owner: user.id,
                purpose,
                ends_at: None,
                turn: 0,
                created_at: self.began,
                rev: 1,
            };
            let hasher = &self.world.records.hasher;
            self.write(routes::create(hasher, &route).expect("a route is an item"));
        }
    }

    /// The mail of the first days.
    pub fn mails(&mut self) -> Vec<Coming> {
        let minutes = |count: u64| Duration::from_secs(60 * count);
        let draft = Draft::new;
        let inviting =
            draft("invite", "boss@partner.example", ANNA).calendar("REQUEST", INVITATION);
        let all = [
            (0, "m1", draft("m1", LENA, ANNA), ANNA, "anna"),
            (1, "m2", draft("m2", LENA, BEN).answering(&["m1"]), BEN, "ben"),
            (2, "m3", draft("m3", KAI, ANNA).answering(&["m1", "m2"]), ANNA, "anna"),
            (1, "n1", draft("n1", OMAR, ANNA).cc(LENA), ANNA, "anna"),
            (3, "n2", draft("n2", OMAR, ANNA).answering(&["n1"]), ANNA, "anna"),
            (40, "x1", draft("x1", KAI, ANNA).answering(&["m3", "n2"]), ANNA, "anna"),
            (2, "both", draft("both", LENA, ANNA), ANNA, "anna"),
            (120, "both", draft("both", LENA, ANNA), BEN, "ben"),
            (1, "sale", draft("sale", "zoe@buyer.example", SALES), SALES, "ben"),
            (2, "drop", draft("drop", ANNA, "rita@reader.example"), DROPBOX, "anna"),
            (10, "graced", draft("graced", ANNA, LENA), DROPBOX, "anna"),
            (
                3,
                "caught",
                draft("caught", "uma@ferry.example", "any@catch.example.org"),
                "any@catch.example.org",
                "ben",
            ),
            (5, "invite", inviting, ANNA, "anna"),
        ];
        let mut coming: Vec<Coming> = Vec::new();
        for (after, name, draft, to, owner) in all {
            coming.push(self.mail(name, &draft, to, minutes(after), owner));
        }
        coming.push(self.forward(minutes(4)));
        for (n, hours) in [0, 1, 23, 25, 26, 50].into_iter().enumerate() {
            for sender in [LENA, KAI] {
                let name = format!("unknown{n}{}", &sender[..1]);
                let path = format!("Return-Path: <{sender}>");
                let draft = draft(&name, sender, NOBODY).field(&path);
                let expected = Expected::Quarantined(QuarantineReason::NoRoute);
                coming.push(self.octets(
                    &name,
                    draft.raw(&name),
                    NOBODY,
                    minutes(60 * hours),
                    expected,
                ));
            }
        }
        let late = draft("late", ANNA, LENA).raw("late");
        let retired = Expected::Quarantined(QuarantineReason::AddressRetired);
        coming.push(self.octets("late", late, DROPBOX, minutes(3 * 24 * 60), retired));
        coming
    }

    /// One more mail, announced so long after the beginning.
    pub fn mail(
        &mut self,
        name: &str,
        draft: &Draft,
        to: &str,
        after: Duration,
        owner: &str,
    ) -> Coming {
        let expected = Expected::Filed(name.to_owned(), [self.user(owner)].into());
        let trace = format!("t{}", self.expected.len());
        self.octets(name, draft.raw(&trace), to, after, expected)
    }

    fn forward(&mut self, after: Duration) -> Coming {
        let raw = format!(
            "Message-ID: <wrapper@mail.example.com>\r\nDate: Sun, 22 Nov 2026 09:00:00 +0000\r\n\
             From: {ANNA}\r\nTo: {FORWARDING}\r\nSubject: Fwd: Berth\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/mixed; boundary=cut\r\n\r\n--cut\r\n\r\nsee below\r\n--cut\r\n\
             Content-Type: message/rfc822\r\n\r\nMessage-ID: <forwarded@mail.example.com>\r\n\
             Date: Sat, 21 Nov 2026 09:00:00 +0000\r\nFrom: vera@dock.example\r\nTo: {ANNA}\r\n\
             Subject: Berth\r\n\r\nIs there a berth?\r\n\r\n--cut--\r\n"
        );
        let expected = Expected::Filed("forwarded".to_owned(), [self.user("anna")].into());
        self.octets("forwarded", raw.into_bytes(), FORWARDING, after, expected)
    }

    fn octets(
        &mut self,
        name: &str,
        octets: Vec<u8>,
        to: &str,
        after: Duration,
        expected: Expected,
    ) -> Coming {
        let key = format!("inbound/{name}-{}", self.expected.len());
        let raw = self.world.archive.put(&key, octets);
        self.expected.insert(key, expected);
        let passed = |name: &str| (name.to_owned(), "pass".to_owned());
        let announcement = Announcement::Arrived(MailArrived {
            bucket: MemoryArchive::BUCKET.to_owned(),
            raw,
            recipients: vec![to.to_owned()],
            verdicts: ["spf", "dkim", "dmarc", "spam", "virus"].map(passed).into(),
            announced_at: self.began.plus(after),
        });
        Coming { name: name.to_owned(), after, announcement }
    }
}

const INVITATION: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nMETHOD:REQUEST\r\n\
    BEGIN:VEVENT\r\nUID:weekly@partner.example\r\nSEQUENCE:1\r\nDTSTAMP:20261120T010000Z\r\n\
    DTSTART:20261201T090000Z\r\nDURATION:PT1H\r\nSUMMARY:Review\r\n\
    ORGANIZER:mailto:boss@partner.example\r\nATTENDEE:mailto:anna@crm.example.com\r\n\
    END:VEVENT\r\nEND:VCALENDAR\r\n";
