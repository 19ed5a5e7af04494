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

const DECEMBER: &str = "/v1/events?from=2026-12-01T00:00:00Z&to=2027-01-01T00:00:00Z";

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

async fn answer(office: &Office, person: &Person, word: &str) -> Value {
    let path =
        format!("/v1/invitations/{}/answer", text_at(&the_invitation(office, person).await, "/id"));
    let body = json!({"answer": word, "comment": "See you"});
    office.post(path, body).by(person).send().await.expect(201)
}

#[tokio::test]
async fn request_accept_event_then_sequence_two_moves_it_and_cancel_marks_it() {
    let (office, firm) = new_office().await;
    invite(&office, "m1", "REQUEST", (0, "20261201T090000Z"), &[&firm.member]).await;
    let events = async || office.get(DECEMBER).by(&firm.member).send().await.expect(200);
    assert!(items(&events().await).is_empty(), "nothing before it is accepted");
    let answered = answer(&office, &firm.member, "accept").await;
    assert_eq!(answered["answer"]["reply_state"], "sent");
    assert_eq!(office.world.sender.sent().len(), 1);

    let listed = events().await;
    let [event] = &items(&listed)[..] else { panic!("one event: {listed}") };
    assert_eq!(event["id"], answered["event"]);
    assert_eq!(event["start_at"], "2026-12-01T09:00:00.000Z");
    assert_eq!(
        (&event["subject"], &event["location"]),
        (&json!("Secret review"), &json!("Cellar"))
    );
    let contact = text_at(event, "/contacts/0");
    let under = format!("/v1/contacts/{contact}/activities");
    let shown = office.get(&under).by(&firm.member).send().await.expect(200);
    assert_eq!(shown["items"][0]["id"], event["id"]);

    invite(&office, "m2", "REQUEST", (2, "20261203T140000Z"), &[&firm.member]).await;
    invite(&office, "m3", "REQUEST", (1, "20261202T080000Z"), &[&firm.member]).await;
    let moved = events().await;
    assert_eq!(items(&moved).len(), 1);
    assert_eq!(moved["items"][0]["start_at"], "2026-12-03T14:00:00.000Z");
    let one = format!("/v1/events/{}", text_at(event, "/id"));
    let shown = office.get(&one).by(&firm.member).send().await.expect(200);
    assert_eq!(shown["start_at"], "2026-12-03T14:00:00.000Z");
    let fixed = office.patch(&one, 1, json!({"subject": "x"})).by(&firm.member).send().await;
    fixed.expect_problem(422, "field_invalid");

    invite(&office, "m4", "CANCEL", (3, "20261203T140000Z"), &[&firm.member]).await;
    assert_eq!(events().await["items"][0]["cancelled"], true);
    let refused = office.post(
        format!("/v1/invitations/{}/answer", text_at(&answered, "/id")),
        json!({"answer": "accept"}),
    );
    refused.by(&firm.member).send().await.expect_problem(409, "meeting_cancelled");
}

#[tokio::test]
async fn who_may_not_see_the_mail_sees_when_a_meeting_is_and_not_what() {
    let (office, firm) = new_office().await;
    invite(&office, "m1", "REQUEST", (0, "20261201T090000Z"), &[&firm.admin]).await;
    let answered = answer(&office, &firm.admin, "tentative").await;
    let id = text_at(&answered, "/event");
    let found = office.post("/v1/contacts/lookup", json!({"email": BOSS})).by(&firm.member);
    let contact = text_at(&found.send().await.expect(200), "/id").to_owned();
    let of_admin = format!("{DECEMBER}&owner={}", firm.admin.user.id);
    let under = format!("/v1/contacts/{contact}/activities");
    for path in [format!("/v1/events/{id}"), of_admin, under] {
        let seen = office.get(&path).by(&firm.member).send().await.expect(200).to_string();
        assert!(
            seen.contains("2026-12-01T09:00:00.000Z") && seen.contains("\"hidden\":true"),
            "{seen}"
        );
        for word in ["Secret", "Cellar", BOSS, text_at(&answered, "/message")] {
            assert!(!seen.contains(word), "{word} in {path}: {seen}");
        }
    }
    let feed = office
        .ask(http::Method::POST, "/v1/calendar/feed")
        .by(&firm.admin)
        .send()
        .await
        .expect(201);
    let (_, text) = office.text(text_at(&feed, "/path"), None).await;
    assert!(
        text.contains("SUMMARY:Secret review\r\n") && text.contains("STATUS:TENTATIVE\r\n"),
        "{text}"
    );
    assert!(!text.contains(BOSS));
}
