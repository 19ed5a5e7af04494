//! Routes of every purpose, and mail that comes by them with a receipt.

use domain::contact::{Contact, ContactKind, ContactSource};
use domain::email_address::EmailAddress;
use domain::ids::{ContactId, IntakeId, RouteId, UserId};
use domain::intake::{Outcome, QuarantineReason};
use domain::message::Message;
use domain::notice::Notice;
use domain::route::{DomainClaim, Route, RouteMatch};
use domain::route_purpose::{
    AllowedSenders, Assignment, DropboxRules, OrganizationRules, Purpose, RequiredVerdict,
};
use domain::user::User;
use flows::ports::Clock;
use flows::take_in_mail::{Announcement, Settled};
use store::table::{Table, TableName, Write};
use testkit::raw_mail::Draft;

use crate::bench_of_inbound::Inbound;

pub const SALES: &str = "sales@crm.example.com";
pub const SECRET: &str = "in+k3yk3yk3yk3yk3yk3yk3yk3y@crm.example.com";
pub const PASS: &[(&str, &str)] =
    &[("spf", "pass"), ("dkim", "pass"), ("dmarc", "pass"), ("spam", "pass"), ("virus", "pass")];

/// Mail to everybody's liking, from everybody who is authenticated, for leads.
pub fn organization() -> OrganizationRules {
    OrganizationRules {
        module: ContactKind::Lead,
        defaults: [].into(),
        assignment: Assignment::MailboxOwner,
        senders: AllowedSenders::Everyone,
        verdict: RequiredVerdict::Authenticated,
    }
}

pub fn dropbox() -> DropboxRules {
    DropboxRules::default()
}

pub fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

impl Inbound {
    /// A stack whose tenant has claimed its domain.
    pub async fn with_domain() -> Self {
        let inbound = Self::new().await;
        let claim = DomainClaim {
            domain: "crm.example.com".to_owned(),
            tenant: inbound.tenant.id,
            created_at: inbound.world.clock.now(),
        };
        inbound.write(store::domain_claims::create(&claim).unwrap()).await;
        inbound
    }

    pub async fn write(&self, write: Write) {
        self.world.table.write(write).await.unwrap();
    }

    pub fn user(&self, name: &str) -> User {
        let id = self.tenant.people[name];
        let users: Vec<User> = self.records(TableName::Crm, "user");
        users.into_iter().find(|user| user.id == id).unwrap()
    }

    /// A route to somebody's mailbox.
    pub async fn route(&self, matches: RouteMatch, name: &str, purpose: Purpose) -> Route {
        let user = self.user(name);
        let route = Route {
            id: RouteId::from_bits(self.world.records.fresh_bits()),
            matches,
            tenant: self.tenant.id,
            mailbox: user.mailbox,
            owner: user.id,
            purpose,
            ends_at: None,
            turn: 0,
            created_at: self.world.clock.now(),
            rev: 1,
        };
        self.write(store::routes::create(&self.world.records.hasher, &route).unwrap()).await;
        route
    }

    pub async fn address_route(&self, text: &str, name: &str, purpose: Purpose) -> Route {
        self.route(RouteMatch::Address(address(text)), name, purpose).await
    }

    /// A record that has an address.
    pub async fn contact(&self, kind: ContactKind, text: &str, owner: Option<UserId>) -> ContactId {
        let now = self.world.clock.now();
        let id = ContactId::from_parts(now, self.world.records.fresh_bits());
        let contact = Contact {
            addresses: vec![address(text)],
            owner,
            ..Contact::new(id, kind, text.to_owned(), ContactSource::Api, now)
        };
        let hasher = &self.world.records.hasher;
        for write in store::contacts::create(self.tenant.id, hasher, &contact).unwrap() {
            self.write(write).await;
        }
        id
    }

    /// What becomes of a mail with these verdicts of the receipt.
    pub async fn bring_to(
        &self,
        draft: &Draft,
        recipients: &[&str],
        verdicts: &[(&str, &str)],
    ) -> Settled {
        self.take_in(&self.judged(draft, recipients, verdicts)).await
    }

    /// The announcement of a mail with these verdicts.
    pub fn judged(
        &self,
        draft: &Draft,
        recipients: &[&str],
        verdicts: &[(&str, &str)],
    ) -> Announcement {
        let Announcement::Arrived(mut arrived) = self.received(draft, recipients) else {
            unreachable!()
        };
        arrived.verdicts =
            verdicts.iter().map(|(name, word)| ((*name).to_owned(), (*word).to_owned())).collect();
        Announcement::Arrived(arrived)
    }

    /// The message that a mail became.
    pub async fn filed(&self, draft: &Draft, to: &[&str], verdicts: &[(&str, &str)]) -> Message {
        let outcome = self.bring_to(draft, to, verdicts).await.outcome;
        let Outcome::Filed { message, .. } = outcome else { panic!("{outcome:?}") };
        self.messages().into_iter().find(|found| found.id == message).unwrap()
    }

    /// Why a mail is in quarantine; nothing was made of it.
    pub async fn refused(
        &self,
        draft: &Draft,
        to: &[&str],
        verdicts: &[(&str, &str)],
    ) -> (QuarantineReason, IntakeId) {
        let before = (self.messages().len(), self.contacts().len(), self.links().len());
        let settled = self.bring_to(draft, to, verdicts).await;
        let Outcome::Quarantined { reason, .. } = settled.outcome else {
            panic!("{:?}", settled.outcome)
        };
        let after = (self.messages().len(), self.contacts().len(), self.links().len());
        assert_eq!(before, after, "a refused mail makes nothing");
        let stored = self.intake(settled.intake);
        assert_eq!(stored.tenant, Some(self.tenant.id), "its tenant sees it");
        (reason, settled.intake)
    }

    pub fn notices(&self) -> Vec<Notice> {
        self.records(TableName::Delivery, "notice")
    }
}
