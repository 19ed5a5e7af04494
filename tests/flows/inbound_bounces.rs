//! Mail that comes back, by mail: what it changes, and what anybody could have written changes
//! nothing (H2, H10, B10, G8).

use domain::ids::MessageId;
use domain::intake::{Intake, MailReport, Outcome, PassedOver, ReportSort};
use domain::notice::{Matter, Notice};
use domain::send::SendStatus;
use domain::suppression::{Suppression, SuppressionScope};
use mail::reply_token::{ReplyKey, ReplyTarget, ReplyToken};
use store::suppressions::{self, Asked};
use store::table::TableName;
use testkit::people::send_one_off;
use testkit::ses_events::SentMail;

use crate::bench_of_inbound::{ANNA, Inbound};

const LENA: &str = "lena@harbour.example";
const NUMBER: u128 = 7;

struct Returned {
    inbound: Inbound,
    mail: SentMail,
}

impl Returned {
    /// Anna has written to Lena.
    async fn new() -> Self {
        let inbound = Inbound::new().await;
        let mail = send_one_off(&inbound.world.records, inbound.tenant.id, NUMBER, LENA).await;
        Self { mail: mail.unwrap(), inbound }
    }

    fn token(&self) -> String {
        let key = ReplyKey::current(&self.inbound.world.records.hasher);
        let target = ReplyTarget::Message(MessageId::from_bits(NUMBER));
        ReplyToken::sign(key, self.inbound.tenant.id, target).as_str().to_owned()
    }

    /// Brings a raw mail to Anna, with the tag in her address.
    async fn bring(&self, raw: String, tag: Option<&str>) -> (Outcome, Option<MailReport>) {
        let to = tag.map_or(ANNA.to_owned(), |tag| format!("anna+{tag}@crm.example.com"));
        let key = format!("inbound/{}", self.inbound.world.archive.keys().len());
        let octets = raw.replace('\n', "\r\n").into_bytes();
        let announced = self.inbound.announce(&key, octets, &[&to]);
        let settled = self.inbound.take_in(&announced).await;
        let intake: Intake = self.inbound.intake(settled.intake);
        (settled.outcome, intake.report)
    }

    async fn block(&self) -> Option<Suppression> {
        let records = &self.inbound.world.records;
        let asked = [Asked::one_off(self.mail.to.clone())];
        let (table, now) = (records.table.as_ref(), records.clock.now());
        let tenant = self.inbound.tenant.id;
        let blocking = suppressions::blocking(table, tenant, &records.hasher, &asked, now);
        blocking.await.unwrap().remove(&self.mail.to)
    }

    async fn status(&self) -> SendStatus {
        let records = &self.inbound.world.records;
        let (table, tenant) = (records.table.as_ref(), self.inbound.tenant.id);
        let (place, to) = (&self.mail.place, &self.mail.to);
        let send = store::sends::get(table, tenant, &records.hasher, place, to).await;
        send.unwrap().unwrap().status()
    }

    fn notices(&self) -> Vec<Notice> {
        self.inbound.records(TableName::Delivery, "notice")
    }
}

fn groups(recipients: impl IntoIterator<Item = String>) -> String {
    let group = |to| {
        format!(
            "Final-Recipient: rfc822; {to}\nAction: failed\nStatus: 5.1.1\n\
             Diagnostic-Code: smtp; 550 5.1.1 no such user here\n\n"
        )
    };
    recipients.into_iter().map(group).collect()
}

fn report(groups: &str) -> String {
    format!(
        "From: Mail Delivery System <MAILER-DAEMON@mx.harbour.example>\nTo: {ANNA}\n\
         Subject: Undelivered Mail Returned to Sender\nMessage-ID: <b1@mx.harbour.example>\n\
         Date: Sun, 22 Nov 2026 09:00:00 +0000\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n\
         --b\nContent-Type: text/plain\n\nYour mail could not be delivered.\n\n\
         --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.harbour.example\n\n\
         {groups}--b\nContent-Type: text/rfc822-headers\n\nSubject: Offer\n\
         Message-ID: <offer@crm.example.com>\n\n--b--\n"
    )
}

#[tokio::test]
async fn a_bounce_with_our_token_blocks_the_recipient_and_is_filed_for_its_owner() {
    let r = Returned::new().await;
    let raw = report(&groups([LENA.to_owned()]));
    let (outcome, note) = r.bring(raw, Some(&r.token())).await;
    assert!(matches!(outcome, Outcome::Filed { .. }));
    let note = note.expect("the intake notes it");
    assert_eq!((note.sort, note.applied, note.passed_over), (ReportSort::Bounce, 1, None));
    assert_eq!(r.status().await, SendStatus::BouncedPermanent);
    assert_eq!(r.block().await.expect("it is blocked").scope, SuppressionScope::Bounces);
    assert_eq!(r.inbound.messages().len(), 1);
    assert!(r.inbound.contacts().is_empty(), "no contact comes of a bounce");
}

#[tokio::test]
async fn a_bounce_for_a_mail_we_did_not_send_is_noted_and_changes_nothing() {
    let r = Returned::new().await;
    let raw = report(&groups([LENA.to_owned()]));
    let forged = format!("r0m{}{}", "0".repeat(26), "a".repeat(13));
    for tag in [None, Some(forged.as_str())] {
        let (_, note) = r.bring(raw.clone(), tag).await;
        let note = note.expect("the intake notes it");
        assert_eq!((note.applied, note.passed_over), (0, Some(PassedOver::NotOurs)));
    }
    assert_eq!(r.status().await, SendStatus::Queued);
    assert!(r.block().await.is_none());
}

#[tokio::test]
async fn a_true_token_blocks_nobody_whom_that_mail_did_not_go_to() {
    let r = Returned::new().await;
    let victims = (0..10_000).map(|n| format!("victim{n}@bank.example"));
    let (_, note) = r.bring(report(&groups(victims)), Some(&r.token())).await;
    let note = note.expect("the intake notes it");
    assert_eq!((note.applied, note.passed_over), (0, Some(PassedOver::Strangers)));
    assert!(note.strangers >= 50);
    let blocks: Vec<Suppression> = r.inbound.records(TableName::Crm, "suppression");
    assert!(blocks.is_empty());
}

#[tokio::test]
async fn a_forwarded_mail_that_comes_back_from_elsewhere_is_about_its_only_recipient() {
    let r = Returned::new().await;
    let raw = report(&groups(["lena.private@elsewhere.example".to_owned()]));
    r.bring(raw, Some(&r.token())).await;
    assert_eq!(r.status().await, SendStatus::BouncedPermanent);
}

#[tokio::test]
async fn a_line_of_a_megabyte_and_reports_within_reports_are_bounded_and_noted() {
    let r = Returned::new().await;
    let long = format!("Final-Recipient: rfc822; {}\nAction: failed\n\n", "x".repeat(1_000_000));
    let (_, note) = r.bring(report(&long), Some(&r.token())).await;
    assert_eq!(note.expect("the intake notes it").applied, 0);
    let mut nested = report(&groups([LENA.to_owned()]));
    for _ in 0..100 {
        nested = format!("From: a@b.example\nContent-Type: message/rfc822\n\n{nested}");
    }
    let (outcome, _) = r.bring(nested, None).await;
    assert!(matches!(outcome, Outcome::Filed { .. }));
    assert!(r.block().await.is_none());
}

#[tokio::test]
async fn a_complaint_by_mail_stops_all_mail_and_tells_somebody() {
    let r = Returned::new().await;
    let raw = format!(
        "From: feedback@isp.example\nTo: {ANNA}\nSubject: complaint\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=feedback-report; boundary=\"b\"\n\n\
         --b\nContent-Type: text/plain\n\nA complaint.\n\n--b\nContent-Type: message/feedback-report\n\n\
         Feedback-Type: abuse\nUser-Agent: Loop/1.0\nVersion: 1\nOriginal-Rcpt-To: {LENA}\n\n\
         --b\nContent-Type: text/rfc822-headers\n\nSubject: Offer\n\n--b--\n"
    );
    let (_, note) = r.bring(raw, Some(&r.token())).await;
    assert_eq!(note.expect("the intake notes it").sort, ReportSort::Complaint);
    assert_eq!(r.block().await.expect("it is blocked").scope, SuppressionScope::Global);
    assert!(matches!(r.notices()[0].matter, Matter::Complaint { .. }));
}

#[tokio::test]
async fn an_absence_notice_is_noted_as_such_and_never_blocks() {
    let r = Returned::new().await;
    let raw = format!(
        "From: Lena <{LENA}>\nTo: {ANNA}\nSubject: Out of office: Offer\n\
         Message-ID: <o1@harbour.example>\nAuto-Submitted: auto-replied\n\n\
         I am out of the office until Monday.\n"
    );
    let (_, note) = r.bring(raw, Some(&r.token())).await;
    assert_eq!(note.expect("the intake notes it").sort, ReportSort::AutoReply);
    assert_eq!(r.status().await, SendStatus::Delivered);
    assert!(r.block().await.is_none());
}

fn wish(subject: &str, text: &str) -> String {
    format!(
        "From: Lena <{LENA}>\nTo: {ANNA}\nSubject: {subject}\nMessage-ID: <u1@harbour.example>\n\
         Content-Type: text/plain; charset=utf-8\n\n{text}\n"
    )
}

#[tokio::test]
async fn a_mail_to_our_token_that_says_unsubscribe_unsubscribes() {
    let r = Returned::new().await;
    let (_, note) = r.bring(wish("unsubscribe", ""), Some(&r.token())).await;
    assert_eq!(note.expect("the intake notes it").sort, ReportSort::Unsubscribe);
    assert_eq!(r.block().await.expect("it is blocked").scope, SuppressionScope::Tenant);
}

#[tokio::test]
async fn a_wish_in_words_alone_waits_for_a_person_and_the_contrary_is_no_wish() {
    for text in ["Unsubscribe.", "退订", "Abmelden!"] {
        let r = Returned::new().await;
        let (_, note) = r.bring(wish("Re: Offer", text), None).await;
        assert_eq!(note.expect("the intake notes it").sort, ReportSort::UnsubscribeAsked);
        assert!(r.block().await.is_none());
        assert!(matches!(r.notices()[0].matter, Matter::UnsubscribeAsked { .. }));
    }
    let r = Returned::new().await;
    let (_, note) = r.bring(wish("Re: Offer", "please don't unsubscribe me"), None).await;
    assert!(note.is_none() && r.notices().is_empty());
}

#[tokio::test]
async fn an_answer_of_a_person_clears_temporary_bounces_and_an_absence_notice_does_not() {
    let r = Returned::new().await;
    let full = "Final-Recipient: rfc822; lena@harbour.example\nAction: failed\nStatus: 4.2.2\n\
                Diagnostic-Code: smtp; 452 4.2.2 mailbox full\n\n";
    for number in [7, 8, 9] {
        let sent = send_one_off(&r.inbound.world.records, r.inbound.tenant.id, number, LENA);
        if number != NUMBER {
            sent.await.unwrap();
        }
        let key = ReplyKey::current(&r.inbound.world.records.hasher);
        let target = ReplyTarget::Message(MessageId::from_bits(number));
        let token = ReplyToken::sign(key, r.inbound.tenant.id, target);
        r.inbound.world.clock.advance(std::time::Duration::from_secs(25 * 3_600));
        r.bring(report(full), Some(token.as_str())).await;
    }
    assert!(r.block().await.is_some(), "three in three days");
    let away = format!(
        "From: Lena <{LENA}>\nTo: {ANNA}\nSubject: Out of office\nAuto-Submitted: auto-replied\n\n\
         I am out of the office until Monday.\n"
    );
    r.inbound.world.clock.advance(std::time::Duration::from_secs(60));
    r.bring(away, Some(&r.token())).await;
    assert!(r.block().await.is_some());
    r.bring(wish("Re: Offer", "Thank you, that suits us."), Some(&r.token())).await;
    assert!(r.block().await.is_none());
}
