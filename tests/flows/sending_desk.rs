//! A desk to send from: a tenant whose domain takes mail, and people.

use std::sync::Arc;

use domain::contact::{Contact, ContactKind, ContactSource};
use domain::email_address::EmailAddress;
use domain::hand_over::HandOver;
use domain::ids::{ContactId, MessageId, TenantId};
use domain::permission::{Actor, Allowed, Scope, SendMail};
use domain::route::DomainClaim;
use domain::send::{Send, SendPlace};
use domain::suppression::{Suppression, SuppressionCause, SuppressionScope};
use domain::user::Role;
use flows::error::FlowError;
use flows::hand_over::{HandedOver, Post};
use flows::origin::Origin;
use flows::ports::Records;
use flows::send_message::{NewMail, send_message};
use store::table::Table;
use store::{contacts, domain_claims, hand_overs, sends, suppressions};
use testkit::people::{TestTenant, make_tenant};
use testkit::world::World;

pub const ANNA: &str = "anna@crm.example.com";
pub const BEN: &str = "ben@crm.example.com";
pub const CUSTOMER: &str = "customer@example.org";

pub struct Desk {
    pub world: World,
    pub tenant: TestTenant,
}

impl Desk {
    pub async fn new() -> Self {
        let world = World::new(5);
        let tenant = make_tenant(&world.records, 1, &[ANNA, BEN]).await.unwrap();
        let domain = "crm.example.com".to_owned();
        let claim =
            DomainClaim { domain, tenant: tenant.id, created_at: world.records.clock.now() };
        world.table.write(domain_claims::create(&claim).unwrap()).await.unwrap();
        Self { world, tenant }
    }

    pub fn allowed(&self, person: &str) -> Allowed<SendMail> {
        let scopes = [Scope::SendMail].into();
        Actor::new(self.tenant.id, self.tenant.people[person], Role::Member, scopes)
            .require()
            .unwrap()
    }

    pub fn origin(&self, bits: u128) -> Origin {
        Origin { at: self.world.records.clock.now(), bits }
    }

    pub async fn send(&self, origin: Origin, new: NewMail) -> Result<HandedOver, FlowError> {
        self.send_through(&self.world.records, origin, new).await
    }

    pub async fn send_through(
        &self,
        records: &Records,
        origin: Origin,
        new: NewMail,
    ) -> Result<HandedOver, FlowError> {
        let (archive, sender) = (self.world.archive.as_ref(), self.world.sender.as_ref());
        let post = Post { records, archive, sender };
        send_message(&post, &self.allowed("anna"), origin, new).await
    }

    pub fn through(&self, table: Arc<dyn Table>) -> Records {
        self.world.records_through(table)
    }

    pub fn id(&self) -> TenantId {
        self.tenant.id
    }

    pub async fn contact(&self, bits: u128, addresses: &[&str]) -> ContactId {
        let now = self.world.records.clock.now();
        let id = ContactId::from_parts(now, bits);
        let addresses = addresses.iter().map(|text| address(text)).collect();
        let name = "Customer".to_owned();
        let new = Contact::new(id, ContactKind::Contact, name, ContactSource::Api, now);
        let contact = Contact { addresses, ..new };
        let writes = contacts::create(self.id(), &self.world.records.hasher, &contact).unwrap();
        self.world.table.transact(writes).await.unwrap();
        id
    }

    pub async fn block(&self, text: &str, cause: SuppressionCause) {
        let (records, address) = (&self.world.records, address(text));
        let now = records.clock.now();
        let block = Suppression {
            scope: SuppressionScope::Bounces,
            tenant: self.id(),
            address_hash: Some(records.hasher.address(&address)),
            domain: address.domain().to_owned(),
            contact: None,
            cause,
            permanence: domain::bounce::Permanence::Permanent,
            category: None,
            reason: None,
            status: None,
            source: None,
            blocked_at: now,
            blocked_until: None,
            review_at: now,
            lifted_at: None,
            lifts: 0,
            rev: 1,
        };
        suppressions::block(self.world.table.as_ref(), &block, None).await.unwrap();
    }

    pub async fn sends(&self, message: MessageId) -> Vec<Send> {
        let place = SendPlace::OneOff { message };
        let table = self.world.table.as_ref();
        sends::of_place(table, self.id(), &place, 200, None).await.unwrap().0
    }

    pub async fn hand_over(&self, message: MessageId) -> HandOver {
        hand_overs::get(self.world.table.as_ref(), self.id(), message).await.unwrap().unwrap()
    }
}

pub fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

/// A plain mail to these.
pub fn to(addresses: &[&str]) -> NewMail {
    NewMail {
        to: addresses.iter().map(|text| (*text).to_owned()).collect(),
        subject: Some("Offer".to_owned()),
        text: Some("Hello".to_owned()),
        ..NewMail::default()
    }
}
