//! Conversations joined by a mail that names both, tokens, suggestions, and what people correct.

use std::collections::BTreeSet;

use domain::ids::{MessageId, RequestId, ThreadId};
use domain::message::Message;
use domain::permission::{Actor, ReadMail, Scope, WriteMail};
use domain::thread::{Thread, ThreadReason};
use domain::user::Role;
use flows::correct_threads::{self, Corrector};
use flows::origin::Origin;
use flows::paging::Wish;
use flows::show_thread::{show_thread, suggestion};
use mail::reply_token::{ReplyKey, ReplyTarget, ReplyToken};
use store::table::TableName;
use testkit::people::make_tenant;
use testkit::raw_mail::Draft;

use crate::bench_of_inbound::{ANNA, BEN, CUSTOMER, Inbound};

fn actor(inbound: &Inbound) -> Actor {
    let scopes = Scope::ALL.iter().copied().collect();
    Actor::new(inbound.tenant.id, inbound.tenant.people["anna"], Role::Owner, scopes)
}

/// With In-Reply-To alone, as some clients write it.
fn only_answering(id: &str, to: &str) -> Draft {
    Draft::new(id, CUSTOMER, ANNA).field(&format!("In-Reply-To: <{to}@mail.example.com>"))
}

async fn shown(inbound: &Inbound, thread: ThreadId) -> (Thread, Vec<MessageId>) {
    let allowed = actor(inbound).require::<ReadMail>().unwrap();
    let wish = Wish { limit: 50, after: None };
    let (thread, page) = show_thread(&inbound.world.records, &allowed, thread, wish).await.unwrap();
    (thread, page.items.into_iter().map(|mail| mail.message.id).collect())
}

async fn correct<T>(
    inbound: &Inbound,
    what: impl AsyncFnOnce(Corrector<'_>) -> Result<T, flows::error::FlowError>,
) -> T {
    let actor = actor(inbound);
    let (sees, may) = (actor.require::<ReadMail>().unwrap(), actor.require::<WriteMail>().unwrap());
    let request = RequestId::from_bits(inbound.world.records.fresh_bits());
    what(Corrector { sees: &sees, may: &may, request }).await.unwrap()
}

fn stands(inbound: &Inbound, id: MessageId) -> Message {
    inbound.messages().into_iter().find(|message| message.id == id).unwrap()
}

#[tokio::test]
async fn a_conversation_whose_middle_mail_comes_last_ends_in_one_thread() {
    let inbound = Inbound::new().await;
    let first = inbound.message(&Draft::new("m1", CUSTOMER, ANNA)).await;
    let third = inbound.message(&only_answering("m3", "m2")).await;
    let fifth = inbound.message(&only_answering("m5", "m4")).await;
    assert_eq!(BTreeSet::from([first.thread, third.thread, fifth.thread]).len(), 3);
    inbound.message(&only_answering("m4", "m3")).await;
    inbound.message(&only_answering("m2", "m1")).await;

    let threads: BTreeSet<ThreadId> = inbound.messages().iter().map(|m| m.thread).collect();
    assert_eq!(threads.len(), 1, "every message names the thread itself");
    for old in [first.thread, third.thread, fifth.thread] {
        let (thread, messages) = shown(&inbound, old).await;
        assert_eq!((threads.contains(&thread.id), messages.len()), (true, 5));
    }
}

#[tokio::test]
async fn a_mail_awaited_by_a_thread_that_became_part_of_another_goes_to_that_one() {
    let inbound = Inbound::new().await;
    let first = inbound.message(&Draft::new("m1", CUSTOMER, ANNA)).await;
    inbound.message(&Draft::new("m3", CUSTOMER, ANNA).answering(&["mx", "m2"])).await;
    inbound.message(&only_answering("m2", "m1")).await;
    // Nothing but the older claim of its own id leads it anywhere.
    let late = inbound.message(&Draft::new("mx", CUSTOMER, ANNA)).await;
    let (thread, messages) = shown(&inbound, first.thread).await;
    assert_eq!((late.thread, messages.len()), (thread.id, 4));
}

#[tokio::test]
async fn a_signed_token_leads_home_in_every_form_and_a_forged_one_nowhere() {
    let inbound = Inbound::new().await;
    let offer = inbound.message(&Draft::new("offer", ANNA, "lena@harbour.example")).await;
    let other = make_tenant(&inbound.world.records, 2, &["eve@other.example.org"]).await.unwrap();
    let key = ReplyKey::current(&inbound.world.records.hasher);
    let target = ReplyTarget::Message(offer.id);
    let token = ReplyToken::sign(key, inbound.tenant.id, target);
    let forged = ReplyToken::sign(key, other.id, target);
    let new = |id: &str| Draft::new(id, CUSTOMER, ANNA).subject("Something new");
    let tagged = |id: &str, token: &ReplyToken| {
        Draft::new(id, CUSTOMER, &format!("anna+{}@crm.example.com", token.as_str()))
    };
    for (draft, reason) in [
        (tagged("a", &token), ThreadReason::ReplyToken),
        (
            new("b").field(&format!("References: <{}>", token.in_header_id("crm.example.com"))),
            ThreadReason::ReplyToken,
        ),
        (
            new("c").field(&format!("Reply-To: anna+{}@crm.example.com", token.as_str())),
            ThreadReason::ReplyToken,
        ),
        (
            new("d").text(&format!("Yes.\r\n\r\n> {}\r\n", token.in_text())),
            ThreadReason::EmbeddedToken,
        ),
    ] {
        let message = inbound.message(&draft).await;
        assert_eq!((message.thread, message.thread_reason), (offer.thread, reason));
    }
    for draft in [tagged("e", &forged), new("f").text(&forged.in_text())] {
        let message = inbound.message(&draft).await;
        assert_eq!(message.thread_reason, ThreadReason::Opened);
    }
}

#[tokio::test]
async fn the_same_subject_among_the_same_people_is_suggested_and_never_acted_on() {
    let inbound = Inbound::new().await;
    let mail = |id: &str, date: &str| {
        Draft::new(id, CUSTOMER, ANNA).subject("Re: Offer").date(&format!("{date} 09:00:00 +0000"))
    };
    let one = inbound.message(&mail("one", "Sun, 01 Nov 2026")).await;
    let two = inbound.message(&mail("two", "Fri, 20 Nov 2026")).await;
    let stranger = Draft::new("x", "a@one.example", ANNA).subject("Offer");
    let stranger = inbound.message(&stranger).await;
    let old = inbound.message(&mail("old", "Thu, 03 Sep 2026")).await;
    assert_eq!(BTreeSet::from([one.thread, two.thread, stranger.thread, old.thread]).len(), 4);

    let allowed = actor(&inbound).require::<ReadMail>().unwrap();
    let suggested = async |thread| {
        let (thread, _) = shown(&inbound, thread).await;
        suggestion(&inbound.world.records, &allowed, &thread).await.unwrap()
    };
    assert_eq!(suggested(two.thread).await, Some(one.thread));
    assert_eq!(suggested(one.thread).await, None);
    assert_eq!(suggested(stranger.thread).await, None);
    assert_eq!(suggested(old.thread).await, None, "more than 30 days apart");
}

#[tokio::test]
async fn a_split_is_final_and_answers_follow_the_mail_that_was_split_off() {
    let inbound = Inbound::new().await;
    let first = inbound.message(&Draft::new("s1", CUSTOMER, ANNA)).await;
    let second = inbound.message(&Draft::new("s2", CUSTOMER, ANNA).answering(&["s1"])).await;
    let origin = Origin::fresh(&inbound.world.records);
    let records = &inbound.world.records;
    let made = correct(&inbound, async |by| {
        correct_threads::split(records, by, origin, first.thread, &[second.id]).await
    })
    .await;
    let again = correct(&inbound, async |by| {
        correct_threads::split(records, by, origin, made.id, &[second.id]).await
    })
    .await;
    assert_eq!(made.id, again.id, "a repeated request splits once");
    let moved = stands(&inbound, second.id);
    assert_eq!((moved.thread, moved.thread_reason), (made.id, ThreadReason::ByPerson));

    // The answer names both; its own answer, and a second copy of the mail itself, come later.
    let third = inbound.message(&Draft::new("s3", CUSTOMER, ANNA).answering(&["s1", "s2"])).await;
    let fourth =
        inbound.message(&Draft::new("s4", CUSTOMER, ANNA).answering(&["s1", "s2", "s3"])).await;
    assert_eq!((third.thread, fourth.thread), (made.id, made.id));
    let copy = inbound.received(&Draft::new("s2", CUSTOMER, ANNA).answering(&["s1"]), &[BEN]);
    assert_eq!(inbound.take_in(&copy).await.outcome.name(), "duplicate");
    assert_eq!(stands(&inbound, second.id).thread, made.id);
    let beside = inbound.message(&Draft::new("s5", CUSTOMER, ANNA).answering(&["s1"])).await;
    assert_eq!(beside.thread, first.thread, "the rest goes on as before");

    // The reverse operation undoes it.
    correct(&inbound, async |by| correct_threads::merge(records, by, made.id, first.thread).await)
        .await;
    let (thread, messages) = shown(&inbound, made.id).await;
    assert_eq!((thread.id, messages.len()), (first.thread, 5));
}

#[tokio::test]
async fn moved_messages_take_their_answers_along_and_merged_threads_stay_merged() {
    let inbound = Inbound::new().await;
    let one = inbound.message(&Draft::new("a1", CUSTOMER, ANNA)).await;
    let stray = inbound.message(&Draft::new("a2", CUSTOMER, ANNA).answering(&["a1"])).await;
    let two = inbound.message(&Draft::new("b1", "b@two.example", ANNA)).await;
    let records = &inbound.world.records;
    correct(&inbound, async |by| {
        let ids = [stray.id];
        correct_threads::move_messages(records, by, one.thread, &ids, two.thread).await
    })
    .await;
    let answer = inbound.message(&Draft::new("a3", CUSTOMER, ANNA).answering(&["a1", "a2"])).await;
    assert_eq!(answer.thread, two.thread);
    let (_, left) = shown(&inbound, one.thread).await;
    assert_eq!(left, [one.id], "the threads were not joined by the mail that names both");

    let three = inbound.message(&Draft::new("c1", CUSTOMER, ANNA)).await;
    correct(&inbound, async |by| {
        correct_threads::merge(records, by, three.thread, one.thread).await
    })
    .await;
    let late = inbound.message(&Draft::new("c2", CUSTOMER, ANNA).answering(&["c1"])).await;
    let (thread, messages) = shown(&inbound, three.thread).await;
    assert_eq!((thread.id, late.thread), (one.thread, one.thread));
    assert_eq!(messages.len(), 3);
    let aliases: Vec<Thread> = inbound.records(TableName::Crm, "thread");
    assert_eq!(aliases.iter().filter(|thread| thread.merged_into.is_some()).count(), 1);
}
