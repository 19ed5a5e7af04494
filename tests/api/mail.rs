//! Mail on contacts, by itself and in threads: each sees what was delivered to him.

use flows::take_in_mail::{Announcement, MailArrived, take_in_mail};
use serde_json::{Value, json};
use testkit::raw_mail::Draft;

use crate::office::{Firm, Office, Person, items, text_at};

/// Takes a mail in that SES received for these people.
pub async fn receive(office: &Office, draft: &Draft, to: &[&Person], verdicts: &[(&str, &str)]) {
    let world = &office.world;
    let key = format!("inbound/{}", world.random.bits());
    let raw = world.archive.put(&key, draft.raw("1"));
    let arrived = MailArrived {
        bucket: testkit::memory_archive::MemoryArchive::BUCKET.to_owned(),
        raw,
        recipients: to.iter().map(|person| person.user.email.expose().to_owned()).collect(),
        verdicts: verdicts.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
        announced_at: flows::ports::Clock::now(world.clock.as_ref()),
    };
    let announcement = Announcement::Arrived(arrived);
    let settled = take_in_mail(&world.records, world.archive.as_ref(), &announcement).await;
    let settled = settled.unwrap().unwrap();
    assert_eq!(settled.outcome.name(), "filed");
}

const LENA: &str = "lena@harbour.example";

/// The only contact, asked for by somebody who may.
pub async fn contact_of(office: &Office, firm: &Firm, email: &str) -> String {
    let found = office.post("/v1/contacts/lookup", json!({"email": email})).by(&firm.admin);
    text_at(&found.send().await.expect(200), "/id").to_owned()
}

#[tokio::test]
async fn a_timeline_shows_what_was_delivered_to_the_caller_and_to_administrators_all() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let to_mia = Draft::new("one", LENA, "mia@acme.example.com").file("offer.pdf", b"%PDF");
    receive(&office, &to_mia, &[&firm.member], &[("spf", "pass")]).await;
    let to_adam =
        Draft::new("two", LENA, "adam@acme.example.com").date("Sun, 22 Nov 2026 09:10:00 +0000");
    receive(&office, &to_adam, &[&firm.admin], &[]).await;
    let both = Draft::new("three", LENA, "mia@acme.example.com, adam@acme.example.com")
        .date("Sun, 22 Nov 2026 09:20:00 +0000");
    receive(&office, &both, &[&firm.member, &firm.admin], &[]).await;

    let path = format!("/v1/contacts/{}/timeline", contact_of(&office, &firm, LENA).await);
    let of_admin = office.get(&path).by(&firm.admin).send().await.expect(200);
    let subjects = |page: &Value| -> Vec<String> {
        items(page).iter().map(|line| text_at(line, "/mail/subject").to_owned()).collect()
    };
    assert_eq!(subjects(&of_admin), ["About three", "About two", "About one"]);
    assert_eq!(of_admin["items"][0]["mail"]["deliveries"].as_array().unwrap().len(), 2);

    let of_mia = office.get(&path).by(&firm.member).send().await.expect(200);
    assert_eq!(subjects(&of_mia), ["About three", "About one"]);
    let deliveries = of_mia["items"][0]["mail"]["deliveries"].as_array().unwrap();
    assert_eq!(deliveries.len(), 1, "another's delivery of the same mail stays hidden");
    assert_eq!(deliveries[0]["owner"], firm.member.user.id.to_string());
    assert!(!of_mia.to_string().contains(&firm.admin.user.id.to_string()));
    let line = &of_mia["items"][1];
    assert_eq!((&line["type"], &line["roles"]), (&json!("mail"), &json!(["from"])));
    let mail = &line["mail"];
    assert_eq!((&mail["direction"], &mail["kind"]), (&json!("received"), &json!("ordinary")));
    assert!(text_at(mail, "/preview").contains("the text of one"));
    assert_eq!(mail["verdicts"], json!({"spf": "pass"}));
    let file = &mail["attachments"][0];
    assert_eq!((&file["number"], &file["name"]), (&json!(1), &json!("offer.pdf")));

    let messages = path.replace("timeline", "messages");
    let listed = office.get(&messages).by(&firm.member).send().await.expect(200);
    assert_eq!(listed["items"][1]["id"], mail["id"]);
}

#[tokio::test]
async fn pages_are_filled_where_mail_is_left_out() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    for n in 0..12 {
        let to = if n % 3 == 0 { &firm.member } else { &firm.admin };
        let date = format!("Sun, 22 Nov 2026 08:{n:02}:00 +0000");
        let draft = Draft::new(&format!("n{n}"), LENA, to.user.email.expose()).date(&date);
        receive(&office, &draft, &[to], &[]).await;
    }
    let path = format!("/v1/contacts/{}/timeline", contact_of(&office, &firm, LENA).await);
    let mut sizes = Vec::new();
    let mut subjects = Vec::new();
    let mut next = format!("{path}?limit=2");
    loop {
        let page = office.get(&next).by(&firm.member).send().await.expect(200);
        sizes.push(items(&page).len());
        subjects.extend(items(&page).iter().map(|l| text_at(l, "/mail/subject").to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        next = format!("{path}?limit=2&cursor={cursor}");
    }
    assert_eq!(subjects, ["About n9", "About n6", "About n3", "About n0"]);
    assert_eq!(sizes[..2], [2, 2], "full pages, though two of three mails are left out");
}

#[tokio::test]
async fn a_message_is_shown_with_its_whole_new_text_and_hidden_from_others() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let other = office.firm("umbrella", false).await;
    let long = "A long letter. ".repeat(200);
    let text = format!("{long}\r\n\r\nOn Mon, 16 Nov 2026, Mia wrote:\r\n> old words\r\n");
    let draft = Draft::new("long", LENA, "mia@acme.example.com").text(&text);
    receive(&office, &draft, &[&firm.member], &[]).await;
    let timeline = format!("/v1/contacts/{}/timeline", contact_of(&office, &firm, LENA).await);
    let page = office.get(&timeline).by(&firm.member).send().await.expect(200);
    let id = text_at(&page, "/items/0/mail/id");
    let path = format!("/v1/messages/{id}");

    let shown = office.get(&path).by(&firm.member).send().await.expect(200);
    assert!(text_at(&shown, "/preview").len() < 700);
    let new_text = text_at(&shown, "/new_text");
    assert!(new_text.len() > 2_500 && !new_text.contains("old words"), "{}", new_text.len());
    assert_eq!(shown["new_text_is_cut"], false);
    assert_eq!(shown["parties"][0]["address"], LENA);

    let outsider = office.key(firm.id, firm.admin.user.id, &[]).await;
    office.get(&path).key(&outsider).send().await.expect_problem(403, "right_missing");
    for (suffix, person) in [("", &other.owner), ("/raw", &other.owner)] {
        let asked = office.get(format!("{path}{suffix}")).by(person).send().await;
        asked.expect_problem(404, "not_found");
    }
    // A colleague who is no administrator.
    let body = json!({"name": "n", "email": "nora@acme.example.com", "role": "member"});
    let nora = office.post("/v1/users", body).by(&firm.admin).send().await.expect(201);
    let nora = text_at(&nora, "/id").parse().unwrap();
    let nora = office.key(firm.id, nora, domain::permission::Scope::ALL).await;
    let thread = format!("/v1/threads/{}", text_at(&shown, "/thread"));
    let raw = format!("{path}/raw");
    for hidden in [&path, &raw, &thread] {
        office.get(hidden).key(&nora).send().await.expect_problem(404, "not_found");
    }
    let empty = office.get(&timeline).key(&nora).send().await.expect(200);
    assert!(items(&empty).is_empty());
}

#[tokio::test]
async fn a_message_whose_raw_mail_is_gone_still_shows_its_record() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let draft = Draft::new("one", LENA, "mia@acme.example.com");
    receive(&office, &draft, &[&firm.member], &[]).await;
    for key in office.world.archive.keys() {
        office.world.archive.lose(&key);
    }
    let timeline = format!("/v1/contacts/{}/timeline", contact_of(&office, &firm, LENA).await);
    let page = office.get(&timeline).by(&firm.member).send().await.expect(200);
    let path = format!("/v1/messages/{}", text_at(&page, "/items/0/mail/id"));
    let shown = office.get(&path).by(&firm.member).send().await.expect(200);
    assert_eq!(shown["new_text"], Value::Null);
    assert!(text_at(&shown, "/preview").contains("the text of one"));
}

#[tokio::test]
async fn files_are_had_by_short_lived_urls_but_for_those_with_a_virus() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let clean = Draft::new("clean", LENA, "mia@acme.example.com").file("offer.pdf", b"%PDF");
    receive(&office, &clean, &[&firm.member], &[("virus", "pass")]).await;
    // Bad mail makes no record, so its author has one before.
    let known = Draft::new("known", "eve@elsewhere.example", "mia@acme.example.com")
        .date("Sat, 21 Nov 2026 08:00:00 +0000");
    receive(&office, &known, &[&firm.member], &[]).await;
    let sick =
        Draft::new("sick", "eve@elsewhere.example", "mia@acme.example.com").file("x.exe", b"MZ");
    receive(&office, &sick, &[&firm.member], &[("virus", "fail")]).await;

    let id_of = async |email: &str| {
        let timeline = contact_of(&office, &firm, email).await;
        let timeline = format!("/v1/contacts/{timeline}/timeline");
        let page = office.get(&timeline).by(&firm.member).send().await.expect(200);
        text_at(&page, "/items/0/mail/id").to_owned()
    };
    let clean = format!("/v1/messages/{}", id_of(LENA).await);
    for file in ["/raw", "/attachments/1"] {
        let url = office.get(format!("{clean}{file}")).by(&firm.member).send().await.expect(200);
        assert_eq!(url["expires_at"], "2026-11-22T09:35:00.000Z");
        assert!(text_at(&url, "/url").starts_with("https://"), "{url}");
    }
    for number in ["0", "2"] {
        let path = format!("{clean}/attachments/{number}");
        office.get(path).by(&firm.member).send().await.expect_problem(404, "not_found");
    }
    let malformed = office.get(format!("{clean}/attachments/x")).by(&firm.member).send().await;
    assert_eq!(malformed.expect_problem(400, "id_malformed")["field"], "n");

    let sick = format!("/v1/messages/{}", id_of("eve@elsewhere.example").await);
    for file in ["/raw", "/attachments/1"] {
        let refused = office.get(format!("{sick}{file}")).by(&firm.owner).send().await;
        refused.expect_problem(409, "virus_found");
    }
}

#[tokio::test]
async fn a_thread_shows_its_messages_in_order_page_by_page() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let first =
        Draft::new("q", LENA, "mia@acme.example.com").date("Sun, 22 Nov 2026 08:00:00 +0000");
    receive(&office, &first, &[&firm.member], &[]).await;
    let hidden = Draft::new("a", LENA, "adam@acme.example.com")
        .answering(&["q"])
        .date("Sun, 22 Nov 2026 08:10:00 +0000");
    receive(&office, &hidden, &[&firm.admin], &[]).await;
    let last = Draft::new("b", LENA, "mia@acme.example.com")
        .answering(&["q", "a"])
        .date("Sun, 22 Nov 2026 08:20:00 +0000");
    receive(&office, &last, &[&firm.member], &[]).await;
    let timeline = format!("/v1/contacts/{}/timeline", contact_of(&office, &firm, LENA).await);
    let page = office.get(&timeline).by(&firm.member).send().await.expect(200);
    let path = format!("/v1/threads/{}", text_at(&page, "/items/0/mail/thread"));

    let of_admin = office.get(&path).by(&firm.admin).send().await.expect(200);
    let ids = |page: &Value| -> Vec<String> {
        items(page).iter().map(|mail| text_at(mail, "/subject").to_owned()).collect()
    };
    assert_eq!(ids(&of_admin), ["About q", "About a", "About b"]);
    assert_eq!(of_admin["subject"], "About q");
    let of_mia = office.get(&path).by(&firm.member).send().await.expect(200);
    assert_eq!(ids(&of_mia), ["About q", "About b"]);
    let one = office.get(format!("{path}?limit=1")).by(&firm.member).send().await.expect(200);
    assert_eq!(ids(&one), ["About q"]);
    let cursor = text_at(&one, "/next_cursor");
    let two = format!("{path}?limit=1&cursor={cursor}");
    assert_eq!(ids(&office.get(two).by(&firm.member).send().await.expect(200)), ["About b"]);
}

#[tokio::test]
async fn the_main_reads_cost_few_calls() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    for n in 0..5 {
        let date = format!("Sun, 22 Nov 2026 08:{n:02}:00 +0000");
        let draft = Draft::new(&format!("n{n}"), LENA, "mia@acme.example.com").date(&date);
        receive(&office, &draft, &[&firm.member], &[]).await;
    }
    let contact = contact_of(&office, &firm, LENA).await;
    let timeline = format!("/v1/contacts/{contact}/timeline");
    let (table, archive) = (&office.world.table, &office.world.archive);
    table.reset_usage();
    archive.reset_counts();
    let page = office.get(&timeline).by(&firm.member).send().await.expect(200);
    let usage = table.usage();
    // Key, contact; the lines; the user with his place; all messages, which tell their deliveries.
    assert_eq!((usage.get.calls, usage.query.calls, usage.calls()), (2, 1, 5));
    assert_eq!(archive.counts(), testkit::memory_archive::ArchiveCounts::default());

    table.reset_usage();
    let path = format!("/v1/messages/{}", text_at(&page, "/items/0/mail/id"));
    office.get(&path).by(&firm.member).send().await.expect(200);
    let usage = table.usage();
    // Key; the user with his place; message, which tells its deliveries; and the raw mail for its text.
    assert_eq!((usage.get.calls, usage.calls()), (2, 3));
    assert_eq!(archive.counts().reads, 1);
}
