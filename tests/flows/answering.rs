//! Answers to invitations (J10): told to the organizer exactly once, and in the calendar or not.

use domain::activity::Activity;
use domain::hand_over::HandOverState;
use domain::ids::{InvitationId, RequestId};
use domain::meeting::{CalendarMail, MeetingAnswer};
use domain::permission::{Actor, Scope};
use domain::refusal::RefusalCode;
use domain::user::Role;
use flows::answer_invitation::{Wanted, answer};
use flows::error::FlowError;
use flows::hand_over::Post;
use flows::origin::Origin;
use flows::ports::Records;
use flows::show_invitations::{self, Invitation};
use store::table::TableName;
use testkit::memory_sender::SendAnswer;
use testkit::raw_mail::Draft;

use crate::bench_of_inbound::{ANNA, Inbound};
use crate::sending_deaths::DyingTable;

const BOSS: &str = "boss@partner.example";

fn itip(method: &str, sequence: u32, start: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\n\
         UID:review@partner.example\r\nSEQUENCE:{sequence}\r\nDTSTAMP:20261120T0{sequence}0000Z\r\n\
         DTSTART:{start}\r\nDURATION:PT1H\r\nSUMMARY:Review\r\nORGANIZER:mailto:{BOSS}\r\n\
         ATTENDEE:mailto:{ANNA}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

async fn invite(inbound: &Inbound, id: &str, method: &str, sequence: u32, start: &str) {
    let draft = Draft::new(id, BOSS, ANNA).calendar(method, &itip(method, sequence, start));
    assert_eq!(inbound.bring(&draft).await.name(), "filed");
}

fn anna(inbound: &Inbound) -> Actor {
    let user = inbound.tenant.people["anna"];
    Actor::new(inbound.tenant.id, user, Role::Member, Scope::ALL.iter().copied().collect())
}

fn the_invitation(inbound: &Inbound) -> InvitationId {
    let facts: Vec<CalendarMail> = inbound.records(TableName::Crm, "calendar_mail");
    facts[0].invitation
}

async fn try_answer(
    inbound: &Inbound,
    origin: Origin,
    word: MeetingAnswer,
) -> Result<Invitation, FlowError> {
    answer_through(inbound, &inbound.world.records, origin, word).await
}

async fn answer_through(
    inbound: &Inbound,
    records: &Records,
    origin: Origin,
    word: MeetingAnswer,
) -> Result<Invitation, FlowError> {
    let world = &inbound.world;
    let post = Post { records, archive: world.archive.as_ref(), sender: world.sender.as_ref() };
    let allowed = anna(inbound).require().unwrap();
    let wanted = Wanted { answer: word, comment: Some("See you".to_owned()) };
    let id = the_invitation(inbound);
    answer(&post, &allowed, RequestId::from_bits(1), origin, (id, wanted)).await
}

async fn give(inbound: &Inbound, word: MeetingAnswer) -> Invitation {
    try_answer(inbound, Origin::fresh(&inbound.world.records), word).await.expect("answered")
}

fn events(inbound: &Inbound) -> Vec<Activity> {
    inbound.records(TableName::Crm, "activity")
}

fn start(invitation: &Invitation) -> String {
    invitation.meeting.first().expect("it has a time").start_at.to_string()
}

#[tokio::test]
async fn an_accepted_invitation_is_an_event_of_the_records_and_the_organizer_is_told() {
    let inbound = Inbound::new().await;
    invite(&inbound, "m1", "REQUEST", 0, "20261201T090000Z").await;
    let answered = give(&inbound, MeetingAnswer::Accept).await;
    assert!(matches!(answered.reply, Some(HandOverState::Accepted(_))), "{:?}", answered.reply);
    assert!(!answered.needs_answer());

    let [event] = &events(&inbound)[..] else { panic!("one event") };
    assert_eq!(Some(event.id), answered.event());
    let [contact] = &inbound.contacts()[..] else { panic!("one contact") };
    assert_eq!(
        (&event.contacts[..], event.message),
        (&[contact.id][..], Some(answered.meeting.message))
    );

    let [sent] = &inbound.world.sender.sent()[..] else { panic!("one mail") };
    assert_eq!((sent.to.len(), sent.to[0].expose()), (1, BOSS));
    let mail = mail::parse::parse(&sent.mime).unwrap();
    let reply = mail.calendar.expect("an answer in it");
    assert_eq!(reply.method.as_deref(), Some("REPLY"));
    assert_eq!((reply.uid.as_str(), reply.sequence), ("review@partner.example", 0));
    let [attendee] = &reply.attendees[..] else { panic!("one attendee") };
    assert_eq!(
        (attendee.address.expose(), attendee.participation.as_deref()),
        (ANNA, Some("ACCEPTED"))
    );
    assert!(mail.body.text.contains("See you"));
}

#[tokio::test]
async fn an_update_moves_the_event_and_wants_an_answer_and_a_cancellation_marks_it() {
    let inbound = Inbound::new().await;
    invite(&inbound, "m1", "REQUEST", 0, "20261201T090000Z").await;
    give(&inbound, MeetingAnswer::Tentative).await;
    invite(&inbound, "m2", "REQUEST", 2, "20261203T140000Z").await;
    invite(&inbound, "m3", "REQUEST", 1, "20261202T090000Z").await;
    let show = async || {
        let allowed = anna(&inbound).require().unwrap();
        let id = the_invitation(&inbound);
        show_invitations::show(&inbound.world.records, &allowed, id).await.unwrap()
    };
    let moved = show().await;
    assert_eq!(start(&moved), "2026-12-03T14:00:00.000Z", "SEQUENCE 2 moves it, stale 1 does not");
    assert!(moved.needs_answer() && moved.event().is_some());
    let again = give(&inbound, MeetingAnswer::Tentative).await;
    assert_eq!(again.answer.as_ref().map(|answer| answer.sequence), Some(2));
    assert_eq!(inbound.world.sender.sent().len(), 2, "each version is answered once");

    invite(&inbound, "m4", "CANCEL", 3, "20261203T140000Z").await;
    let off = show().await;
    assert!(off.meeting.cancelled && !off.needs_answer());
    let refused =
        try_answer(&inbound, Origin::fresh(&inbound.world.records), MeetingAnswer::Accept);
    let Err(FlowError::Refused(refused)) = refused.await else { panic!("refused") };
    assert_eq!(refused.code, RefusalCode::MeetingCancelled);
}

#[tokio::test]
async fn a_decline_keeps_it_out_and_takes_it_out() {
    let inbound = Inbound::new().await;
    invite(&inbound, "m1", "REQUEST", 0, "20261201T090000Z").await;
    assert!(give(&inbound, MeetingAnswer::Decline).await.event().is_none());
    assert!(events(&inbound).is_empty());
    give(&inbound, MeetingAnswer::Accept).await;
    assert_eq!(events(&inbound).len(), 1);
    give(&inbound, MeetingAnswer::Decline).await;
    assert!(events(&inbound).is_empty());
    let links = inbound.world.table.items(TableName::Crm);
    let left =
        links.iter().filter(|i| i.get("item_kind") == Some(&store::item::text("activity_link")));
    assert_eq!(left.count(), 0);
    assert_eq!(inbound.world.sender.sent().len(), 3);
}

#[tokio::test]
async fn the_same_answer_is_sent_once_and_a_lost_one_never_again() {
    let inbound = Inbound::new().await;
    invite(&inbound, "m1", "REQUEST", 0, "20261201T090000Z").await;
    let origin = Origin::fresh(&inbound.world.records);
    inbound.world.sender.script([SendAnswer::LoseSent]);
    let lost = try_answer(&inbound, origin, MeetingAnswer::Accept).await.expect("kept");
    assert!(matches!(lost.reply, Some(HandOverState::Begun(_))), "{:?}", lost.reply);
    assert_eq!(events(&inbound).len(), 1, "the answer holds all the same");
    // Again by the same request, and by another one much later.
    inbound.world.clock.advance(std::time::Duration::from_secs(86_400));
    for origin in [origin, Origin::fresh(&inbound.world.records)] {
        let again = try_answer(&inbound, origin, MeetingAnswer::Accept).await.expect("the same");
        assert!(matches!(again.reply, Some(HandOverState::Begun(_))));
        assert_eq!(again.answer, lost.answer);
    }
    assert_eq!(inbound.world.sender.sent().len(), 1);
}

#[tokio::test]
async fn a_throttled_answer_goes_on_when_it_is_given_again() {
    let inbound = Inbound::new().await;
    invite(&inbound, "m1", "REQUEST", 0, "20261201T090000Z").await;
    inbound.world.sender.script([SendAnswer::Throttle]);
    let throttled =
        try_answer(&inbound, Origin::fresh(&inbound.world.records), MeetingAnswer::Accept);
    assert!(throttled.await.is_err());
    assert!(inbound.world.sender.sent().is_empty());
    inbound.world.clock.advance(std::time::Duration::from_secs(60));
    let sent = give(&inbound, MeetingAnswer::Accept).await;
    assert!(matches!(sent.reply, Some(HandOverState::Accepted(_))));
    assert_eq!(inbound.world.sender.sent().len(), 1);
}

#[tokio::test]
async fn ones_own_meeting_and_the_invitation_of_another_take_no_answer() {
    let inbound = Inbound::new().await;
    let own = itip("REQUEST", 0, "20261201T090000Z").replace(BOSS, ANNA);
    let draft = Draft::new("own", ANNA, ANNA).calendar("REQUEST", &own);
    inbound.bring(&draft).await;
    let refused =
        try_answer(&inbound, Origin::fresh(&inbound.world.records), MeetingAnswer::Accept);
    let Err(FlowError::Refused(refused)) = refused.await else { panic!("refused") };
    assert_eq!(refused.code, RefusalCode::OwnMeeting);
    let ben = inbound.tenant.people["ben"];
    let scopes = Scope::ALL.iter().copied().collect();
    let ben = Actor::new(inbound.tenant.id, ben, Role::Owner, scopes).require().unwrap();
    let id = the_invitation(&inbound);
    let hidden = show_invitations::show(&inbound.world.records, &ben, id).await;
    assert!(matches!(hidden, Err(FlowError::Refused(r)) if r.code == RefusalCode::NotFound));
}

#[tokio::test]
async fn a_worker_that_dies_at_any_call_leaves_an_answer_that_is_sent_once() {
    const CALLS_MAX: u32 = 24;
    let mut unknown = 0;
    for calls in 1..=CALLS_MAX {
        for done_first in [false, true] {
            let inbound = Inbound::new().await;
            invite(&inbound, "m1", "REQUEST", 0, "20261201T090000Z").await;
            let world = &inbound.world;
            let table = DyingTable::over(world.table.clone(), calls, done_first);
            let records = world.records_through(table);
            let origin = Origin::fresh(&world.records);
            let first = answer_through(&inbound, &records, origin, MeetingAnswer::Accept).await;
            if calls == CALLS_MAX {
                assert!(first.is_ok(), "an answer makes fewer calls");
            }
            // The user gives the same answer again, later than any worker may take.
            world.clock.advance(domain::limits::HAND_OVER_TIME * 2);
            let again = give(&inbound, MeetingAnswer::Accept).await;
            let out = world.sender.sent().len();
            let place = format!("call {calls}, done {done_first}");
            match again.reply {
                Some(HandOverState::Accepted(_)) => assert_eq!(out, 1, "{place}"),
                Some(HandOverState::Begun(_)) => {
                    unknown += 1;
                    assert!(out <= 1, "{place}");
                }
                other => panic!("{place}: {other:?}"),
            }
            assert_eq!(events(&inbound).len(), 1, "{place}");
        }
    }
    // Only a death between the right to hand over and the record of what came of it leaves a question.
    assert!((1..=4).contains(&unknown), "{unknown} of {} deaths", 2 * CALLS_MAX);
}
