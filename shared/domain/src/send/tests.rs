use super::*;
use crate::bounce::BounceReason;
use crate::mail_event::ServerWords;

fn at(minute: i64) -> Timestamp {
    Timestamp::from_seconds(1_795_339_800 + minute * 60)
}

fn fresh() -> Send {
    let place = SendPlace::OneOff { message: MessageId::from_bits(1) };
    Send::queued(place, EmailAddress::parse("anna@example.com").unwrap(), None, at(0))
}

fn bounce(minute: i64, category: BounceCategory) -> Fact {
    Fact::Bounced(Bounce {
        at: at(minute),
        permanence: category.permanence(),
        category,
        reason: BounceReason::UserUnknown,
        hard: false,
        status: None,
        reply: None,
        diagnostic: ServerWords::default(),
    })
}

fn delay(minute: i64, until: i64) -> Fact {
    let category = Some(BounceCategory::MailboxFull);
    Fact::Delayed(Delay { at: at(minute), until: Some(at(until)), category })
}

fn told(facts: &[(i64, Fact)]) -> Send {
    let mut send = fresh();
    for (minute, fact) in facts {
        send.learn(at(*minute), fact);
    }
    send
}

#[test]
fn every_order_and_every_repetition_of_the_same_events_gives_the_same_record() {
    let events = [
        (1, Fact::Sent),
        (2, delay(2, 700)),
        (3, delay(3, 800)),
        (5, Fact::Delivered),
        (6, bounce(6, BounceCategory::MailboxFull)),
        (7, bounce(7, BounceCategory::BadMailbox)),
        (8, bounce(8, BounceCategory::BadMailbox)),
        (9, Fact::Opened(Who::Person)),
    ];
    let expected = told(&events);
    for shift in 0..events.len() {
        for stride in [1, 3, 5, 7] {
            let order: Vec<_> = (0..16).map(|n| events[(shift + n * stride) % 8].clone()).collect();
            assert_eq!(told(&order), expected, "shift {shift}, stride {stride}");
        }
    }
    assert_eq!(expected.status(), SendStatus::BouncedPermanent);
    assert_eq!(expected.delayed.unwrap().until, Some(at(800)));
}

#[test]
fn a_delay_turns_into_delivered_or_bounced_and_never_back() {
    let delayed = told(&[(2, delay(2, 700))]);
    assert_eq!(delayed.status(), SendStatus::Delayed);
    assert_eq!(delayed.category(), Some(BounceCategory::MailboxFull));
    let delivered = told(&[(5, Fact::Delivered), (2, delay(2, 700))]);
    assert_eq!((delivered.status(), delivered.category()), (SendStatus::Delivered, None));
    let bounced = told(&[(9, bounce(9, BounceCategory::MailboxFull)), (2, delay(2, 700))]);
    assert_eq!(bounced.status(), SendStatus::BouncedTemporary);
}

#[test]
fn a_fact_is_counted_once_however_often_it_is_told() {
    let mut send = fresh();
    let delivered = (at(5), Fact::Delivered);
    assert_eq!(send.learn(delivered.0, &delivered.1), Some(Counted::Delivered));
    assert_eq!(send.learn(delivered.0, &delivered.1), None);
    assert_eq!(send.learn(at(6), &Fact::Opened(Who::Machine)), Some(Counted::Machine));
    assert_eq!(send.learn(at(7), &Fact::Clicked(Who::Machine)), None);
    assert_eq!(send.status(), SendStatus::Delivered, "a scanner is no reader");
}

#[test]
fn every_status_is_reached() {
    let mut seen: Vec<SendStatus> = vec![fresh().status()];
    let facts = [
        Fact::Sent,
        Fact::Delivered,
        delay(1, 2),
        bounce(1, BounceCategory::MailboxFull),
        bounce(1, BounceCategory::BadMailbox),
        Fact::Complained(ComplaintFact { at: at(1), feedback_type: None }),
        Fact::Rejected("virus".to_owned()),
        Fact::Opened(Who::Person),
        Fact::Clicked(Who::Person),
    ];
    seen.extend(facts.map(|fact| told(&[(1, fact)]).status()));
    let stopped = Stopped { at: at(1), reason: "r".to_owned() };
    let unknown = Send { unknown_at: Some(at(1)), ..fresh() };
    let failed = Send { failed: Some(stopped.clone()), ..fresh() };
    let skipped = Send { skipped: Some(stopped), ..fresh() };
    seen.extend([unknown, failed, skipped].map(|send| send.status()));
    assert_eq!(seen, SendStatus::ALL);
}

#[test]
fn an_automatic_answer_is_a_category_and_no_bounce() {
    let answered = told(&[(3, Fact::AutoReplied)]);
    assert_eq!(answered.status(), SendStatus::Delivered);
    assert_eq!(answered.category(), Some(BounceCategory::AutoReply));
    assert_eq!(answered.bounce(), None);
}
