//! What a person sees of a quarantined mail, and what he decides.

use std::collections::BTreeMap;

use flows::ports::Work;
use flows::take_in_mail::{Announcement, MailArrived, take_in_mail};
use serde_json::{Value, json};
use testkit::raw_mail::Draft;

use crate::office::{Firm, Office, items, text_at};

async fn bring(office: &Office, draft: &Draft, recipient: &str, verdicts: &[(&str, &str)]) {
    let world = &office.world;
    let n = world.archive.keys().len();
    let verdicts: BTreeMap<String, String> =
        verdicts.iter().map(|(name, word)| ((*name).to_owned(), (*word).to_owned())).collect();
    let announcement = Announcement::Arrived(MailArrived {
        bucket: testkit::memory_archive::MemoryArchive::BUCKET.to_owned(),
        raw: world.archive.put(&format!("inbound/{n}"), draft.raw("t")),
        recipients: vec![recipient.to_owned()],
        verdicts,
        announced_at: flows::ports::Clock::now(world.clock.as_ref()),
    });
    take_in_mail(&world.records, world.archive.as_ref(), &announcement).await.unwrap();
}

/// A mail that an alias refused; the path of its intake.
async fn refused(office: &Office, firm: &Firm) -> String {
    let address = format!("sales@{}", firm.domain);
    let body = json!({"kind": "organization", "address": address,
        "mailbox": firm.owner.user.mailbox.to_string(), "organization": {"module": "lead"}});
    office.post("/v1/routes", body).by(&firm.admin).send().await.expect(201);
    let draft = Draft::new("x", "<b>Lena</b> <lena@harbour.example>", &address)
        .subject("Offer <script>alert(1)</script>")
        .text("Dear <you>,\r\n\r\nclick \"here\".\r\n");
    bring(office, &draft, &address, &[("dmarc", "fail")]).await;
    let waiting = office.get("/v1/intake?state=quarantined").by(&firm.admin).send().await;
    format!("/v1/intake/{}", text_at(&waiting.expect(200), "/items/0/id"))
}

#[tokio::test]
async fn a_person_sees_reason_hint_and_a_beginning_that_does_nothing() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let path = refused(&office, &firm).await;
    let seen = office.get(&path).by(&firm.admin).send().await.expect(200);
    assert_eq!(seen["outcome"]["reason"], "not_authenticated");
    assert_eq!(seen["outcome"]["may_be_released"], true);
    assert!(text_at(&seen, "/outcome/hint").contains("release"));
    assert!(text_at(&seen, "/outcome/detail").contains("DMARC fail"));
    let preview = &seen["preview"];
    assert_eq!(preview["subject"], "Offer &lt;script&gt;alert(1)&lt;/script&gt;");
    assert!(text_at(preview, "/text").starts_with("Dear &lt;you&gt;,"));
    assert!(!preview.to_string().contains("<script"));
    assert!(items(&json!({"items": preview["fields"]})).len() > 5);
}

#[tokio::test]
async fn a_released_mail_is_queued_filed_and_says_so() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let path = refused(&office, &firm).await;
    let decide = |verb: &str| office.post(format!("{path}/{verb}"), Value::Null).by(&firm.admin);
    let (one, two) = tokio::join!(decide("release").send(), decide("release").send());
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [202, 409], "one decision");
    let Some(Work::RetryIntake(id)) = office.world.queue.take() else { panic!("work") };
    assert!(office.world.queue.waiting().is_empty());
    let world = &office.world;
    let retry = Announcement::Retry(id);
    take_in_mail(&world.records, world.archive.as_ref(), &retry).await.unwrap();
    let filed = office.get(&path).by(&firm.admin).send().await.expect(200);
    assert_eq!(filed["outcome"]["name"], "filed");
    assert_eq!(filed["released_at"], "2026-11-22T09:30:00.000Z");
    decide("release").send().await.expect_problem(409, "not_quarantined");
    decide("discard").send().await.expect_problem(409, "not_quarantined");
}

#[tokio::test]
async fn a_discarded_mail_leaves_the_quarantine_and_stays_in_the_list() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let path = refused(&office, &firm).await;
    let discard = office.post(format!("{path}/discard"), Value::Null).by(&firm.admin);
    let ended = discard.send().await.expect(200);
    assert_eq!(ended["outcome"]["name"], "discarded");
    assert_eq!(ended["outcome"]["by"], firm.admin.user.id.to_string());
    let waiting = office.get("/v1/intake?state=quarantined").by(&firm.admin).send().await;
    assert!(items(&waiting.expect(200)).is_empty());
    let all = office.get("/v1/intake").by(&firm.admin).send().await.expect(200);
    assert_eq!(items(&all).len(), 1);
    let retry = office.post(format!("{path}/retry"), Value::Null).by(&firm.admin).send().await;
    retry.expect_problem(409, "not_quarantined");
}

#[tokio::test]
async fn gmails_question_is_a_notice_of_the_user_alone_until_he_puts_it_away() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let body = json!({"kind": "forwarding", "domain": firm.domain,
                      "mailbox": firm.member.user.mailbox.to_string()});
    let route = office.post("/v1/routes", body).by(&firm.admin).send().await.expect(201);
    let address = text_at(&route, "/address").to_owned();
    let question = Draft::new("q", "Gmail Team <forwarding-noreply@google.com>", &address)
        .subject("(#123456789) Gmail Forwarding Confirmation")
        .text("To allow, click\r\nhttps://mail-settings.google.com/mail/vf-abc-x\r\n");
    bring(&office, &question, &address, &[("dmarc", "pass")]).await;

    let list = office.get("/v1/notices").by(&firm.member).send().await.expect(200);
    let [notice] = &items(&list)[..] else { panic!("{list}") };
    assert_eq!(notice["kind"], "forwarding_confirmation");
    assert_eq!(notice["code"], "123456789");
    assert!(text_at(notice, "/link").starts_with("https://mail-settings.google.com/mail/vf-"));
    let others = office.get("/v1/notices").by(&firm.admin).send().await.expect(200);
    assert!(items(&others).is_empty());
    let path = format!("/v1/notices/{}/dismiss", text_at(notice, "/id"));
    let dismiss = |by| office.post(&path, Value::Null).by(by).send();
    dismiss(&firm.admin).await.expect_problem(404, "not_found");
    dismiss(&firm.member).await.expect(204);
    dismiss(&firm.member).await.expect_problem(404, "not_found");
    let list = office.get("/v1/notices").by(&firm.member).send().await.expect(200);
    assert!(items(&list).is_empty());
}
