//! Administrators are told by mail of alerts and of domains that refuse: once, and once of the end.

use std::sync::Arc;

use domain::bulletin::{Bulletin, BulletinState};
use domain::day::Day;
use domain::ids::TenantId;
use domain::user::User;
use flows::error::FlowError;
use flows::ports::{OutgoingMail, Records};
use flows::send_bulletins::send_bulletins;
use flows::watch_rates::watch_rates;
use futures::future::join;
use store::table::{Change, Table, TableName, Write};
use store::{item, keys, tenants, users};
use testkit::memory_sender::SendAnswer;
use testkit::people::{self, TestTenant};
use testkit::ses_events::POLICY;
use testkit::world::World;

use crate::bench_of_events::Mailing;
use crate::rounds::RoundCounter;
use crate::sending_deaths::DyingTable;

const ANNA: &str = "anna@crm.example.com";
const BEN: &str = "ben@crm.example.com";

/// Anna is the owner, Ben a member.
struct Firm {
    world: World,
    tenant: TestTenant,
}

impl Firm {
    async fn new() -> Self {
        let world = World::new(1);
        let tenant = people::make_tenant(&world.records, 1, &[ANNA, BEN]).await.unwrap();
        Self { world, tenant }
    }

    /// Counts so much mail as sent now.
    async fn mail(&self, sent: i64, bounced: i64) {
        let key =
            keys::tally_of_day(self.tenant.id, Day::of(self.world.records.clock.now()), 0).key;
        let changes = vec![Change::Add("sent_09", sent), Change::Add("bounced_09", bounced)];
        let write = Write::Update { key, changes, condition: None };
        self.world.table.write(write).await.unwrap();
    }

    async fn change_settings(&self, change: impl FnOnce(&mut domain::tenant::TenantSettings)) {
        let table = self.world.table.as_ref();
        let mut tenant = tenants::get(table, self.tenant.id).await.unwrap().unwrap();
        let rev = tenant.rev;
        change(&mut tenant.settings);
        tenant.rev += 1;
        table.write(tenants::replace(&tenant, rev).unwrap()).await.unwrap();
    }

    async fn run_through(&self, records: &Records) -> Result<u64, FlowError> {
        watch_rates(records, self.tenant.id).await?;
        send_bulletins(records, self.world.sender.as_ref(), self.tenant.id).await
    }

    async fn run(&self) -> u64 {
        self.run_through(&self.world.records).await.unwrap()
    }

    fn sent(&self) -> Vec<OutgoingMail> {
        self.world.sender.sent()
    }

    fn states(&self) -> Vec<BulletinState> {
        bulletins(&self.world).into_iter().map(|bulletin| bulletin.state).collect()
    }
}

fn bulletins(world: &World) -> Vec<Bulletin> {
    let items = world.table.items(TableName::Crm).into_iter();
    let of_kind = items.filter(|item| item.get("item_kind") == Some(&item::text("bulletin")));
    of_kind.map(|item| item::from_item(item).unwrap()).collect()
}

fn text(mail: &OutgoingMail) -> String {
    String::from_utf8(mail.mime.to_vec()).unwrap()
}

#[tokio::test]
async fn administrators_get_one_mail_of_an_alert_and_one_of_its_end() {
    let firm = Firm::new().await;
    firm.mail(10_000, 499).await;
    assert_eq!(firm.run().await, 0, "4.99 %");
    firm.mail(0, 1).await;
    assert_eq!((firm.run().await, firm.run().await), (1, 0));
    let told = &firm.sent()[0];
    assert_eq!(told.to.iter().map(|to| to.expose()).collect::<Vec<_>>(), [ANNA]);
    assert_eq!(told.from.expose(), "postmaster@crm.example.com");
    let mime = text(told);
    assert!(mime.contains("Auto-Submitted: auto-generated"), "{mime}");
    assert!(mime.contains("X-Auto-Response-Suppress: All") && mime.contains("5.00 %"), "{mime}");
    firm.mail(0, 800).await;
    assert_eq!(firm.run().await, 0, "worse, and the same incident");
    firm.mail(90_000, 0).await;
    assert_eq!((firm.run().await, firm.run().await), (1, 0));
    assert!(text(&firm.sent()[1]).contains("back to normal"));
    assert_eq!(firm.states(), [BulletinState::Sent; 2]);
}

#[tokio::test]
async fn who_wants_none_gets_none_later_either() {
    let firm = Firm::new().await;
    firm.change_settings(|settings| settings.alert_mails = false).await;
    firm.mail(1_000, 100).await;
    assert_eq!(firm.run().await, 0);
    firm.change_settings(|settings| settings.alert_mails = true).await;
    assert_eq!(firm.run().await, 0);
    assert_eq!((firm.sent().len(), firm.states()), (0, vec![BulletinState::LeftOut]));
}

#[tokio::test]
async fn a_disabled_administrator_is_told_nothing() {
    let firm = Firm::new().await;
    let (table, anna) = (firm.world.table.as_ref(), firm.tenant.people["anna"]);
    let user = users::get(table, firm.tenant.id, anna).await.unwrap().unwrap();
    let disabled_at = Some(firm.world.records.clock.now());
    let off = User { disabled_at, rev: user.rev + 1, ..user.clone() };
    table.write(users::replace(firm.tenant.id, &off, user.rev).unwrap()).await.unwrap();
    firm.mail(1_000, 100).await;
    assert_eq!((firm.run().await, firm.sent().len()), (0, 0));
}

#[tokio::test]
async fn a_bulletin_is_in_the_language_of_the_tenant() {
    let firm = Firm::new().await;
    firm.change_settings(|settings| settings.language = "de".to_owned()).await;
    firm.mail(1_000, 100).await;
    firm.run().await;
    let parsed = mail::parse::parse(&firm.sent()[0].mime).unwrap();
    assert_eq!(parsed.subject.as_deref(), Some("Rückläufer: 10.00 % der gesendeten Mail"));
    assert!(parsed.body.new_text.contains("Administratoren"), "{}", parsed.body.new_text);
}

#[tokio::test]
async fn a_provider_that_takes_nothing_now_gets_it_later_and_one_whose_answer_is_lost_never_again()
{
    for (answer, states, sent) in [
        (SendAnswer::Throttle, [BulletinState::Waiting, BulletinState::Sent], 1),
        (SendAnswer::Fail, [BulletinState::Waiting, BulletinState::Sent], 1),
        (SendAnswer::LoseSent, [BulletinState::Handed; 2], 1),
        (SendAnswer::LoseUnsent, [BulletinState::Handed; 2], 0),
        (SendAnswer::Reject("no".to_owned()), [BulletinState::Refused; 2], 0),
    ] {
        let firm = Firm::new().await;
        firm.mail(1_000, 100).await;
        firm.world.sender.script([answer.clone()]);
        for state in states {
            firm.run().await;
            assert_eq!(firm.states(), [state], "{answer:?}");
        }
        assert_eq!(firm.sent().len(), sent, "{answer:?}");
    }
}

#[tokio::test]
async fn a_run_that_dies_at_any_call_tells_nobody_twice_and_leaves_out_what_may_have_gone_alone() {
    let mut unknown = 0;
    let mut calls = 1;
    loop {
        let mut cut = false;
        for done_first in [false, true] {
            let firm = Firm::new().await;
            firm.mail(1_000, 100).await;
            let table = DyingTable::over(firm.world.table.clone(), calls, done_first);
            cut = firm.run_through(&firm.world.records_through(table)).await.is_err();
            firm.run().await;
            firm.run().await;
            assert!(firm.sent().len() <= 1, "died at call {calls}");
            if firm.sent().is_empty() {
                assert_eq!(firm.states(), [BulletinState::Handed]);
                unknown += 1;
            }
        }
        if !cut {
            break;
        }
        calls += 1;
    }
    assert!(calls > 10, "{calls}");
    assert_eq!(unknown, 1, "only who died with the right in hand leaves a question");
}

#[tokio::test]
async fn two_runs_at_once_send_one_mail() {
    let firm = Firm::new().await;
    firm.mail(1_000, 100).await;
    let table = Arc::new(RoundCounter::over(firm.world.table.clone()));
    let records = firm.world.records_through(table);
    let (a, b) = join(firm.run_through(&records), firm.run_through(&records)).await;
    firm.run().await;
    assert_eq!((a.unwrap() + b.unwrap(), firm.sent().len()), (1, 1));
}

#[tokio::test]
async fn a_domain_that_refuses_is_told_once_however_many_recipients_refuse() {
    let m = Mailing::new().await;
    let mut events = Vec::new();
    for n in 0..25 {
        let mail = m.campaign(0, n, &format!("p{n}@x.example")).await;
        events.push(mail.bounce(POLICY, m.at(1)));
    }
    let run =
        async || send_bulletins(&m.world.records, m.world.sender.as_ref(), m.tenant).await.unwrap();
    for some in events.chunks(5) {
        m.apply(some).await;
        run().await;
    }
    m.apply(&events).await;
    run().await;
    let sent = m.world.sender.sent();
    assert_eq!(sent.len(), 1);
    assert!(text(&sent[0]).contains("x.example refuses our mail"));
}

#[tokio::test]
async fn a_tenant_without_news_costs_one_query() {
    let firm = Firm::new().await;
    firm.world.table.reset_usage();
    let sender = firm.world.sender.as_ref();
    assert_eq!(send_bulletins(&firm.world.records, sender, firm.tenant.id).await.unwrap(), 0);
    assert_eq!(firm.world.table.usage().calls(), 1);
    let stranger = TenantId::from_bits(77);
    assert_eq!(send_bulletins(&firm.world.records, sender, stranger).await.unwrap(), 0);
}
