//! Addresses that do not exist: quarantined for their tenant, and politely answered within bounds (B7,
//! B10).

use std::sync::Arc;

use async_trait::async_trait;
use domain::intake::QuarantineReason;
use domain::limits;
use flows::answer_unknown_address::{Answered, UnknownAddress, answer_unknown_address};
use flows::ports::OutgoingMail;
use store::table::{
    BatchGot, Got, Key, Page, Query, Table, TableFault, TransactError, Units, Write, WriteError,
};
use testkit::memory_sender::SendAnswer;
use testkit::memory_table::MemoryTable;
use testkit::raw_mail::Draft;

use crate::bench_of_inbound::Inbound;
use crate::bench_of_routes::{PASS, address};

const NOBODY: &str = "nobody@crm.example.com";

fn from(id: &str, sender: &str) -> Draft {
    Draft::new(id, sender, NOBODY).field(&format!("Return-Path: <{sender}>"))
}

/// Takes a mail in as the function does, and answers.
async fn bring(inbound: &Inbound, draft: &Draft, verdicts: &[(&str, &str)]) -> Vec<Answered> {
    let settled = inbound.bring_to(draft, &[NOBODY], verdicts).await;
    answer(inbound, &settled.unknown).await
}

async fn answer(inbound: &Inbound, unknown: &[UnknownAddress]) -> Vec<Answered> {
    let world = &inbound.world;
    let mut answers = Vec::new();
    for unknown in unknown {
        let sent = answer_unknown_address(&world.records, world.sender.as_ref(), unknown).await;
        answers.push(sent.unwrap());
    }
    answers
}

fn sent(inbound: &Inbound) -> Vec<OutgoingMail> {
    inbound.world.sender.sent()
}

#[tokio::test]
async fn mail_to_an_unknown_alias_is_its_tenants_to_see_and_its_sender_is_told_once_a_day() {
    let inbound = Inbound::with_domain().await;
    let lena = "lena@harbour.example";
    let (reason, _) = inbound.refused(&from("q", lena), &[NOBODY], PASS).await;
    assert_eq!(reason, QuarantineReason::NoRoute);

    assert_eq!(bring(&inbound, &from("a", lena), PASS).await, [Answered::Sent]);
    assert_eq!(bring(&inbound, &from("b", lena), PASS).await, [Answered::Enough]);
    inbound.world.clock.advance(std::time::Duration::from_secs(86_399));
    assert_eq!(bring(&inbound, &from("c", lena), PASS).await, [Answered::Enough]);
    inbound.world.clock.advance(std::time::Duration::from_secs(2));
    assert_eq!(bring(&inbound, &from("d", lena), PASS).await, [Answered::Sent]);
    assert_eq!(sent(&inbound).len(), 2);
}

#[tokio::test]
async fn a_mail_to_some_who_are_there_and_some_who_are_not_is_filed_and_answered_once_a_day() {
    let inbound = Inbound::with_domain().await;
    let both = ["anna@crm.example.com", NOBODY];
    for (id, answers) in [("a", vec![Answered::Sent]), ("b", vec![Answered::Enough])] {
        let announced = inbound.judged(&from(id, "lena@harbour.example"), &both, PASS);
        let settled = inbound.take_in(&announced).await;
        assert_eq!(settled.outcome.name(), "filed");
        assert_eq!(answer(&inbound, &settled.unknown).await, answers);
        let again = inbound.take_in(&announced).await;
        assert_eq!(
            (again.repeated, again.unknown.len()),
            (true, 0),
            "who comes late answers nobody"
        );
    }
    let deliveries: Vec<domain::delivery::Delivery> =
        inbound.records(store::table::TableName::Crm, "delivery");
    assert_eq!(deliveries.len(), 2, "Anna has both");
    let [mail] = &sent(&inbound)[..] else { panic!("one answer") };
    assert!(mail::parse::parse(&mail.mime).unwrap().body.text.contains(NOBODY));

    let robot = from("c", "robot@machine.example").field("Auto-Submitted: auto-generated");
    let settled = inbound.bring_to(&robot, &both, PASS).await;
    assert_eq!((settled.outcome.name(), settled.unknown.len()), ("filed", 0));
    let known = inbound.bring_to(&from("d", "omar@quay.example"), &both[..1], PASS).await;
    assert!(known.unknown.is_empty());
}

#[tokio::test]
async fn the_answer_carries_every_mark_of_an_automatic_one_and_quotes_nothing() {
    let inbound = Inbound::with_domain().await;
    let draft = from("a", "lena@harbour.example").text("Buy at https://bad.example/x\r\n");
    bring(&inbound, &draft, PASS).await;
    let [mail] = &sent(&inbound)[..] else { panic!("one answer") };
    assert_eq!(mail.to, [address("lena@harbour.example")]);
    assert_eq!(mail.from, address("postmaster@crm.example.com"));
    let read = mail::parse::parse(&mail.mime).unwrap();
    assert_eq!(read.header("auto-submitted"), Some("auto-replied"));
    assert_eq!(read.header("x-auto-response-suppress"), Some("All"));
    assert_eq!(read.header("precedence"), Some("bulk"));
    assert_eq!(read.clues.in_reply_to, ["a@mail.example.com"]);
    assert_eq!(read.clues.references, ["a@mail.example.com"]);
    assert!(read.kind.forbids_auto_reply(), "nobody's program answers it: {:?}", read.kind);
    assert!(read.body.text.contains(NOBODY) && !read.body.text.contains("bad.example"));
}

#[tokio::test]
async fn programs_lists_reports_and_bad_or_unproved_mail_get_no_answer() {
    let lena = "lena@harbour.example";
    let drafts = [
        from("auto", lena).field("Auto-Submitted: auto-replied"),
        from("away", lena).subject("Out of office: back on Monday"),
        from("bulk", lena).field("Precedence: bulk"),
        from("list", lena).field("List-Id: <news.harbour.example>"),
        from("suppress", lena).field("X-Auto-Response-Suppress: All"),
        Draft::new("null", lena, NOBODY).field("Return-Path: <>"),
        Draft::new("no-path", lena, NOBODY),
        from("system", "mailer-daemon@harbour.example"),
    ];
    let inbound = Inbound::with_domain().await;
    for draft in &drafts {
        assert_eq!(bring(&inbound, draft, PASS).await, [], "{draft:?}");
    }
    for bad in ["spam", "virus", "dmarc"] {
        let verdicts = [("spf", "pass"), (bad, "fail")];
        assert_eq!(bring(&inbound, &from(bad, lena), &verdicts).await, [], "{bad}");
    }
    assert_eq!(bring(&inbound, &from("unproved", lena), &[]).await, []);
    assert!(sent(&inbound).is_empty());
}

#[tokio::test]
async fn mail_without_receipt_or_in_the_drop_folder_is_never_answered() {
    let inbound = Inbound::with_domain().await;
    let raw = from("a", "lena@harbour.example").raw("t");
    for key in ["drop/a.eml", "inbound/a"] {
        let settled = inbound.take_in(&inbound.announce(key, raw.clone(), &[])).await;
        assert_eq!((settled.outcome.name(), settled.unknown.len()), ("quarantined", 0));
    }
}

/// Two programs that answer every mail, one of them with no mark at all.
#[tokio::test]
async fn two_auto_responders_exchange_at_most_two_mails() {
    let inbound = Inbound::with_domain().await;
    let robot = "robot@machine.example";
    let mut exchanged = 0;
    let mut next = Some(from("start", robot));
    for turn in 0..20 {
        let Some(draft) = next.take() else { break };
        exchanged += 1;
        let before = sent(&inbound).len();
        bring(&inbound, &draft, PASS).await;
        if sent(&inbound).len() > before {
            exchanged += 1;
            next = Some(from(&format!("robot{turn}"), robot));
        }
    }
    // Its first mail and our answer; what it answers to that stays without one.
    assert_eq!(sent(&inbound).len(), 1);
    assert!(exchanged <= 3, "{exchanged}");
}

#[tokio::test]
async fn a_domain_with_many_senders_empties_its_bucket_which_fills_again_slowly() {
    let inbound = Inbound::with_domain().await;
    let mut answers = Vec::new();
    for n in 0..20 {
        let sender = format!("robot{n}@machine.example");
        answers.extend(bring(&inbound, &from(&format!("m{n}"), &sender), PASS).await);
    }
    let most = usize::try_from(limits::AUTO_ANSWERS_AT_ONCE).unwrap();
    assert_eq!(answers.iter().filter(|one| **one == Answered::Sent).count(), most);
    assert_eq!(bring(&inbound, &from("x", "lena@harbour.example"), PASS).await, [Answered::Sent]);
    inbound.world.clock.advance(limits::AUTO_ANSWER_EVERY);
    for (n, expected) in [(21, Answered::Sent), (22, Answered::Enough)] {
        let sender = format!("robot{n}@machine.example");
        assert_eq!(bring(&inbound, &from(&format!("m{n}"), &sender), PASS).await, [expected]);
    }
}

#[tokio::test]
async fn an_answer_that_was_lost_or_refused_is_never_sent_again() {
    for trouble in [
        SendAnswer::LoseSent,
        SendAnswer::LoseUnsent,
        SendAnswer::Throttle,
        SendAnswer::Reject("no".to_owned()),
    ] {
        let inbound = Inbound::with_domain().await;
        inbound.world.sender.script([trouble]);
        let draft = from("a", "lena@harbour.example");
        let announced = inbound.judged(&draft, &[NOBODY], PASS);
        let settled = inbound.take_in(&announced).await;
        assert_eq!(answer(&inbound, &settled.unknown).await, [Answered::NotSent]);
        let again = inbound.take_in(&announced).await;
        assert!(again.repeated && again.unknown.is_empty());
        assert!(sent(&inbound).len() <= 1);
    }
}

/// A table that is at the n-th call for the last time: the worker dies there.
struct DyingTable {
    inner: Arc<MemoryTable>,
    calls_left: std::sync::atomic::AtomicI64,
}

impl DyingTable {
    fn call(&self) -> Result<(), TableFault> {
        let left = self.calls_left.fetch_sub(1, std::sync::atomic::Ordering::Relaxed);
        if left > 0 { Ok(()) } else { Err(TableFault::new("die", "dead")) }
    }
}

#[async_trait]
impl Table for DyingTable {
    async fn get(&self, key: &Key) -> Result<Got, TableFault> {
        self.call()?;
        self.inner.get(key).await
    }

    async fn batch_get(&self, keys: &[Key]) -> Result<BatchGot, TableFault> {
        self.call()?;
        self.inner.batch_get(keys).await
    }

    async fn query(&self, query: &Query) -> Result<Page, TableFault> {
        self.call()?;
        self.inner.query(query).await
    }

    async fn write(&self, write: Write) -> Result<Units, WriteError> {
        self.call()?;
        self.inner.write(write).await
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<Units, TransactError> {
        self.call()?;
        self.inner.transact(writes).await
    }
}

#[tokio::test]
async fn a_worker_that_dies_at_any_call_leaves_at_most_one_answer() {
    for calls_left in 0..12 {
        let inbound = Inbound::with_domain().await;
        let announced = inbound.judged(&from("a", "lena@harbour.example"), &[NOBODY], PASS);
        let world = &inbound.world;
        let table =
            Arc::new(DyingTable { inner: world.table.clone(), calls_left: calls_left.into() });
        let dying = world.records_through(table);
        let archive = world.archive.as_ref();
        let taken = flows::take_in_mail::take_in_mail(&dying, archive, &announced).await;
        for unknown in taken.ok().flatten().into_iter().flat_map(|settled| settled.unknown) {
            let _ = answer_unknown_address(&dying, world.sender.as_ref(), &unknown).await;
        }
        // The queue brings it again, twice, after its lease has run out.
        for _ in 0..2 {
            world.clock.advance(limits::INTAKE_LEASE);
            let settled = inbound.take_in(&announced).await;
            answer(&inbound, &settled.unknown).await;
        }
        assert!(sent(&inbound).len() <= 1, "died after {calls_left} calls");
    }
}
