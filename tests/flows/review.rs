//! The review of blocks half a year after they began: what is lifted, what is kept, and the pass
//! through all tenants.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::attachment::Attachment;
use domain::block_review::{ReviewReport, Verdict};
use domain::bounce::{BounceReason, Permanence};
use domain::bounce_category::BounceCategory;
use domain::contact::PartyRole;
use domain::email_address::EmailAddress;
use domain::ids::{MessageId, TenantId, ThreadId};
use domain::limits::{BLOCK_REVIEW, REVIEW_PROBES_MAX};
use domain::message::{Direction, Message, Party, RawMail};
use domain::send::{Send, SendPlace};
use domain::suppression::{Suppression, SuppressionCause, SuppressionScope};
use domain::thread::ThreadReason;
use domain::timestamp::Timestamp;
use flows::daily_review::{Told, daily_review};
use flows::ports::Clock;
use flows::review_blocks::{ReviewPorts, Reviewed, review_blocks};
use futures::future::join;
use store::table::{Table, TableName};
use store::{messages, reviews, sends, suppressions};
use testkit::memory_dns::MemoryDns;
use testkit::memory_sending_health::MemorySendingHealth;
use testkit::people;
use testkit::world::World;

use crate::rounds::RoundCounter;

pub const DAY: Duration = Duration::from_secs(86_400);
pub const OURS: &str = "crm.example.com";

pub struct Firm {
    pub world: World,
    pub tenant: TenantId,
    pub health: MemorySendingHealth,
    pub dns: MemoryDns,
}

/// `anna` stands for `anna@harbour.example`.
fn address(name: &str) -> EmailAddress {
    let whole =
        if name.contains('@') { name.to_owned() } else { format!("{name}@harbour.example") };
    EmailAddress::parse(&whole).unwrap()
}

/// A mail that we wrote: what a block for a policy names as its source.
fn mail(at: Timestamp) -> Message {
    Message {
        id: MessageId::from_bits(9),
        header_id: None,
        at,
        received_at: at,
        direction: Direction::Sent,
        mail_kind: "mail".to_owned(),
        mail_kind_reason: "none".to_owned(),
        subject: "Offer".to_owned(),
        parties: vec![Party {
            role: PartyRole::From,
            name: None,
            address: EmailAddress::parse(&format!("anna@{OURS}")).unwrap(),
        }],
        preview: String::new(),
        language: None,
        attachments: Vec::<Attachment>::new(),
        thread: ThreadId::from_bits(1),
        thread_reason: ThreadReason::Opened,
        contacts: Vec::new(),
        verdicts: BTreeMap::new(),
        flaws: Vec::new(),
        raw: RawMail::default(),
        wrapped: None,
        suggested_contact: None,
    }
}

impl Firm {
    pub async fn new() -> Self {
        let world = World::new(1);
        let tenant = people::make_tenant(&world.records, 1, &["anna@crm.example.com"]).await;
        let (health, dns) = (MemorySendingHealth::default(), MemoryDns::default());
        let firm = Self { tenant: tenant.unwrap().id, world, health, dns };
        firm.dns.text(&format!("_dmarc.{OURS}"), "v=DMARC1; p=none");
        let writes = messages::create(firm.tenant, &mail(firm.world.clock.now()), &[]).unwrap();
        firm.world.table.transact(writes).await.unwrap();
        firm
    }

    pub async fn block(&self, name: &str, category: BounceCategory) {
        self.block_for(name, SuppressionCause::Bounce, Some(category)).await;
    }

    async fn block_for(
        &self,
        name: &str,
        cause: SuppressionCause,
        category: Option<BounceCategory>,
    ) {
        let now = self.world.clock.now();
        let to = address(name);
        let place = SendPlace::OneOff { message: MessageId::from_bits(9) };
        let hasher = &self.world.records.hasher;
        let send = sends::create(self.tenant, hasher, &Send::queued(place, to.clone(), None, now));
        self.world.table.write(send.unwrap()).await.unwrap();
        let block = Suppression {
            scope: SuppressionScope::Bounces,
            tenant: self.tenant,
            address_hash: Some(hasher.address(&to)),
            domain: to.domain().to_owned(),
            contact: None,
            cause,
            permanence: category.map_or(Permanence::Permanent, BounceCategory::permanence),
            category,
            reason: category.map(|_| BounceReason::PolicyViolation),
            status: None,
            source: Some(place),
            blocked_at: now,
            blocked_until: None,
            review_at: Suppression::review_of(now),
            lifted_at: None,
            lifts: 0,
            rev: 1,
        };
        self.world.table.write(suppressions::create(&block).unwrap()).await.unwrap();
    }

    fn ports(&self) -> ReviewPorts<'_> {
        let list = self.world.suppression_list.as_ref();
        ReviewPorts { list, health: &self.health, dns: &self.dns }
    }

    pub async fn review(&self) -> Reviewed {
        let until = self.world.clock.now().plus(DAY);
        review_blocks(&self.world.records, self.ports(), self.tenant, until).await.unwrap()
    }

    /// A run of the function's.
    pub async fn tick(&self) -> Told {
        let (records, sender) = (&self.world.records, self.world.sender.as_ref());
        daily_review(records, self.ports(), sender, DAY).await.unwrap()
    }

    pub async fn is_blocked(&self, name: &str) -> bool {
        let asked = [suppressions::Asked::one_off(address(name))];
        let (table, hasher) = (self.world.table.as_ref(), &self.world.records.hasher);
        let now = self.world.clock.now();
        let found = suppressions::blocking(table, self.tenant, hasher, &asked, now).await.unwrap();
        !found.is_empty()
    }

    pub async fn reports(&self) -> Vec<ReviewReport> {
        reviews::list(self.world.table.as_ref(), self.tenant, 10, None).await.unwrap().0
    }
}

pub fn verdicts(report: &ReviewReport) -> Vec<(Option<BounceCategory>, Verdict)> {
    let lines = report.lifted.iter().chain(&report.kept);
    lines.map(|line| (line.category, line.verdict)).collect()
}

#[tokio::test]
async fn after_six_months_a_mended_policy_block_is_lifted_and_a_bad_mailbox_is_not() {
    let firm = Firm::new().await;
    firm.block("policy", BounceCategory::PolicyRelated).await;
    firm.block("gone", BounceCategory::BadMailbox).await;
    firm.world.suppression_list.note(address("policy"));
    firm.health.mend(OURS);
    firm.world.clock.advance(BLOCK_REVIEW - DAY);
    assert_eq!(firm.review().await, Reviewed::default(), "not due yet");
    firm.world.clock.advance(DAY);
    assert_eq!(firm.review().await, Reviewed { lifted: 1, kept: 1, undecided: 0 });
    assert!(!firm.is_blocked("policy").await && firm.is_blocked("gone").await);
    assert!(!firm.world.suppression_list.has(&address("policy")), "off the provider's list too");
    let reports = firm.reports().await;
    let lines = [
        (Some(BounceCategory::PolicyRelated), Verdict::AuthenticationPasses),
        (Some(BounceCategory::BadMailbox), Verdict::NeverLifted),
    ];
    assert_eq!((reports.len(), verdicts(&reports[0])), (1, lines.to_vec()));
    // Again: the same.
    let audited = firm.world.table.items(TableName::Audit).len();
    assert_eq!(firm.review().await, Reviewed::default());
    assert_eq!(firm.reports().await, reports);
    assert_eq!((audited, firm.world.table.items(TableName::Audit).len()), (1, 1));
    // Half a year later the bad mailbox is looked at again, and kept.
    firm.world.clock.advance(BLOCK_REVIEW);
    assert_eq!(firm.review().await, Reviewed { lifted: 0, kept: 1, undecided: 0 });
    assert!(firm.is_blocked("gone").await);
}

#[tokio::test]
async fn each_cause_has_its_own_remedy() {
    let firm = Firm::new().await;
    for (n, category) in BounceCategory::ALL.into_iter().enumerate() {
        firm.block(&format!("a{n}"), category).await;
    }
    firm.world.clock.advance(BLOCK_REVIEW);
    firm.review().await;
    use BounceCategory as C;
    for (category, verdict) in verdicts(&firm.reports().await[0]) {
        let wanted = match category.unwrap() {
            C::MailboxFull
            | C::AutoReply
            | C::TemporaryNetworkError
            | C::ContentRelated
            | C::TemporaryOther => Verdict::TimePassed,
            C::AuthenticationFailed | C::PolicyRelated | C::SenderRejected => {
                Verdict::AuthenticationFails
            }
            C::BadMailbox => Verdict::NeverLifted,
            C::TemporaryDomainError | C::BadDomain => Verdict::DomainTakesNone,
            _ => Verdict::NotCheckable,
        };
        assert_eq!(verdict, wanted, "{category:?}");
    }
    let report = &firm.reports().await[0];
    assert_eq!((report.lifted_count, report.kept_count), (5, 11));
    assert_eq!(firm.health.asked(), 1, "once a domain");
}

#[tokio::test]
async fn what_people_wished_or_decided_is_never_lifted() {
    let firm = Firm::new().await;
    let full = Some(BounceCategory::MailboxFull);
    firm.block_for("complained", SuppressionCause::Complaint, None).await;
    firm.block_for("odd", SuppressionCause::Complaint, full).await;
    firm.block_for("manual", SuppressionCause::Manual, full).await;
    firm.block_for("legal", SuppressionCause::Legal, full).await;
    firm.world.clock.advance(BLOCK_REVIEW);
    assert_eq!(firm.review().await, Reviewed { lifted: 0, kept: 3, undecided: 0 });
    for name in ["complained", "odd", "manual", "legal"] {
        assert!(firm.is_blocked(name).await, "{name}");
    }
}

#[tokio::test]
async fn where_nobody_answers_the_block_stays_due() {
    let firm = Firm::new().await;
    firm.block("policy", BounceCategory::PolicyRelated).await;
    firm.health.mend(OURS);
    firm.world.clock.advance(BLOCK_REVIEW);
    firm.health.fail(true);
    assert_eq!(firm.review().await, Reviewed { lifted: 0, kept: 0, undecided: 1 });
    firm.health.fail(false);
    firm.world.suppression_list.fail(true);
    assert_eq!(firm.review().await, Reviewed { lifted: 0, kept: 0, undecided: 1 });
    assert!(firm.is_blocked("policy").await && firm.reports().await.is_empty());
    firm.world.suppression_list.fail(false);
    assert_eq!(firm.review().await.lifted, 1);
    assert!(!firm.is_blocked("policy").await);
}

#[tokio::test]
async fn a_day_tries_a_bounded_number_of_addresses_and_the_next_day_goes_on() {
    let firm = Firm::new().await;
    for n in 0..REVIEW_PROBES_MAX + 5 {
        firm.block(&format!("full{n}"), BounceCategory::MailboxFull).await;
    }
    firm.world.clock.advance(BLOCK_REVIEW);
    assert_eq!(firm.review().await.lifted, REVIEW_PROBES_MAX);
    assert_eq!(firm.review().await.lifted, 0, "the same day");
    firm.world.clock.advance(DAY);
    assert_eq!(firm.review().await.lifted, 5);
    let counts: Vec<u64> = firm.reports().await.iter().map(|r| r.lifted_count).collect();
    assert_eq!(counts, [5, REVIEW_PROBES_MAX]);
}

#[tokio::test]
async fn two_runs_at_once_review_each_block_once() {
    let firm = Firm::new().await;
    for n in 0..10 {
        firm.block(&format!("full{n}"), BounceCategory::MailboxFull).await;
        firm.block(&format!("gone{n}"), BounceCategory::BadMailbox).await;
    }
    firm.world.clock.advance(BLOCK_REVIEW);
    // Each call of the table lets the other run go on.
    let table = Arc::new(RoundCounter::over(firm.world.table.clone()));
    let records = firm.world.records_through(table);
    let until = firm.world.clock.now().plus(DAY);
    let run = || review_blocks(&records, firm.ports(), firm.tenant, until);
    let (a, b) = join(run(), run()).await;
    let (a, b) = (a.unwrap(), b.unwrap());
    assert_eq!((a.lifted + b.lifted, a.kept + b.kept), (10, 10));
    let report = &firm.reports().await[0];
    assert_eq!((report.lifted_count, report.kept_count, report.probes), (10, 10, 10));
    assert_eq!(firm.world.table.items(TableName::Audit).len(), 10);
}

#[tokio::test]
async fn a_pass_goes_on_where_the_last_run_ended_and_begins_anew_at_its_end() {
    let world = World::new(1);
    for number in 1..=3 {
        people::make_tenant(&world.records, number, &[]).await.unwrap();
    }
    let (health, dns) = (MemorySendingHealth::default(), MemoryDns::default());
    let list = world.suppression_list.as_ref();
    let run = async |time| {
        let ports = ReviewPorts { list, health: &health, dns: &dns };
        let told = daily_review(&world.records, ports, world.sender.as_ref(), time).await.unwrap();
        assert!(told.failed.is_empty());
        (told.tenants, told.is_complete)
    };
    // No time: one tenant a run.
    let mut runs = Vec::new();
    for _ in 0..4 {
        runs.push(run(Duration::ZERO).await);
    }
    assert_eq!(runs, [(1, false), (1, false), (1, true), (1, false)]);
    assert_eq!(run(DAY).await, (2, true));
    assert_eq!(run(DAY).await, (3, true));
}

#[tokio::test]
async fn a_run_lifts_what_is_due_of_every_tenant() {
    let firm = Firm::new().await;
    firm.block("full", BounceCategory::MailboxFull).await;
    firm.world.clock.advance(BLOCK_REVIEW);
    let told = firm.tick().await;
    assert_eq!((told.tenants, told.blocks.lifted, told.is_complete), (1, 1, true));
    assert!(!firm.is_blocked("full").await);
}

#[tokio::test]
async fn a_tenant_of_before_the_index_of_tenants_is_put_there_and_reviewed() {
    let firm = Firm::new().await;
    firm.block("full", BounceCategory::MailboxFull).await;
    let table = firm.world.table.clone();
    let tenant = store::tenants::get(table.as_ref(), firm.tenant).await.unwrap().unwrap();
    let key = store::keys::tenant(firm.tenant).key;
    let bare = store::keys::ItemKeys { key: key.clone(), gsi1: None, gsi2: None };
    let item = store::item::to_item("tenant", &bare, &tenant).unwrap();
    table.write(store::table::Write::Put { key, item, condition: None }).await.unwrap();
    let page = async || store::tenants::page_after(table.as_ref(), None, 10).await.unwrap();
    assert_eq!(page().await, []);
    firm.world.clock.advance(BLOCK_REVIEW);
    let told = firm.tick().await;
    assert_eq!((told.tenants, told.blocks.lifted), (1, 1));
    assert_eq!(page().await, [firm.tenant]);
    let after = store::tenants::get(table.as_ref(), firm.tenant).await.unwrap().unwrap();
    assert_eq!(after.rev, tenant.rev + 1);
    // Once it is there, nothing is written any more.
    firm.tick().await;
    let again = store::tenants::get(table.as_ref(), firm.tenant).await.unwrap().unwrap();
    assert_eq!(again, after);
}
