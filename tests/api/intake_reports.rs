//! What a bounce mail reported shows on its intake, filed or in quarantine.

use std::collections::BTreeMap;

use flows::take_in_mail::{Announcement, MailArrived, take_in_mail};
use serde_json::{Value, json};

use crate::office::{Office, items, text_at};

const BOUNCE: &str = "Return-Path: <>\n\
    From: Mail Delivery System <MAILER-DAEMON@mx.harbour.example>\nTo: mia@acme.example.com\n\
    Subject: Undelivered Mail Returned to Sender\nMessage-ID: <b1@mx.harbour.example>\n\
    Date: Sun, 22 Nov 2026 09:00:00 +0000\nMIME-Version: 1.0\n\
    Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n\
    --b\nContent-Type: text/plain\n\nYour mail could not be delivered.\n\n\
    --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.harbour.example\n\n\
    Final-Recipient: rfc822; lena@harbour.example\nAction: failed\nStatus: 5.1.1\n\
    Diagnostic-Code: smtp; 550 5.1.1 no such user here\n\n--b--\n";

async fn bring(office: &Office, key: &str, recipient: &str) {
    let world = &office.world;
    let arrived = MailArrived {
        bucket: testkit::memory_archive::MemoryArchive::BUCKET.to_owned(),
        raw: world.archive.put(key, BOUNCE.replace('\n', "\r\n").into_bytes()),
        recipients: vec![recipient.to_owned()],
        verdicts: BTreeMap::new(),
        announced_at: flows::ports::Clock::now(world.clock.as_ref()),
    };
    let announcement = Announcement::Arrived(arrived);
    take_in_mail(&world.records, world.archive.as_ref(), &announcement).await.unwrap();
}

#[tokio::test]
async fn an_intake_shows_whom_a_bounce_names_why_and_why_nothing_was_changed() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    bring(&office, "inbound/filed", "mia@acme.example.com").await;
    bring(&office, "inbound/gated", "nobody@acme.example.com").await;
    let list = office.get("/v1/intake").by(&firm.admin).send().await.expect(200);
    let mut outcomes: Vec<&str> =
        items(&list).iter().map(|one| text_at(one, "/outcome/name")).collect();
    outcomes.sort_unstable();
    assert_eq!(outcomes, ["filed", "quarantined"]);
    for one in items(&list) {
        let path = format!("/v1/intake/{}", text_at(one, "/id"));
        let shown = office.get(&path).by(&firm.admin).send().await.expect(200);
        let report = &shown["report"];
        assert_eq!(report, &one["report"], "in lists too");
        assert_eq!(report["kind"], "bounce");
        assert_eq!((&report["applied"], &report["passed_over"]), (&json!(0), &json!("not_ours")));
        assert!(text_at(report, "/hint").contains("proves nothing"));
        assert_eq!(
            report["recipients"],
            json!([{
                "address": "lena@harbour.example",
                "bounce_category": "permanent/bad mailbox",
                "bounced_for_good": true,
                "reason": "userunknown",
                "status": "5.1.1",
            }])
        );
    }

    // Whatever a person decides then, it stays.
    let waiting = items(&list).iter().find(|one| one["outcome"]["name"] == "quarantined").unwrap();
    let path = format!("/v1/intake/{}", text_at(waiting, "/id"));
    let discard = office.post(format!("{path}/discard"), Value::Null).by(&firm.admin).send().await;
    assert!(discard.status.is_success(), "{}", discard.body);
    let shown = office.get(&path).by(&firm.admin).send().await.expect(200);
    assert_eq!(shown["report"], waiting["report"]);
}
