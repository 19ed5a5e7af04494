//! Meetings that recur: changes from one instance on, instances beside the rule, answers to one of them, and
//! people who send others. Whatever the order of the mails, they amount to the same.

use domain::limits::{INSTANCE_ANSWERS_MAX, MEETING_ADDED_MAX, OCCURRENCES_MAX};
use domain::meeting::CalendarMail;
use domain::meeting_state::{Meeting, meeting};
use domain::timestamp::Timestamp;
use store::table::TableName;

use crate::bench_of_inbound::{ANNA, Inbound};
use crate::calendar_mails::{Itip, amount_in_every_order, bring, starts};

const LENA: &str = "lena@harbour.example";
const OMAR: &str = "omar@quay.example";

fn weekly() -> Itip {
    Itip::new("m1", "REQUEST", 0).with("RRULE:FREQ=WEEKLY;COUNT=6")
}

fn from(id: &str, method: &str, sequence: u32, instance: &str) -> Itip {
    let line = format!("RECURRENCE-ID;RANGE=THISANDFUTURE:{instance}");
    Itip::new(id, method, sequence).with(&line)
}

const REGULAR: [&str; 6] = [
    "2026-12-01T09:00",
    "2026-12-08T09:00",
    "2026-12-15T09:00",
    "2026-12-22T09:00",
    "2026-12-29T09:00",
    "2027-01-05T09:00",
];

#[tokio::test]
async fn a_change_from_one_instance_on_moves_it_and_all_that_follow() {
    let later = from("m2", "REQUEST", 1, "20261215T090000Z").at("20261216T103000Z");
    let meeting = amount_in_every_order(&[weekly(), later.clone()]).await;
    let moved = ["2026-12-16T10:30", "2026-12-23T10:30", "2026-12-30T10:30", "2027-01-06T10:30"];
    assert_eq!(starts(&meeting), [&REGULAR[..2], &moved[..]].concat());
    let span = |text: &str| Timestamp::parse(text).unwrap();
    let all = meeting.occurrences(span("2026-12-20T00:00:00Z"), span("2027-01-01T00:00:00Z"));
    let names: Vec<&str> = all.iter().map(|one| one.part.summary.as_deref().unwrap()).collect();
    assert_eq!(names, ["Review 1", "Review 1"]);
    assert!(all.iter().all(|one| one.end_at.millis() - one.start_at.millis() == 3_600_000));

    // Of two such changes the newer holds where it reaches; earlier instances keep the older one.
    let again = from("m3", "REQUEST", 2, "20261229T090000Z").at("20261229T140000Z");
    let meeting = amount_in_every_order(&[weekly(), later.clone(), again]).await;
    let last = ["2026-12-29T14:00", "2027-01-05T14:00"];
    assert_eq!(starts(&meeting), [&REGULAR[..2], &moved[..2], &last[..]].concat());

    // What is said of one instance later holds against it; what was said before does not.
    let one = |id: &str, sequence| {
        let line = "RECURRENCE-ID:20261222T090000Z";
        Itip::new(id, "REQUEST", sequence).with(line).at("20261222T200000Z")
    };
    let meeting = amount_in_every_order(&[weekly(), later.clone(), one("m3", 2)]).await;
    assert!(starts(&meeting).contains(&"2026-12-22T20:00".to_owned()));
    assert_eq!(starts(&meeting).len(), 6);
    let older = from("m2", "REQUEST", 2, "20261215T090000Z").at("20261216T103000Z");
    let meeting = amount_in_every_order(&[weekly(), older, one("m3", 1)]).await;
    assert_eq!(starts(&meeting), [&REGULAR[..2], &moved[..]].concat());

    // A whole that is newer begins anew.
    let anew = weekly().id("m4", 3);
    let meeting = amount_in_every_order(&[weekly(), later, anew]).await;
    assert_eq!(starts(&meeting), REGULAR);
}

#[tokio::test]
async fn an_end_from_one_instance_on_calls_off_the_rest_until_something_newer() {
    let off = from("m2", "CANCEL", 1, "20261222T090000Z");
    let meeting = amount_in_every_order(&[weekly(), off.clone()]).await;
    assert_eq!((starts(&meeting), meeting.cancelled), (REGULAR[..3].to_vec_of_texts(), false));
    let on = from("m3", "REQUEST", 2, "20261229T090000Z").at("20261229T090000Z");
    let meeting = amount_in_every_order(&[weekly(), off, on]).await;
    assert_eq!(starts(&meeting), [&REGULAR[..3], &REGULAR[4..]].concat());
}

trait Texts {
    fn to_vec_of_texts(&self) -> Vec<String>;
}

impl Texts for [&str] {
    fn to_vec_of_texts(&self) -> Vec<String> {
        self.iter().map(|text| (*text).to_owned()).collect()
    }
}

#[tokio::test]
async fn instances_beside_the_rule_take_place_once_and_can_be_left_out_and_moved() {
    let weekly = weekly()
        .with("RDATE:20261203T090000Z,20261208T090000Z")
        .with("RDATE;VALUE=PERIOD:20261210T090000Z/PT3H")
        .with("EXDATE:20261215T090000Z,20261210T090000Z");
    let moved =
        Itip::new("m2", "REQUEST", 1).with("RECURRENCE-ID:20261203T090000Z").at("20261204T090000Z");
    let meeting = amount_in_every_order(&[weekly, moved]).await;
    let wanted = [&REGULAR[..1], &["2026-12-04T09:00"], &REGULAR[1..2], &REGULAR[3..]].concat();
    assert_eq!(starts(&meeting), wanted);
    // Without a rule, the instances are the first one and those.
    let alone = Itip::new("m1", "REQUEST", 0).with("RDATE:20270107T090000Z");
    let meeting = amount_in_every_order(&[alone]).await;
    assert_eq!(starts(&meeting), ["2026-12-01T09:00", "2027-01-07T09:00"]);
}

fn ours(id: &str, sequence: u32) -> Itip {
    let asked = format!("ATTENDEE:mailto:{LENA}");
    Itip::new(id, "REQUEST", sequence).from(ANNA).organizer(ANNA).with(&asked)
}

fn reply(id: &str, who: &str, sequence: u32, words: &str) -> Itip {
    let line = format!("ATTENDEE;{words}:mailto:{who}");
    Itip::new(id, "REPLY", sequence).from(who).organizer(ANNA).with(&line)
}

fn of<'m>(meeting: &'m Meeting, who: &str) -> &'m domain::meeting::Attendance {
    meeting.attendees.iter().find(|one| one.address.expose() == who).unwrap()
}

#[tokio::test]
async fn who_sends_somebody_else_is_told_with_him_and_who_was_sent_answers_for_himself() {
    let sends = format!("PARTSTAT=DELEGATED;DELEGATED-TO=\"mailto:{OMAR}\"");
    let sent = reply("m2", LENA, 1, &sends);
    let meeting = amount_in_every_order(&[ours("m1", 1), sent.clone()]).await;
    let lena = of(&meeting, LENA);
    assert_eq!(lena.participation.as_deref(), Some("DELEGATED"));
    assert_eq!(lena.delegated_to.as_ref().unwrap().expose(), OMAR);
    let omar = of(&meeting, OMAR);
    assert_eq!(omar.participation.as_deref(), Some("NEEDS-ACTION"));
    assert_eq!(omar.delegated_from.as_ref().unwrap().expose(), LENA);

    let comes = format!("PARTSTAT=ACCEPTED;DELEGATED-FROM=\"mailto:{LENA}\"");
    let comes = reply("m3", OMAR, 1, &comes).stamp("20261121T000000Z");
    let meeting = amount_in_every_order(&[ours("m1", 1), sent.clone(), comes]).await;
    assert_eq!(of(&meeting, OMAR).participation.as_deref(), Some("ACCEPTED"));
    assert_eq!(of(&meeting, OMAR).delegated_from.as_ref().unwrap().expose(), LENA);

    // That he was sent is not his own word to give.
    let claims = format!("PARTSTAT=ACCEPTED;DELEGATED-FROM=\"mailto:{LENA}\"");
    let claims = reply("m2", "eve@evil.example", 1, &claims);
    let meeting = amount_in_every_order(&[ours("m1", 1), claims]).await;
    assert_eq!(of(&meeting, "eve@evil.example").delegated_from, None);
    // Who comes himself after all has sent nobody.
    let back = reply("m3", LENA, 1, "PARTSTAT=ACCEPTED").stamp("20261122T000000Z");
    let meeting = amount_in_every_order(&[ours("m1", 1), sent, back]).await;
    assert_eq!(of(&meeting, LENA).delegated_to, None);
    assert!(meeting.attendees.iter().all(|one| one.address.expose() != OMAR));
}

#[tokio::test]
async fn an_answer_to_one_instance_is_told_of_that_one_alone() {
    let ours = ours("m1", 1).with("RRULE:FREQ=WEEKLY;COUNT=4");
    let all = reply("m2", LENA, 1, "PARTSTAT=ACCEPTED");
    let one = |id: &str, words: &str, stamp: &str| {
        reply(id, LENA, 1, words).with("RECURRENCE-ID:20261208T090000Z").stamp(stamp)
    };
    let not = one("m3", "PARTSTAT=DECLINED", "20261121T000000Z");
    let before = one("m4", "PARTSTAT=TENTATIVE", "20261120T000000Z");
    let meeting = amount_in_every_order(&[ours.clone(), all, not, before]).await;
    assert_eq!(of(&meeting, LENA).participation.as_deref(), Some("ACCEPTED"));
    let [answer] = &meeting.instance_answers[..] else { panic!("one answer") };
    assert_eq!(answer.instance.local, "20261208T090000Z".trim_end_matches('Z'));
    assert_eq!(answer.participation.as_deref(), Some("DECLINED"), "the later one");
    // An answer to a version of the instance that is no more says nothing about this one.
    let moved = ours.clone().id("m5", 2).without("RRULE:FREQ=WEEKLY;COUNT=4");
    let moved = moved.with("RECURRENCE-ID:20261208T090000Z").at("20261209T090000Z");
    let stale = one("m3", "PARTSTAT=DECLINED", "20261121T000000Z");
    let meeting = amount_in_every_order(&[ours, moved, stale]).await;
    assert!(meeting.instance_answers.is_empty());
}

#[tokio::test]
async fn hostile_ranges_and_dates_stay_bounded() {
    let days: String = (0..5_000)
        .map(|n| format!("RDATE:2027{:02}{:02}T090000Z\r\n", n / 28 % 12 + 1, n % 28 + 1))
        .collect();
    let endless = Itip::new("m1", "REQUEST", 0)
        .with("RRULE:FREQ=DAILY;COUNT=4294967295")
        .with(days.trim_end());
    let far = from("m2", "REQUEST", 1, "20261202T090000Z").at("99981231T090000Z");
    let back = from("m3", "REQUEST", 2, "20261203T090000Z").at("00010101T090000Z");
    let inbound = Inbound::new().await;
    bring(&inbound, &[&endless, &far, &back], &[ANNA]).await;
    let anna = inbound.tenant.people["anna"];
    let mut all: Vec<CalendarMail> = inbound.records(TableName::Crm, "calendar_mail");
    all.retain(|mail| mail.user == anna);
    let most = all.iter().flat_map(|mail| &mail.parts).map(|part| part.added.len()).max().unwrap();
    assert_eq!(most, MEETING_ADDED_MAX);
    let meeting = meeting(&all).unwrap();
    let (first, last) = (Timestamp::default(), Timestamp::from_millis(i64::MAX));
    assert!(meeting.occurrences(first, last).len() <= OCCURRENCES_MAX);
    let (instances, gone) = meeting.differing(first, last);
    assert!(instances.len() + gone.len() <= OCCURRENCES_MAX);
    assert!(meeting.instance_answers.len() <= INSTANCE_ANSWERS_MAX);
}
