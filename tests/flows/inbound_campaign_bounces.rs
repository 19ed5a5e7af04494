//! Mail of campaigns that comes back by mail gives the facts that an event of SES would; and what a mail
//! that names nothing of ours may change (H2, H10).

use std::time::Duration;

use domain::email_address::EmailAddress;
use domain::ids::{CampaignId, ContactId};
use domain::intake::{Intake, MailReport, PassedOver, ReportSort};
use domain::limits::MAILED_LATELY;
use domain::send::{Counted, Send, SendPlace, SendStatus};
use domain::suppression::{Suppression, SuppressionCause, SuppressionScope};
use flows::apply_mail_event::{ProviderNote, apply_provider_notes};
use flows::ports::Clock;
use mail::reply_token::ReplyKey;
use mail::send_token::{FIELD, SendToken};
use store::table::TableName;
use store::{mailed_addresses, sends};
use testkit::ses_events::{NO_MAILBOX, SentMail};

use crate::bench_of_inbound::{ANNA, Inbound};

const LENA: &str = "lena@harbour.example";
const CHUNK: u32 = 3;

fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn place(contact: u128) -> SendPlace {
    let (campaign, contact) = (CampaignId::from_bits(1), ContactId::from_bits(contact));
    SendPlace::Campaign { campaign, chunk: CHUNK, contact }
}

/// A tenant that has sent a campaign to Lena and Ole.
struct Campaign(Inbound);

impl Campaign {
    async fn new() -> Self {
        let inbound = Inbound::new().await;
        for (contact, to) in [(1, LENA), (2, "ole@harbour.example")] {
            let send = Send::queued(place(contact), address(to), None, inbound.world.clock.now());
            let hasher = &inbound.world.records.hasher;
            let write = sends::create(inbound.tenant.id, hasher, &send).unwrap();
            inbound.world.records.table.write(write).await.unwrap();
        }
        Self(inbound)
    }

    fn token(&self, contact: u128) -> String {
        let key = ReplyKey::current(&self.0.world.records.hasher);
        let token = SendToken::sign(key, self.0.tenant.id, place(contact)).unwrap();
        token.as_str().to_owned()
    }

    async fn send(&self, contact: u128) -> Send {
        let records = &self.0.world.records;
        let (table, tenant) = (records.table.as_ref(), self.0.tenant.id);
        let (place, to) = (place(contact), address(LENA));
        sends::get(table, tenant, &records.hasher, &place, &to).await.unwrap().unwrap()
    }

    async fn bring(&self, raw: &str) -> MailReport {
        let key = format!("inbound/{}", self.0.world.archive.keys().len());
        let octets = raw.replace('\n', "\r\n").into_bytes();
        let announced = self.0.announce(&key, octets, &[ANNA]);
        let settled = self.0.take_in(&announced).await;
        let intake: Intake = self.0.intake(settled.intake);
        intake.report.expect("the intake notes it")
    }

    fn blocks(&self) -> Vec<Suppression> {
        self.0.records(TableName::Crm, "suppression")
    }

    async fn mailed(&self, to: &str) {
        let records = &self.0.world.records;
        let (table, now) = (records.table.as_ref(), records.clock.now());
        let (tenant, to) = (self.0.tenant.id, address(to));
        mailed_addresses::note(table, tenant, &records.hasher, &to, now).await.unwrap();
    }
}

fn report(recipients: &[&str], original: &str) -> String {
    let group = |to: &&str| {
        format!(
            "Final-Recipient: rfc822; {to}\nAction: failed\nStatus: 5.1.1\n\
             Diagnostic-Code: smtp; 550 5.1.1 user unknown\n\n"
        )
    };
    let groups: String = recipients.iter().map(group).collect();
    format!(
        "From: Mail Delivery System <MAILER-DAEMON@mx.harbour.example>\nTo: {ANNA}\n\
         Subject: Undelivered Mail Returned to Sender\nMessage-ID: <b1@mx.harbour.example>\n\
         Date: Sun, 22 Nov 2026 09:00:00 +0000\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n\
         --b\nContent-Type: text/plain\n\nYour mail could not be delivered.\n\n\
         --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.harbour.example\n\n\
         {groups}--b\nContent-Type: text/rfc822-headers\n\nSubject: News\n{original}\n--b--\n"
    )
}

fn field(token: &str) -> String {
    format!("{FIELD}: {token}\n")
}

fn complaint(original: &str) -> String {
    format!(
        "From: feedback@isp.example\nTo: {ANNA}\nSubject: complaint\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type=feedback-report; boundary=\"b\"\n\n\
         --b\nContent-Type: text/plain\n\nA complaint.\n\n--b\nContent-Type: message/feedback-report\n\n\
         Feedback-Type: abuse\nUser-Agent: Loop/1.0\nVersion: 1\nOriginal-Rcpt-To: {LENA}\n\n\
         --b\nContent-Type: text/rfc822-headers\n\nSubject: News\n{original}\n--b--\n"
    )
}

#[tokio::test]
async fn a_campaigns_bounce_by_mail_gives_the_facts_that_an_event_gives() {
    let by_event = Campaign::new().await;
    let records = &by_event.0.world.records;
    let mail = SentMail { tenant: by_event.0.tenant.id, place: place(1), to: address(LENA) };
    let json = mail.bounce(NO_MAILBOX, records.clock.now());
    let note = ProviderNote { json: json.into(), received_at: records.clock.now() };
    apply_provider_notes(records, &[note]).await.unwrap();

    for original in ["field", "id"] {
        let by_mail = Campaign::new().await;
        let token = by_mail.token(1);
        let original = match original {
            "field" => field(&token),
            _ => format!("Message-ID: <{token}@crm.example.com>\n"),
        };
        let note = by_mail.bring(&report(&[LENA], &original)).await;
        assert_eq!((note.sort, note.applied, note.passed_over), (ReportSort::Bounce, 1, None));
        let bounce = |send: Send| {
            let bounce = send.bounced_permanent.expect("it came back");
            (bounce.permanence, bounce.category, bounce.reason, bounce.hard, bounce.status)
        };
        assert_eq!(bounce(by_mail.send(1).await), bounce(by_event.send(1).await));
        assert_eq!(by_mail.send(2).await.status(), SendStatus::Queued);
        let what = |blocks: Vec<Suppression>| {
            let what = |b: Suppression| (b.scope, b.cause, b.category, b.contact, b.source);
            blocks.into_iter().map(what).collect::<Vec<_>>()
        };
        assert_eq!(what(by_mail.blocks()), what(by_event.blocks()));
        let (table, tenant) = (&by_mail.0.world.records.table, by_mail.0.tenant.id);
        let listings = store::provider_list::waiting(table.as_ref(), tenant, 10).await.unwrap();
        assert_eq!(listings.len(), 1, "the provider is to be told");
        let chunk = sends::counts_of_chunk(table.as_ref(), tenant, &place(1)).await.unwrap();
        assert_eq!(chunk, [(Counted::BouncedPermanent, 1)].into());
    }
}

#[tokio::test]
async fn a_campaigns_token_speaks_of_its_own_recipient_alone() {
    // A mail that was forwarded comes back from elsewhere: it had one recipient.
    let c = Campaign::new().await;
    let forwarded = report(&["lena.private@elsewhere.example"], &field(&c.token(1)));
    assert_eq!(c.bring(&forwarded).await.applied, 1);
    assert_eq!(c.send(1).await.status(), SendStatus::BouncedPermanent);
    assert_eq!(c.blocks().len(), 1);

    // Of several recipients none but that one is meant.
    let c = Campaign::new().await;
    let victims = ["victim@bank.example", "ole@harbour.example", "chief@bank.example"];
    let note = c.bring(&report(&victims, &field(&c.token(1)))).await;
    assert_eq!((note.applied, note.passed_over), (0, Some(PassedOver::Strangers)));
    assert_eq!(note.strangers, 3);
    assert!(c.blocks().is_empty());
    assert_eq!(c.send(2).await.status(), SendStatus::Queued);
}

#[tokio::test]
async fn a_forged_token_of_a_campaign_leads_nowhere() {
    let c = Campaign::new().await;
    let good = c.token(1);
    let key = ReplyKey::current(&c.0.world.records.hasher);
    let other_tenant = domain::ids::TenantId::from_bits(2);
    let theirs = SendToken::sign(key, other_tenant, place(1)).unwrap().as_str().to_owned();
    // Ole's record under the code for Lena's.
    let turned = format!("{}{}", &c.token(2)[..64], &good[64..]);
    for token in [turned, theirs, format!("{}{}", &good[..64], "0".repeat(13))] {
        let note = c.bring(&report(&[LENA], &field(&token))).await;
        assert_eq!((note.applied, note.passed_over), (0, Some(PassedOver::NotOurs)), "{token}");
        c.bring(&complaint(&field(&token))).await;
    }
    assert_eq!(c.send(1).await.status(), SendStatus::Queued);
    assert!(c.blocks().is_empty());
}

#[tokio::test]
async fn a_complaint_by_mail_about_a_campaign_stops_all_mail_and_counts_for_the_campaign() {
    let c = Campaign::new().await;
    let note = c.bring(&complaint(&field(&c.token(1)))).await;
    assert_eq!((note.sort, note.applied), (ReportSort::Complaint, 1));
    assert_eq!(c.send(1).await.status(), SendStatus::Complained);
    let blocks = c.blocks();
    let wanted = (SuppressionScope::Global, SuppressionCause::Complaint);
    assert_eq!((blocks.len(), (blocks[0].scope, blocks[0].cause)), (1, wanted));
    assert_eq!(blocks[0].contact, Some(ContactId::from_bits(1)));
    let (table, tenant) = (&c.0.world.records.table, c.0.tenant.id);
    let campaign = CampaignId::from_bits(1);
    let (volume, _) = store::day_tallies::campaign(table.as_ref(), tenant, campaign).await.unwrap();
    assert_eq!(volume.complained, 1);
}

#[tokio::test]
async fn an_address_that_we_mailed_lately_is_blocked_by_a_bounce_that_names_nothing_else() {
    let c = Campaign::new().await;
    c.mailed(LENA).await;
    c.0.world.clock.advance(MAILED_LATELY - Duration::from_secs(1));
    for _ in 0..2 {
        let raw = report(&["never@mailed.example", LENA], "");
        let note = c.bring(&raw).await;
        assert_eq!((note.applied, note.strangers, note.passed_over), (1, 1, None));
    }
    let blocks = c.blocks();
    let [block] = blocks.as_slice() else { panic!("{blocks:?}") };
    assert_eq!(block.address_hash, Some(c.0.world.records.hasher.address(&address(LENA))));
    assert_eq!((block.scope, block.source), (SuppressionScope::Bounces, None));
    let (table, tenant) = (c.0.world.records.table.as_ref(), c.0.tenant.id);
    let for_provider = store::provider_list::waiting(table, tenant, 10).await.unwrap();
    assert!(for_provider.is_empty(), "the provider's list is for all tenants");
    assert_eq!(c.send(1).await.status(), SendStatus::Queued, "which mail it was nobody knows");
}

#[tokio::test]
async fn backscatter_and_old_mail_change_nothing() {
    let c = Campaign::new().await;
    let of_strangers = c.bring(&report(&["never@mailed.example"], "")).await;
    assert_eq!((of_strangers.applied, of_strangers.strangers), (0, 1));
    assert_eq!(of_strangers.passed_over, Some(PassedOver::NotOurs));
    c.mailed(LENA).await;
    c.0.world.clock.advance(MAILED_LATELY);
    let of_old = c.bring(&report(&[LENA], "")).await;
    assert_eq!((of_old.applied, of_old.passed_over), (0, Some(PassedOver::NotOurs)));
    assert!(c.blocks().is_empty());
}

#[tokio::test]
async fn a_complaint_that_names_an_address_alone_stops_no_mail() {
    let c = Campaign::new().await;
    c.mailed(LENA).await;
    let note = c.bring(&complaint("")).await;
    assert_eq!((note.sort, note.applied), (ReportSort::Complaint, 0));
    assert_eq!(note.passed_over, Some(PassedOver::NotOurs));
    assert!(c.blocks().is_empty());
}

#[tokio::test]
async fn a_hostile_report_about_many_that_we_mailed_is_bounded() {
    let c = Campaign::new().await;
    let victims: Vec<String> = (0..200).map(|n| format!("p{n}@bank.example")).collect();
    for victim in &victims {
        c.mailed(victim).await;
    }
    let named: Vec<&str> = victims.iter().map(String::as_str).collect();
    let note = c.bring(&report(&named, "")).await;
    let bound = u64::try_from(domain::limits::BOUNCED_RECIPIENTS_MAX).unwrap();
    assert!(note.applied <= bound, "{}", note.applied);
    assert_eq!(u64::try_from(c.blocks().len()).unwrap(), note.applied);
}
