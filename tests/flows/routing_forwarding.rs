//! Forwarding addresses and journal copies (A16), and direction by own addresses (S3.11).

use domain::contact::PartyRole;
use domain::message::{Direction, Message, Wrapping};
use domain::notice::Matter;
use domain::route_purpose::Purpose;
use testkit::raw_mail::Draft;

use crate::bench_of_inbound::{ANNA, BEN, Inbound};
use crate::bench_of_routes::{PASS, SECRET, address};

async fn with_forwarding() -> Inbound {
    let inbound = Inbound::with_domain().await;
    inbound.address_route(SECRET, "anna", Purpose::Forwarding).await;
    inbound
}

const ORIGINAL: &str = "Message-ID: <offer@mail.example.com>\r\nDate: Sat, 21 Nov 2026 09:00:00 \
    +0000\r\nFrom: Lena <lena@harbour.example>\r\nTo: anna@crm.example.com\r\nCc: \
    kai@quay.example\r\nSubject: Offer\r\n\r\nHere is the offer.\r\n";

fn inline(id: &str) -> Draft {
    let text = "-------- Forwarded Message --------\r\nSubject: Offer\r\n\
        Date: Sat, 21 Nov 2026 09:00:00 +0000\r\nFrom: Lena <lena@harbour.example>\r\n\
        To: anna@crm.example.com\r\n\r\nHere is the offer.\r\n";
    Draft::new(id, ANNA, SECRET).subject("Fwd: Offer").text(text)
}

fn attached(id: &str, more: &str) -> Vec<u8> {
    format!(
        "Message-ID: <{id}@mail.example.com>\r\nDate: Sun, 22 Nov 2026 09:00:00 +0000\r\n\
         From: anna@crm.example.com\r\nTo: {SECRET}\r\nSubject: Fwd: Offer\r\n{more}\
         MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=cut\r\n\r\n--cut\r\n\r\n\
         see below\r\n--cut\r\nContent-Type: message/rfc822\r\n\r\n{ORIGINAL}\r\n--cut--\r\n"
    )
    .into_bytes()
}

async fn filed_raw(inbound: &Inbound, key: &str, raw: Vec<u8>) -> Message {
    let announced = inbound.announce(key, raw, &[SECRET]);
    let outcome = inbound.take_in(&announced).await.outcome;
    let domain::intake::Outcome::Filed { message, .. } = outcome else { panic!("{outcome:?}") };
    inbound.messages().into_iter().find(|found| found.id == message).unwrap()
}

fn author(message: &Message) -> Vec<&str> {
    let from = message.parties.iter().filter(|party| party.role == PartyRole::From);
    from.map(|party| party.address.expose()).collect()
}

#[tokio::test]
async fn forwarded_and_attached_originals_both_link_to_who_wrote_them() {
    for (n, how) in [(0, Wrapping::Inline), (1, Wrapping::Attached)] {
        let inbound = with_forwarding().await;
        let message = match how {
            Wrapping::Inline => inbound.filed(&inline("fwd"), &[SECRET], PASS).await,
            Wrapping::Attached | Wrapping::Journal => {
                filed_raw(&inbound, "inbound/att", attached("att", "")).await
            }
        };
        assert_eq!(author(&message), ["lena@harbour.example"], "{n}");
        assert_eq!(message.subject, "Offer");
        assert_eq!(message.direction, Direction::Received);
        assert!(message.preview.starts_with("Here is the offer."), "{}", message.preview);
        let wrapped = message.wrapped.clone().unwrap();
        assert_eq!((wrapped.how, wrapped.by), (how, Some(address(ANNA))));
        let [contact] = &inbound.contacts()[..] else { panic!("the author alone") };
        assert_eq!(contact.addresses, [address("lena@harbour.example")]);
        assert_eq!(message.contacts, [contact.id]);
        assert!(!format!("{:?}", message.parties).contains("k3yk3y"), "the secret is not told");
    }
}

#[tokio::test]
async fn the_wrapper_stays_the_raw_mail() {
    let inbound = with_forwarding().await;
    let raw = attached("att", "");
    let size = u64::try_from(raw.len()).unwrap();
    let message = filed_raw(&inbound, "inbound/att", raw).await;
    assert_eq!((message.raw.key.as_str(), message.raw.size_bytes), ("inbound/att", size));
}

#[tokio::test]
async fn an_attached_original_is_the_same_message_as_the_mail_itself() {
    let inbound = with_forwarding().await;
    let direct = inbound.announce("inbound/direct", ORIGINAL.as_bytes().to_vec(), &[BEN]);
    assert_eq!(inbound.take_in(&direct).await.outcome.name(), "filed");
    let forwarded = inbound.announce("inbound/att", attached("att", ""), &[SECRET]);
    assert_eq!(inbound.take_in(&forwarded).await.outcome.name(), "duplicate");
    assert_eq!(inbound.messages().len(), 1);
}

#[tokio::test]
async fn a_journal_copy_names_also_its_blind_recipients() {
    let inbound = with_forwarding().await;
    inbound.contact(domain::contact::ContactKind::Contact, "mo@quay.example", None).await;
    let raw = format!(
        "From: journal@crm.example.com\r\nTo: journal@crm.example.com\r\nDate: Sun, 22 Nov 2026 \
         09:00:00 +0000\r\nMessage-ID: <j@crm.example.com>\r\nX-MS-Journal-Report:\r\n\
         Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nSender: \
         lena@harbour.example\r\nSubject: Offer\r\nRecipient: anna@crm.example.com\r\nBcc: \
         mo@quay.example\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n{ORIGINAL}\r\n--x--\r\n"
    );
    let message = filed_raw(&inbound, "inbound/journal", raw.into_bytes()).await;
    assert_eq!(message.wrapped.clone().unwrap().how, Wrapping::Journal);
    assert_eq!(author(&message), ["lena@harbour.example"]);
    assert_eq!(message.contacts.len(), 2, "the author's and the blind recipient's");
}

#[tokio::test]
async fn a_journal_of_outgoing_mail_is_sent_mail() {
    let inbound = with_forwarding().await;
    let own = ORIGINAL.replace("Lena <lena@harbour.example>", ANNA);
    let raw = attached("out", "X-MS-Journal-Report:\r\n");
    let raw = String::from_utf8(raw).unwrap().replace(ORIGINAL, &own);
    let message = filed_raw(&inbound, "inbound/out", raw.into_bytes()).await;
    assert_eq!(message.direction, Direction::Sent);
}

#[tokio::test]
async fn what_a_server_redirects_is_filed_as_it_is_even_a_forward_to_its_reader() {
    let inbound = with_forwarding().await;
    let forward = inline("passed").subject("Fwd: Offer");
    let raw = String::from_utf8(forward.raw("t")).unwrap();
    let raw = raw.replace(&format!("To: {SECRET}"), "To: anna@crm.example.com");
    let raw = raw.replace(&format!("From: {ANNA}"), "From: kai@quay.example");
    let message = filed_raw(&inbound, "inbound/r", raw.into_bytes()).await;
    assert_eq!((author(&message), message.wrapped.is_some()), (vec!["kai@quay.example"], false));
}

#[tokio::test]
async fn mail_from_an_own_address_is_sent_wherever_it_is_found() {
    let inbound = with_forwarding().await;
    for (n, (way, from)) in
        [(ANNA, BEN), (SECRET, ANNA), (BEN, BEN), (ANNA, "desk@crm.example.com")].iter().enumerate()
    {
        let draft = Draft::new(&format!("own{n}"), from, "lena@harbour.example");
        assert_eq!(inbound.filed(&draft, &[way], PASS).await.direction, Direction::Sent, "{from}");
    }
    let other = Draft::new("other", "lena@harbour.example", ANNA);
    assert_eq!(inbound.filed(&other, &[ANNA], PASS).await.direction, Direction::Received);
}

#[tokio::test]
async fn gmails_question_is_shown_to_the_user_and_never_answered() {
    let inbound = with_forwarding().await;
    let question = Draft::new("q", "Gmail Team <forwarding-noreply@google.com>", SECRET)
        .subject("(#123456789) Gmail Forwarding Confirmation - Receive Mail")
        .text("To allow, click\r\nhttps://mail-settings.google.com/mail/vf-abc-x\r\n");
    inbound.filed(&question, &[SECRET], PASS).await;
    let [notice] = &inbound.notices()[..] else { panic!("one notice") };
    assert_eq!(notice.owner, Some(inbound.tenant.people["anna"]));
    let (code, link) = ("123456789", "https://mail-settings.google.com/mail/vf-abc-x");
    let (code, link) = (Some(code.to_owned()), Some(link.to_owned()));
    let Matter::ForwardingConfirmation { code: told, link: led, .. } = &notice.matter else {
        panic!("{:?}", notice.matter)
    };
    assert_eq!((told, led), (&code, &link));
    assert!(inbound.contacts().is_empty(), "Google is no contact");

    let forged = question.clone().text("https://mail-settings.google.com/mail/vf-evil\r\n");
    inbound.filed(&forged, &[SECRET], &[("dmarc", "fail")]).await;
    assert_eq!(inbound.notices().len(), 1, "only Google's own word is shown");
}
