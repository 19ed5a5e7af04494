//! Exactly once: repeated requests, workers that die at any call of the table, and providers that
//! throttle or lose their answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use domain::hand_over::HandOverState;
use domain::limits;
use domain::mail_event::{Fact, MailEvent, Teller};
use domain::refusal::RefusalCode;
use domain::send::{SendPlace, SendStatus};
use domain::suppression::SuppressionCause;
use flows::apply_mail_event::apply_mail_events;
use flows::error::FlowError;
use store::table::{
    BatchGot, Got, Key, Page, Query, Table, TableFault, TransactError, Units, Write, WriteError,
};
use testkit::memory_sender::SendAnswer;
use testkit::memory_table::MemoryTable;

use crate::sending_desk::{CUSTOMER, Desk, address, to};

/// A table whose worker dies at one call: before it is done, or after, so that its answer is lost.
pub struct DyingTable {
    inner: Arc<MemoryTable>,
    calls_left: AtomicU32,
    done_first: bool,
}

impl DyingTable {
    /// A worker's connection that breaks at its call of that number.
    pub fn over(inner: Arc<MemoryTable>, calls: u32, done_first: bool) -> Arc<Self> {
        Arc::new(Self { inner, calls_left: AtomicU32::new(calls), done_first })
    }

    /// Whether the worker lives on; at its last call `Some(true)` where the call is still done.
    fn fate(&self) -> Option<bool> {
        let before = self
            .calls_left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| Some(left.saturating_sub(1)));
        match before.unwrap_or_default() {
            0 => Some(false),
            1 => Some(self.done_first),
            _ => None,
        }
    }

    fn dead() -> TableFault {
        TableFault::new("anything", "the worker died")
    }
}

#[async_trait]
impl Table for DyingTable {
    async fn get(&self, key: &Key) -> Result<Got, TableFault> {
        if self.fate().is_some() { Err(Self::dead()) } else { self.inner.get(key).await }
    }

    async fn batch_get(&self, keys: &[Key]) -> Result<BatchGot, TableFault> {
        if self.fate().is_some() { Err(Self::dead()) } else { self.inner.batch_get(keys).await }
    }

    async fn query(&self, query: &Query) -> Result<Page, TableFault> {
        if self.fate().is_some() { Err(Self::dead()) } else { self.inner.query(query).await }
    }

    async fn write(&self, write: Write) -> Result<Units, WriteError> {
        let fate = self.fate();
        if fate != Some(false) {
            let done = self.inner.write(write).await;
            if fate.is_none() {
                return done;
            }
        }
        Err(Self::dead().into())
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<Units, TransactError> {
        let fate = self.fate();
        if fate != Some(false) {
            let done = self.inner.transact(writes).await;
            if fate.is_none() {
                return done;
            }
        }
        Err(Self::dead().into())
    }
}

/// More than one send makes.
const CALLS_MAX: u32 = 12;

#[tokio::test]
async fn a_worker_that_dies_at_any_call_sends_nothing_twice_and_loses_nothing() {
    let mut unknown = 0;
    for calls in 1..=CALLS_MAX {
        for done_first in [false, true] {
            let desk = Desk::new().await;
            let origin = desk.origin(1);
            let table = DyingTable::over(desk.world.table.clone(), calls, done_first);
            let first = desk.send_through(&desk.through(table), origin, to(&[CUSTOMER])).await;
            // The same request comes again, later than any worker may take.
            desk.world.clock.advance(limits::HAND_OVER_TIME * 2);
            let again = desk.send(origin, to(&[CUSTOMER])).await.unwrap();
            let out = desk.world.sender.sent().len();
            let place = format!("call {calls}, done {done_first}, {first:?}");
            match again.state {
                HandOverState::Accepted(_) => assert_eq!(out, 1, "{place}"),
                HandOverState::Begun(_) => {
                    unknown += 1;
                    assert!(out <= 1, "{place}");
                    let status = desk.sends(again.message).await[0].status();
                    assert_eq!(status, SendStatus::Unknown, "{place}");
                }
                HandOverState::Queued | HandOverState::Refused(_) => panic!("{place}"),
            }
        }
    }
    // Only a death between the right to hand over and the record of the answer leaves a question.
    assert_eq!(unknown, 2);
}

#[tokio::test]
async fn a_repeated_request_is_the_same_mail() {
    let desk = Desk::new().await;
    let origin = desk.origin(1);
    let first = desk.send(origin, to(&[CUSTOMER])).await.unwrap();
    let second = desk.send(origin, to(&[CUSTOMER])).await.unwrap();
    assert_eq!((first.message, first.state), (second.message, second.state));
    assert_eq!(desk.world.sender.sent().len(), 1);
}

#[tokio::test]
async fn a_lost_answer_is_unknown_until_an_event_tells_and_nothing_is_sent_again() {
    for answer in [SendAnswer::LoseSent, SendAnswer::LoseUnsent] {
        let desk = Desk::new().await;
        desk.world.sender.script([answer]);
        let origin = desk.origin(1);
        let sent = desk.send(origin, to(&[CUSTOMER])).await.unwrap();
        assert!(matches!(sent.state, HandOverState::Begun(_)));
        assert_eq!(desk.sends(sent.message).await[0].status(), SendStatus::Unknown);
        let out = desk.world.sender.sent().len();
        desk.world.clock.advance(limits::HAND_OVER_TIME * 2);
        let again = desk.send(origin, to(&[CUSTOMER])).await.unwrap();
        assert!(matches!(again.state, HandOverState::Begun(_)));
        assert_eq!(desk.world.sender.sent().len(), out);

        let event = MailEvent {
            tenant: desk.id(),
            place: Some(SendPlace::OneOff { message: sent.message }),
            recipient: address(CUSTOMER),
            at: desk.world.records.clock.now(),
            fact: Fact::Sent,
            teller: Teller::Provider,
            provider_id: Some("told-by-event".to_owned()),
        };
        for _ in 0..2 {
            let events = std::slice::from_ref(&event);
            apply_mail_events(&desk.world.records, events).await.unwrap();
        }
        assert_eq!(desk.sends(sent.message).await[0].status(), SendStatus::Sent);
        let state = desk.hand_over(sent.message).await.state();
        assert_eq!(state, HandOverState::Accepted("told-by-event".to_owned()));
    }
}

#[tokio::test]
async fn a_throttled_mail_waits_and_goes_out_once_when_it_is_asked_for_again() {
    for answer in [SendAnswer::Throttle, SendAnswer::Fail] {
        let desk = Desk::new().await;
        desk.world.sender.script([answer.clone()]);
        let origin = desk.origin(1);
        match desk.send(origin, to(&[CUSTOMER])).await.unwrap_err() {
            FlowError::Refused(refused) => {
                assert_eq!(answer, SendAnswer::Throttle);
                assert_eq!(refused.code, RefusalCode::SendingThrottled);
                assert!(refused.retry_at.is_some());
            }
            FlowError::Failed(_) => assert_eq!(answer, SendAnswer::Fail),
        }
        let again = desk.send(origin, to(&[CUSTOMER])).await.unwrap();
        assert!(matches!(again.state, HandOverState::Accepted(_)));
        assert_eq!(desk.world.sender.sent().len(), 1);
    }
}

#[tokio::test]
async fn who_is_blocked_between_the_looks_is_skipped_and_the_others_get_it() {
    let desk = Desk::new().await;
    let (origin, both) = (desk.origin(1), [CUSTOMER, "late@example.org"]);
    desk.world.sender.script([SendAnswer::Throttle]);
    desk.send(origin, to(&both)).await.unwrap_err();
    desk.block("late@example.org", SuppressionCause::Bounce).await;
    let message = flows::hand_over::message_of(origin);
    let post = flows::hand_over::Post {
        records: &desk.world.records,
        archive: desk.world.archive.as_ref(),
        sender: desk.world.sender.as_ref(),
    };
    let sent = flows::hand_over::resume(&post, desk.id(), message).await.unwrap();
    let out = desk.world.sender.sent();
    assert_eq!((out.len(), out[0].to.len()), (1, 1));
    let status: Vec<SendStatus> = sent.sends.iter().map(domain::send::Send::status).collect();
    assert_eq!(status, [SendStatus::Sent, SendStatus::Skipped]);
    assert_eq!(desk.sends(message).await[1].skipped.as_ref().unwrap().reason, "bounce");
}
