//! Invitations and the calendar that is made of them (J10), as callers meet them.

use flows::take_in_mail::{Announcement, MailArrived, take_in_mail};
use serde_json::{Value, json};
use testkit::raw_mail::Draft;

use crate::office::{Firm, Office, Person, items, text_at};

const BOSS: &str = "boss@partner.example";

fn itip(method: &str, sequence: u32, start: &str) -> String {
    format!(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:{method}\r\nBEGIN:VEVENT\r\n\
         UID:review@partner.example\r\nSEQUENCE:{sequence}\r\nDTSTAMP:20261120T0{sequence}0000Z\r\n\
         DTSTART:{start}\r\nDURATION:PT1H\r\nSUMMARY:Secret review\r\nLOCATION:Cellar\r\n\
         ORGANIZER:mailto:{BOSS}\r\nATTENDEE:mailto:mia@acme.example.com\r\n\
         END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
}

/// Takes in a calendar mail of the boss's to these people.
async fn invite(
    office: &Office,
    id: &str,
    method: &str,
    (sequence, start): (u32, &str),
    to: &[&Person],
) {
    let world = &office.world;
    let draft = Draft::new(id, BOSS, "mia@acme.example.com")
        .calendar(method, &itip(method, sequence, start));
    let raw = world.archive.put(&format!("inbound/{id}"), draft.raw("1"));
    let arrived = MailArrived {
        bucket: testkit::memory_archive::MemoryArchive::BUCKET.to_owned(),
        raw,
        recipients: to.iter().map(|person| person.user.email.expose().to_owned()).collect(),
        verdicts: Default::default(),
        announced_at: flows::ports::Clock::now(world.clock.as_ref()),
    };
    let announced = Announcement::Arrived(arrived);
    take_in_mail(&world.records, world.archive.as_ref(), &announced).await.unwrap();
}

async fn the_invitation(office: &Office, person: &Person) -> Value {
    let listed = office.get("/v1/invitations").by(person).send().await.expect(200);
    items(&listed)[0].clone()
}

async fn new_office() -> (Office, Firm) {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    (office, firm)
}

#[tokio::test]
async fn each_user_has_his_own_invitation_which_stands_once_in_the_list() {
    let (office, firm) = new_office().await;
    let both = [&firm.member, &firm.admin];
    invite(&office, "m1", "REQUEST", (0, "20261201T090000Z"), &both).await;
    invite(&office, "m2", "REQUEST", (2, "20261203T140000Z"), &both).await;
    let listed = office.get("/v1/invitations").by(&firm.member).send().await.expect(200);
    let [invitation] = &items(&listed)[..] else { panic!("one: {listed}") };
    assert_eq!(invitation["start_at"], "2026-12-03T14:00:00.000Z");
    assert_eq!((&invitation["sequence"], &invitation["needs_answer"]), (&json!(2), &json!(true)));
    assert_eq!((&invitation["organizer"], &invitation["doubtful"]), (&json!(BOSS), &json!(false)));
    let of_admin = the_invitation(&office, &firm.admin).await;
    assert_ne!(of_admin["id"], invitation["id"]);
    // Not even an administrator sees another's.
    let path = format!("/v1/invitations/{}", text_at(invitation, "/id"));
    office.get(&path).by(&firm.member).send().await.expect(200);
    office.get(&path).by(&firm.admin).send().await.expect_problem(404, "not_found");
    assert!(
        items(&office.get("/v1/invitations").by(&firm.owner).send().await.expect(200)).is_empty()
    );
}

#[tokio::test]
async fn a_calendar_is_subscribed_to_by_a_secret_url_until_it_is_made_anew() {
    let (office, firm) = new_office().await;
    let event = json!({
        "subject": "Lunch; with, Lena",
        "start_at": "2026-11-24T11:00:00Z",
        "end_at": "2026-11-24T12:00:00Z",
    });
    office.post("/v1/events", event).by(&firm.member).send().await.expect(201);
    let renew = async || {
        let made = office.ask(http::Method::POST, "/v1/calendar/feed").by(&firm.member);
        text_at(&made.send().await.expect(201), "/path").to_owned()
    };
    let path = renew().await;
    assert!(path.ends_with(".ics") && !path.contains("mia") && path.len() > 40, "{path}");
    let (tag, text) = office.text(&path, None).await;
    assert!(text.contains("SUMMARY:Lunch\\; with\\, Lena\r\n"), "{text}");
    let read = mail::calendar::read(&text, None).unwrap();
    assert_eq!(read.start.unwrap().local, "20261124T110000");
    let (_, unchanged) = office.text(&path, Some(&tag)).await;
    assert!(unchanged.is_empty());

    let secret = path.trim_start_matches("/v1/calendar/").trim_end_matches(".ics");
    let stored = format!("{:?}", office.world.table.items(store::table::TableName::Crm));
    assert!(!stored.contains(secret), "only its hash is kept");
    let newer = renew().await;
    office.get(&path).send().await.expect_problem(404, "not_found");
    assert_eq!(office.text(&newer, None).await.1, text);
    office.get("/v1/calendar/guess.ics").send().await.expect_problem(404, "not_found");

    // With its user the feed ends.
    let user = format!("/v1/users/{}", firm.member.user.id);
    office.delete(&user, 1).by(&firm.admin).send().await.expect(200);
    office.get(&newer).send().await.expect_problem(404, "not_found");
}
