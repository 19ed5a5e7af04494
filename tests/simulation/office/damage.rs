//! Each invariant can fail: of an office at rest that is damaged in one way it says so, by its name.

use domain::email_address::EmailAddress;
use domain::ids::{ContactId, MessageId, ThreadId};
use domain::thread::Thread;
use domain::timestamp::Timestamp;
use flows::ports::MailSender;
use futures::executor::block_on;

use super::decided::FollowUp;
use super::driver::Play;
use super::invariants::{self, Rest};
use super::scene::Expected;
use super::{found, play};
use crate::fate::FaultPlan;

/// What is done to what was expected and to the provider, and then to the records as they were read.
type Damage = (&'static str, fn(&mut Play), fn(&mut Rest<'_>));

fn nothing(_: &mut Play) {}

fn none(_: &mut Rest<'_>) {}

fn a_thread() -> ThreadId {
    ThreadId::from_bits(1)
}

fn another_thread() -> ThreadId {
    ThreadId::from_bits(2)
}

fn a_message() -> MessageId {
    MessageId::from_bits(1)
}

fn a_contact() -> ContactId {
    ContactId::from_bits(1)
}

/// Posts once more what went out, as a provider that is asked twice would.
fn post_again(play: &Play, fits: impl Fn(&super::ports::Posted) -> bool) {
    let log = play.office.provider.log();
    let posted = log.iter().find(|posted| fits(posted)).expect("such a mail went out");
    block_on(play.office.provider.send(&posted.mail)).expect("the provider takes it");
}

const ALL: &[Damage] = &[
    (
        "every mail has its outcome",
        |play| {
            let expected = Expected::Filed("lost".to_owned(), Default::default());
            play.office.expected.insert("inbound/lost".to_owned(), expected);
        },
        none,
    ),
    (
        "one message each, delivered to whom it was for",
        |play| {
            let ben = play.office.user("ben");
            let expected = play.office.expected.values_mut();
            for one in expected {
                if let Expected::Filed(name, owners) = one
                    && name == "m1"
                {
                    owners.insert(ben);
                }
            }
        },
        none,
    ),
    ("who wrote has a record", nothing, |rest| rest.contacts.clear()),
    (
        "a mail stays where people put it",
        |play| drop(play.decided.placed.insert(a_message(), vec![a_thread()])),
        none,
    ),
    (
        "what people put apart is not joined",
        |play| drop(play.decided.placed.insert(a_message(), vec![a_thread(), another_thread()])),
        |rest| {
            let mut thread = Thread::opened(a_thread(), String::new(), Timestamp::default());
            thread.merged_into = Some(another_thread());
            rest.threads.insert(a_thread(), thread);
        },
    ),
    (
        "answers follow the mail they answer",
        |play| {
            let header_id = "m1@mail.example.com".to_owned();
            play.decided.placed.clear();
            let follow_up =
                FollowUp { header_id, parent: a_message(), stood: a_thread(), placed: 0 };
            play.decided.follow_ups = vec![follow_up];
        },
        none,
    ),
    (
        "links are what people last said",
        |play| {
            play.decided.links.insert((a_message(), a_contact()), true);
        },
        none,
    ),
    ("each link is one line of a timeline", nothing, |rest| {
        rest.messages[0].contacts.push(a_contact());
    }),
    (
        "records are merged as people merged them",
        |play| {
            play.decided.merged.insert(a_contact(), ContactId::from_bits(2));
        },
        none,
    ),
    ("no address is lost", nothing, |rest| {
        let mut living = rest.contacts.values_mut().filter(|one| one.merged_into.is_none());
        let contact = living.next().expect("somebody is there");
        contact.addresses.push(EmailAddress::parse("unclaimed@quay.example").unwrap());
    }),
    (
        "what was written went out at most once",
        |play| post_again(play, |posted| posted.message().is_some()),
        none,
    ),
    (
        "what is said to be accepted went out",
        |play| {
            let log = play.office.provider.log();
            let posted = log.iter().find(|posted| posted.message().is_some());
            let mut mail = posted.expect("a mail went out").mail.clone();
            mail.tags = vec![("message".to_owned(), a_message().to_string())];
            block_on(play.office.provider.send(&mail)).expect("the provider takes it");
        },
        none,
    ),
    (
        "one automatic answer a day",
        |play| {
            for _ in 0..2 {
                post_again(play, super::ports::Posted::is_unknown_address);
            }
        },
        none,
    ),
];

#[test]
fn every_invariant_tells_the_damage_that_it_is_about() {
    let mut play = play(1, FaultPlan::Calm);
    let named: Vec<&str> = invariants::ALL.iter().map(|(name, _)| *name).collect();
    let damaged: Vec<&str> = ALL.iter().map(|(name, ..)| *name).collect();
    assert_eq!(damaged, named);
    let undamaged = play.decided.clone();
    for ((name, to_play, to_rest), (_, holds)) in ALL.iter().zip(invariants::ALL) {
        assert_eq!(holds(&Rest::of(&play)), Ok(()), "{name}, before");
        let expected = play.office.expected.clone();
        let log = play.office.provider.count();
        to_play(&mut play);
        let mut rest = Rest::of(&play);
        to_rest(&mut rest);
        assert!(holds(&rest).is_err(), "{name}, after");
        play.office.expected = expected;
        play.decided = undamaged.clone();
        play.office.provider.forget_after(log);
    }
    let mut rest = Rest::of(&play);
    assert_eq!(found::check(&rest), Ok(()));
    rest.messages.pop();
    assert!(found::check(&rest).is_err(), "what is found is what is there");
}
