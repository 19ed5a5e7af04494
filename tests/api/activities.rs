//! Tasks, events and notes (J9): from a mail or by themselves, under the record and the message.

use flows::take_in_mail::{Announcement, MailArrived, take_in_mail};
use serde_json::{Value, json};
use testkit::raw_mail::Draft;

use crate::office::{Firm, Office, Person, items, text_at};

const LENA: &str = "lena@harbour.example";

/// Takes in a mail of Lena's to somebody, and gives back its id and her record's.
async fn mail_of_lena(office: &Office, firm: &Firm, id: &str, to: &Person) -> (String, String) {
    let world = &office.world;
    let draft = Draft::new(id, LENA, to.user.email.expose());
    let raw = world.archive.put(&format!("inbound/{id}"), draft.raw("1"));
    let arrived = MailArrived {
        bucket: testkit::memory_archive::MemoryArchive::BUCKET.to_owned(),
        raw,
        recipients: vec![to.user.email.expose().to_owned()],
        verdicts: Default::default(),
        announced_at: flows::ports::Clock::now(world.clock.as_ref()),
    };
    let announced = Announcement::Arrived(arrived);
    take_in_mail(&world.records, world.archive.as_ref(), &announced).await.unwrap();
    let found = office.post("/v1/contacts/lookup", json!({"email": LENA})).by(&firm.admin);
    let contact = text_at(&found.send().await.expect(200), "/id").to_owned();
    let path = format!("/v1/contacts/{contact}/messages");
    let listed = office.get(path).by(&firm.admin).send().await.expect(200);
    (text_at(&listed, "/items/0/id").to_owned(), contact)
}

fn body(kind: &str, message: &str) -> Value {
    let mut body = json!({"subject": format!("A {kind}"), "message": message});
    if kind == "event" {
        body["start_at"] = json!("2026-11-24T09:00:00Z");
        body["end_at"] = json!("2026-11-24T10:00:00Z");
    }
    body
}

#[tokio::test]
async fn task_event_and_note_from_a_mail_appear_under_its_contact_and_under_the_mail() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let (message, contact) = mail_of_lena(&office, &firm, "one", &firm.member).await;
    for kind in ["task", "event", "note"] {
        let asked = office.post(format!("/v1/{kind}s"), body(kind, &message)).by(&firm.member);
        let made = asked.send().await.expect(201);
        assert_eq!(made["contacts"], json!([contact]), "the mail's contacts");
        assert_eq!(made["message"], json!(message));
        assert_eq!(made["owner"], firm.member.user.id.to_string());
        office.world.clock.advance(std::time::Duration::from_secs(1));
    }
    for path in [format!("/v1/contacts/{contact}"), format!("/v1/messages/{message}")] {
        let path = format!("{path}/activities");
        let listed = office.get(&path).by(&firm.member).send().await.expect(200);
        let kinds: Vec<&str> = items(&listed).iter().map(|item| text_at(item, "/kind")).collect();
        assert_eq!(kinds, ["note", "event", "task"], "newest first");
        let first = office.get(format!("{path}?limit=2")).by(&firm.member).send().await.expect(200);
        let cursor = text_at(&first, "/next_cursor");
        let rest = office.get(format!("{path}?limit=2&cursor={cursor}")).by(&firm.member);
        let rest = rest.send().await.expect(200);
        assert_eq!(text_at(&rest, "/items/0/kind"), "task");
    }
}

#[tokio::test]
async fn who_may_not_see_the_mail_sees_the_note_without_it() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let (message, contact) = mail_of_lena(&office, &firm, "secret", &firm.admin).await;
    let note = json!({"subject": "Call her", "text": "She is nice.", "message": message});
    let note = office.post("/v1/notes", note).by(&firm.admin).send().await.expect(201);
    let one = format!("/v1/notes/{}", text_at(&note, "/id"));
    let under = format!("/v1/contacts/{contact}/activities");

    let seen = office.get(&one).by(&firm.member).send().await.expect(200);
    assert_eq!((&seen["text"], &seen["message"]), (&json!("She is nice."), &Value::Null));
    let listed = office.get(&under).by(&firm.member).send().await.expect(200);
    assert_eq!(listed["items"][0]["message"], Value::Null);
    for shown in [&seen, &listed] {
        let text = shown.to_string();
        assert!(!text.contains("the text of secret") && !text.contains(&message), "{text}");
    }
    let of_mail = office.get(format!("/v1/messages/{message}/activities")).by(&firm.member);
    of_mail.send().await.expect_problem(404, "not_found");
    // A change shows no more than a read.
    let changed = office.patch(&one, 1, json!({"text": "Very nice."})).by(&firm.member);
    let changed = changed.send().await.expect(200);
    assert_eq!((&changed["rev"], &changed["message"]), (&json!(2), &Value::Null));
    let by_maker = office.get(&one).by(&firm.admin).send().await.expect(200);
    assert_eq!(by_maker["message"], json!(message));

    // Nor can he make one from it, nor can a key without the right to read mail.
    let from_it = body("task", &message);
    let refused = office.post("/v1/tasks", from_it.clone()).by(&firm.member).send().await;
    assert_eq!(refused.expect_problem(422, "field_invalid")["field"], "message");
    let scopes = [domain::permission::Scope::WriteActivities];
    let key = office.key(firm.id, firm.admin.user.id, &scopes).await;
    office.post("/v1/tasks", from_it).key(&key).send().await.expect_problem(403, "right_missing");
}

#[tokio::test]
async fn tasks_are_listed_by_what_is_due_first_and_leave_the_list_when_done() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let due = [("late", Some("2026-12-24")), ("never", None), ("soon", Some("2026-11-23"))];
    for (subject, day) in due {
        let due_at = day.map(|day| format!("{day}T08:00:00Z"));
        let body = json!({"subject": subject, "due_at": due_at});
        office.post("/v1/tasks", body).by(&firm.member).send().await.expect(201);
    }
    let subjects = async |path: &str, person: &Person| -> Vec<String> {
        let listed = office.get(path).by(person).send().await.expect(200);
        items(&listed).iter().map(|task| text_at(task, "/subject").to_owned()).collect()
    };
    assert_eq!(subjects("/v1/tasks", &firm.member).await, ["soon", "late", "never"]);
    assert!(subjects("/v1/tasks", &firm.admin).await.is_empty());
    let of_member = format!("/v1/tasks?owner={}", firm.member.user.id);
    assert_eq!(subjects(&of_member, &firm.admin).await.len(), 3);

    let listed = office.get("/v1/tasks").by(&firm.member).send().await.expect(200);
    let soon = format!("/v1/tasks/{}", text_at(&listed, "/items/0/id"));
    let done = office.patch(&soon, 1, json!({"done": true})).by(&firm.member).send().await;
    assert_eq!(done.expect(200)["done_at"], "2026-11-22T09:30:00.000Z");
    assert_eq!(subjects("/v1/tasks", &firm.member).await, ["late", "never"]);
    assert_eq!(subjects("/v1/tasks?state=done", &firm.member).await, ["soon"]);
    let stale = office.patch(&soon, 1, json!({"done": false})).by(&firm.member).send().await;
    stale.expect_problem(412, "revision_mismatch");
    office.patch(&soon, 2, json!({"done": false, "due_at": null})).by(&firm.member).send().await;
    let mut open = subjects("/v1/tasks?state=open", &firm.member).await;
    assert_eq!(open.remove(0), "late", "what is never due comes last");
    open.sort();
    assert_eq!(open, ["never", "soon"]);
}

#[tokio::test]
async fn an_activity_moves_between_records_and_goes_with_all_its_links() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let contact = async |name: &str| {
        let made = office.post("/v1/contacts", json!({"name": name})).by(&firm.member);
        text_at(&made.send().await.expect(201), "/id").to_owned()
    };
    let (lena, owen) = (contact("Lena").await, contact("Owen").await);
    let under = async |contact: &str| {
        let path = format!("/v1/contacts/{contact}/activities");
        items(&office.get(path).by(&firm.member).send().await.expect(200)).len()
    };
    let body = json!({"subject": "Both", "contacts": [lena, owen, lena]});
    let note = office.post("/v1/notes", body).by(&firm.member).once("k").send().await.expect(201);
    assert_eq!((under(&lena).await, under(&owen).await), (1, 1));
    let one = format!("/v1/notes/{}", text_at(&note, "/id"));
    let only = office.patch(&one, 1, json!({"contacts": [owen]})).by(&firm.member);
    only.send().await.expect(200);
    assert_eq!((under(&lena).await, under(&owen).await), (0, 1));
    // Another kind's path does not know it.
    let as_task = one.replace("notes", "tasks");
    office.get(&as_task).by(&firm.member).send().await.expect_problem(404, "not_found");
    office.delete(&as_task, 2).by(&firm.member).send().await.expect_problem(404, "not_found");
    office.delete(&one, 2).by(&firm.member).send().await.expect(204);
    assert_eq!(under(&owen).await, 0);
    office.get(&one).by(&firm.member).send().await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn what_is_wrong_with_an_activity_is_named_by_field() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let stranger = domain::ids::ContactId::from_bits(1).to_string();
    let nobody = domain::ids::UserId::from_bits(1).to_string();
    let long = "x".repeat(domain::limits::ACTIVITY_TEXT_BYTES_MAX + 1);
    let event = |start: &str, end: &str| json!({"subject": "x", "start_at": start, "end_at": end});
    let cases = [
        ("notes", json!({"subject": " "}), "field_missing", "subject"),
        ("notes", json!({"subject": "x", "text": long}), "field_too_long", "text"),
        ("notes", json!({"subject": "x", "contacts": [stranger]}), "field_invalid", "contacts[0]"),
        ("notes", json!({"subject": "x", "owner": nobody}), "field_invalid", "owner"),
        (
            "notes",
            json!({"subject": "x", "contacts": vec![stranger; 11]}),
            "field_too_long",
            "contacts",
        ),
        (
            "events",
            event("2026-11-24T09:00:00Z", "2026-11-24T08:00:00Z"),
            "field_invalid",
            "end_at",
        ),
        (
            "events",
            event("2026-11-24T09:00:00Z", "2026-12-26T09:00:00Z"),
            "field_invalid",
            "end_at",
        ),
    ];
    for (path, body, code, field) in cases {
        let refused = office.post(format!("/v1/{path}"), body).by(&firm.member).send().await;
        assert_eq!(refused.expect_problem(422, code)["field"], field);
    }
    let asked = office.get("/v1/notes?state=done").by(&firm.member).send().await;
    asked.expect_problem(400, "query_malformed");
}

#[tokio::test]
async fn activities_of_a_record_cost_one_query_and_one_batch_read() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let (message, contact) = mail_of_lena(&office, &firm, "one", &firm.member).await;
    for _ in 0..20 {
        let asked = office.post("/v1/notes", body("note", &message)).by(&firm.member);
        asked.send().await.expect(201);
    }
    let path = format!("/v1/contacts/{contact}/activities");
    office.world.table.reset_usage();
    office.get(&path).by(&firm.member).send().await.expect(200);
    let usage = office.world.table.usage();
    // Key and contact; the links; the user with his place, and what the links lead to.
    assert_eq!((usage.get.calls, usage.query.calls, usage.batch_get.calls), (2, 1, 2));
    assert_eq!(usage.calls(), 5);
}

#[tokio::test]
async fn events_are_listed_by_span_in_order_page_by_page() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    for (subject, start, end) in [
        ("third", "2026-11-24T09:00:00Z", "2026-11-24T10:00:00Z"),
        ("first", "2026-11-20T09:00:00Z", "2026-12-20T10:00:00Z"),
        ("second", "2026-11-23T09:00:00Z", "2026-11-23T10:00:00Z"),
        ("before", "2026-11-20T09:00:00Z", "2026-11-20T10:00:00Z"),
        ("after", "2027-01-24T09:00:00Z", "2027-01-24T10:00:00Z"),
    ] {
        let body = json!({"subject": subject, "start_at": start, "end_at": end});
        office.post("/v1/events", body).by(&firm.member).send().await.expect(201);
    }
    let mut next = Some("/v1/events?limit=2".to_owned());
    let mut subjects = Vec::new();
    while let Some(path) = next {
        let page = office.get(&path).by(&firm.member).send().await.expect(200);
        subjects.extend(items(&page).iter().map(|one| text_at(one, "/subject").to_owned()));
        next = page["next_cursor"].as_str().map(|c| format!("/v1/events?limit=2&cursor={c}"));
    }
    assert_eq!(subjects, ["first", "second", "third"], "from now on, 31 days");
    let later = "/v1/events?from=2027-01-01T00:00:00Z&to=2027-02-01T00:00:00Z";
    let later = office.get(later).by(&firm.member).send().await.expect(200);
    assert_eq!(items(&later).len(), 1);
    for wrong in ["from=yesterday", "to=2026-01-01T00:00:00Z", "to=2030-01-01T00:00:00Z"] {
        let refused = office.get(format!("/v1/events?{wrong}")).by(&firm.member).send().await;
        refused.expect_problem(400, "query_malformed");
    }
}
