//! A tenant that has sent mail, and events about it.

use domain::email_address::EmailAddress;
use domain::ids::{CampaignId, ContactId, MessageId, TenantId};
use domain::notice::Notice;
use domain::send::{Send, SendPlace};
use domain::suppression::{Suppression, SuppressionScope};
use domain::timestamp::Timestamp;
use flows::apply_mail_event::{Applied, apply_mail_events, locate};
use flows::ports::Clock;
use store::suppressions::{self, Asked};
use store::table::{Table, TableName};
use store::{item, sends};
use testkit::people;
use testkit::ses_events::SentMail;
use testkit::world::World;

/// A stack with one tenant that sends mail.
pub struct Mailing {
    pub world: World,
    pub tenant: TenantId,
}

impl Mailing {
    pub async fn new() -> Self {
        let world = World::new(1);
        let tenant = people::make_tenant(&world.records, 1, &["anna@crm.example.com"]).await;
        world.table.reset_usage();
        Self { tenant: tenant.unwrap().id, world }
    }

    /// The moment that many hours after the world began.
    pub fn at(&self, hours: i64) -> Timestamp {
        Timestamp::from_seconds(1_795_339_800 + hours * 3_600)
    }

    /// Sends a mail that a person wrote.
    pub async fn one_off(&self, number: u128, to: &str) -> SentMail {
        self.sent(SendPlace::OneOff { message: MessageId::from_bits(number) }, to).await
    }

    /// Sends a mail of a campaign.
    pub async fn campaign(&self, chunk: u32, number: u128, to: &str) -> SentMail {
        let contact = ContactId::from_bits(number);
        let campaign = CampaignId::from_bits(1);
        self.sent(SendPlace::Campaign { campaign, chunk, contact }, to).await
    }

    async fn sent(&self, place: SendPlace, to: &str) -> SentMail {
        let to = EmailAddress::parse(to).unwrap();
        let send = Send::queued(place, to.clone(), None, self.world.clock.now());
        let write = sends::create(self.tenant, &self.world.records.hasher, &send).unwrap();
        self.world.table.transact(vec![write]).await.unwrap();
        SentMail { tenant: self.tenant, place, to }
    }

    /// Applies events together, as SES wrote them.
    pub async fn apply(&self, jsons: &[String]) -> Applied {
        let mut events = Vec::new();
        for json in jsons {
            let decoded = mail::bounce::decode(json.as_bytes());
            let now = self.world.clock.now();
            let located = locate(&self.world.records, &decoded, now).await;
            events.extend(located.unwrap());
        }
        apply_mail_events(&self.world.records, &events).await.unwrap()
    }

    pub async fn send(&self, mail: &SentMail) -> Send {
        let records = &self.world.records;
        let table = records.table.as_ref();
        let found = sends::get(table, self.tenant, &records.hasher, &mail.place, &mail.to).await;
        found.unwrap().expect("it was sent")
    }

    /// The stored block of an address, lifted or not.
    pub async fn block(
        &self,
        scope: SuppressionScope,
        address: &EmailAddress,
    ) -> Option<Suppression> {
        let records = &self.world.records;
        let table = records.table.as_ref();
        suppressions::get(table, self.tenant, &records.hasher, scope, address).await.unwrap()
    }

    /// What would stop a mail to the address at that moment.
    pub async fn stops(&self, address: &str, now: Timestamp) -> Option<Suppression> {
        let records = &self.world.records;
        let address = EmailAddress::parse(address).unwrap();
        let asked = [Asked::one_off(address.clone())];
        let blocking = suppressions::blocking(
            records.table.as_ref(),
            self.tenant,
            &records.hasher,
            &asked,
            now,
        );
        blocking.await.unwrap().remove(&address)
    }

    pub fn notices(&self) -> Vec<Notice> {
        let items = self.world.table.items(TableName::Delivery).into_iter();
        let of_kind = items.filter(|item| item.get("item_kind") == Some(&item::text("notice")));
        of_kind.map(|item| item::from_item(item).unwrap()).collect()
    }

    /// Everything stored, without what only tells how it came to be: revisions.
    pub fn state(&self) -> Vec<store::table::Item> {
        let mut items = self.world.table.items(TableName::Delivery);
        items.extend(self.world.table.items(TableName::Crm));
        for item in &mut items {
            item.remove("rev");
        }
        items
    }
}
