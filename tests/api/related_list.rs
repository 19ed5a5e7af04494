//! The related list of a record (B16): what it shows of a mail in every status there is.

use domain::bounce::{BounceReason, Permanence};
use domain::bounce_category::BounceCategory;
use domain::email_address::EmailAddress;
use domain::ids::MessageId;
use domain::mail_event::{Bounce, ComplaintFact, Delay, Fact, ServerWords, Who};
use domain::send::{Send, SendPlace, SendStatus, Stopped};
use domain::timestamp::Timestamp;
use flows::ports::Clock;
use serde_json::{Value, json};
use store::sends;
use store::table::Table;
use testkit::raw_mail::Draft;

use crate::mail::receive;
use crate::office::{Firm, Office, items, text_at};

const LENA: &str = "lena@harbour.example";

fn bounce(at: Timestamp, permanence: Permanence) -> Fact {
    let (category, reason) = match permanence {
        Permanence::Permanent => (BounceCategory::BadMailbox, BounceReason::UserUnknown),
        Permanence::Temporary => (BounceCategory::MailboxFull, BounceReason::MailboxFull),
    };
    Fact::Bounced(Bounce {
        at,
        permanence,
        category,
        reason,
        hard: permanence == Permanence::Permanent,
        status: None,
        reply: None,
        diagnostic: ServerWords::new("no"),
    })
}

fn stopped(at: Timestamp, reason: &str) -> Stopped {
    Stopped { at, reason: reason.to_owned() }
}

/// Brings a send into a status. A new status does not compile until the list shows it, too.
fn reach(send: &mut Send, status: SendStatus, at: Timestamp) {
    let facts = match status {
        SendStatus::Queued => vec![],
        SendStatus::Sent => vec![Fact::Sent],
        SendStatus::Delivered => vec![Fact::Sent, Fact::Delivered],
        SendStatus::Delayed => {
            let category = Some(BounceCategory::MailboxFull);
            vec![Fact::Sent, Fact::Delayed(Delay { at, until: None, category })]
        }
        SendStatus::BouncedTemporary => vec![bounce(at, Permanence::Temporary)],
        SendStatus::BouncedPermanent => {
            vec![bounce(at, Permanence::Temporary), bounce(at, Permanence::Permanent)]
        }
        SendStatus::Complained => {
            let told = ComplaintFact { at, feedback_type: Some("abuse".to_owned()) };
            vec![Fact::Delivered, Fact::Opened(Who::Person), Fact::Complained(told)]
        }
        SendStatus::Rejected => vec![Fact::Sent, Fact::Rejected("a virus".to_owned())],
        SendStatus::Opened => vec![Fact::Opened(Who::Machine), Fact::Opened(Who::Person)],
        SendStatus::Clicked => vec![Fact::Opened(Who::Person), Fact::Clicked(Who::Person)],
        SendStatus::Unknown => {
            send.unknown_at = Some(at);
            vec![]
        }
        SendStatus::Failed => {
            send.failed = Some(stopped(at, "not verified"));
            vec![]
        }
        SendStatus::Skipped => {
            send.skipped = Some(stopped(at, "complaint"));
            vec![]
        }
    };
    for fact in facts {
        send.learn(at, &fact);
    }
}

/// A mail of the member to Lena whose send is what `change` makes of it.
async fn sent(office: &Office, firm: &Firm, subject: &str, change: impl Fn(&mut Send, Timestamp)) {
    office.world.clock.advance(std::time::Duration::from_secs(60));
    let new = json!({"to": [LENA], "subject": subject, "text": "Hello"});
    let asked = office.post("/v1/messages", new).by(&firm.member).once(&subject.replace(" ", "-"));
    let message: MessageId = text_at(&asked.send().await.expect(201), "/id").parse().unwrap();
    let (table, hasher) = (office.world.table.as_ref(), &office.world.records.hasher);
    let (place, to) = (SendPlace::OneOff { message }, EmailAddress::parse(LENA).unwrap());
    let found = sends::get(table, firm.id, hasher, &place, &to).await.unwrap().unwrap();
    let now = office.world.clock.now();
    let mut send = Send { rev: found.rev + 1, ..Send::queued(place, to, found.contact, now) };
    change(&mut send, now);
    table.write(sends::replace(firm.id, hasher, &send, found.rev).unwrap()).await.unwrap();
}

/// A line of the list as one line of text.
fn line(line: &Value, owner: &str) -> String {
    let mail = &line["mail"];
    let mut text = format!("{} {}:", text_at(mail, "/direction"), text_at(mail, "/subject"));
    for send in line["sends"].as_array().unwrap() {
        text.push_str(&format!(" {}", text_at(send, "/status")));
        if let Some(category) = send["bounce_category"].as_str() {
            text.push_str(&format!(", {category}"));
        }
        if let Some(for_good) = send["bounced_for_good"].as_bool() {
            text.push_str(if for_good { ", for good" } else { ", for now" });
        }
        if let Some(why) = send["stopped_because"].as_str() {
            text.push_str(&format!(", because {why}"));
        }
        for (field, word) in [
            ("opened_at", "opened"),
            ("opened_by_machine_at", "opened by a machine"),
            ("clicked_at", "clicked"),
        ] {
            if send[field].is_string() {
                text.push_str(&format!(", {word}"));
            }
        }
    }
    let (files, thread) = (mail["attachments"].as_array().unwrap(), &mail["thread"]);
    let names: Vec<&str> = files.iter().map(|file| text_at(file, "/name")).collect();
    if !names.is_empty() {
        text.push_str(&format!(" with {}", names.join(", ")));
    }
    assert!(thread.as_str().is_some_and(|thread| thread.starts_with("thr_")));
    assert_eq!(mail["deliveries"][0]["owner"], owner);
    text
}

#[tokio::test]
async fn the_related_list_shows_every_status_with_what_belongs_to_it() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let lena = json!({"kind": "contact", "name": "Lena", "addresses": [LENA]});
    let made = office.post("/v1/contacts", lena).by(&firm.member).once("lena").send().await;
    let lena = text_at(&made.expect(201), "/id").to_owned();
    for status in SendStatus::ALL {
        let change = |send: &mut Send, at| {
            reach(send, *status, at);
            assert_eq!(send.status(), *status);
        };
        sent(&office, &firm, status.name(), change).await;
    }
    let by_machine = |send: &mut Send, at| {
        send.learn(at, &Fact::Opened(Who::Machine));
    };
    sent(&office, &firm, "read by a proxy", by_machine).await;
    let answer = Draft::new("answer", LENA, "mia@acme.example.com").file("offer.pdf", b"%PDF");
    let answer = answer.date("Sun, 22 Nov 2026 12:00:00 +0000");
    receive(&office, &answer, &[&firm.member], &[]).await;

    let path = format!("/v1/contacts/{lena}/timeline");
    let page = office.get(&path).by(&firm.member).send().await.expect(200);
    let owner = firm.member.user.id.to_string();
    let lines: Vec<String> = items(&page).iter().map(|one| line(one, &owner)).collect();
    assert_eq!(
        lines,
        [
            "received About answer: with offer.pdf",
            "sent read by a proxy: delivered, opened by a machine",
            "sent skipped: skipped, because complaint",
            "sent failed: failed, because not verified",
            "sent unknown: unknown",
            "sent clicked: clicked, opened, clicked",
            "sent opened: opened, opened, opened by a machine",
            "sent rejected: rejected, because a virus",
            "sent complained: complained, opened",
            "sent bounced_permanent: bounced_permanent, permanent/bad mailbox, for good",
            "sent bounced_temporary: bounced_temporary, temporary/mailbox full, for now",
            "sent delayed: delayed, temporary/mailbox full",
            "sent delivered: delivered",
            "sent sent: sent",
            "sent queued: queued",
        ]
    );
}
