//! A person's mail: who may write it, whom it goes to, and what the records say of it.

use domain::hand_over::HandOverState;
use domain::message::Direction;
use domain::refusal::{RefusalCode, Refused};
use domain::send::SendStatus;
use domain::suppression::SuppressionCause;
use domain::tenant::{Tenant, TenantSettings};
use domain::thread::ThreadReason;
use flows::error::FlowError;
use flows::hand_over::HandedOver;
use flows::send_message::NewMail;
use flows::take_in_mail::take_in_mail;
use store::table::{Table, Units};
use store::{contact_timeline, messages, tenants};
use testkit::memory_sender::SendAnswer;
use testkit::raw_mail::Draft;

use crate::bench_of_inbound::Inbound;
use crate::sending_desk::{ANNA, CUSTOMER, Desk, address, to};

fn refused(result: Result<HandedOver, FlowError>) -> Refused {
    match result {
        Err(FlowError::Refused(refused)) => refused,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_mail_goes_out_with_tags_and_stands_in_thread_and_timeline() {
    let desk = Desk::new().await;
    let contact = desk.contact(9, &[CUSTOMER]).await;
    let sent = desk.send(desk.origin(1), to(&[CUSTOMER, "other@example.net"])).await.unwrap();

    assert_eq!(sent.state, HandOverState::Accepted("sent-1".to_owned()));
    let out = desk.world.sender.sent();
    assert_eq!(out.len(), 1);
    assert_eq!(out[0].to.len(), 2);
    let tags = [("tenant", desk.id().to_string()), ("message", sent.message.to_string())];
    assert_eq!(out[0].tags, tags.map(|(name, value)| (name.to_owned(), value)));
    let mime = String::from_utf8(out[0].mime.to_vec()).unwrap();
    assert!(mime.contains("Reply-To: <anna+r0m"), "answers carry the token: {mime}");

    let table = desk.world.table.as_ref();
    let found = messages::get(table, desk.id(), sent.message).await.unwrap().unwrap();
    assert_eq!(found.message.direction, Direction::Sent);
    assert_eq!(found.message.preview, "Hello");
    assert_eq!(found.message.contacts, [contact]);
    let kept = desk.world.archive.object(&found.message.raw.key).unwrap();
    assert_eq!(kept.octets, out[0].mime);
    let (lines, _) = contact_timeline::page(table, desk.id(), &[contact], 10, None).await.unwrap();
    assert_eq!(lines[0].message, sent.message);
    let sends = desk.sends(sent.message).await;
    assert!(sends.iter().all(|send| send.status() == SendStatus::Sent));
    assert!(sends.iter().any(|send| send.contact == Some(contact)));
}

#[tokio::test]
async fn an_answer_that_names_only_the_providers_id_finds_the_sent_mail() {
    let inbound = Inbound::new().await;
    let desk = Desk { world: inbound.world, tenant: inbound.tenant };
    let sent = desk.send(desk.origin(1), to(&[CUSTOMER])).await.unwrap();
    let answer = Draft::new("answer", CUSTOMER, ANNA).field("In-Reply-To: <sent-1@amazonses.com>");
    let inbound = Inbound { world: desk.world, tenant: desk.tenant };
    let announced = inbound.received(&answer, &[ANNA]);
    let archive = inbound.world.archive.as_ref();
    take_in_mail(&inbound.world.records, archive, &announced).await.unwrap();
    let table = inbound.world.table.as_ref();
    let (mails, _) =
        messages::of_threads(table, inbound.tenant.id, &[sent.thread], 10, None).await.unwrap();
    assert_eq!(mails.len(), 2);
    let answers = mails.iter().map(|mail| mail.message.thread_reason);
    assert_eq!(answers.filter(|reason| *reason == ThreadReason::InReplyTo).count(), 1);
}

#[tokio::test]
async fn nobody_writes_in_another_persons_name_or_from_a_foreign_domain() {
    let desk = Desk::new().await;
    for (from, allowed) in [
        ("anna@crm.example.com", true),
        ("sales@crm.example.com", true),
        ("ben@crm.example.com", false),
        ("anna@example.net", false),
    ] {
        let new = NewMail { from: Some(from.to_owned()), ..to(&[CUSTOMER]) };
        let result = desk.send(desk.origin(u128::try_from(from.len()).unwrap()), new).await;
        if allowed {
            assert!(result.is_ok(), "{from}");
        } else {
            assert_eq!(refused(result).code, RefusalCode::SenderNotAllowed, "{from}");
        }
    }
    assert_eq!(desk.world.sender.sent().len(), 2);
}

#[tokio::test]
async fn a_blocked_recipient_is_refused_by_field_and_nothing_is_written() {
    let desk = Desk::new().await;
    desk.block("gone@example.org", SuppressionCause::Bounce).await;
    desk.world.table.reset_usage();
    let result = desk.send(desk.origin(1), to(&[CUSTOMER, "gone@example.org"])).await;
    let refused = refused(result);
    assert_eq!(refused.code, RefusalCode::RecipientBlocked);
    assert_eq!(refused.field.as_deref(), Some("to[1]"));
    assert!(!refused.hint.contains("example.org"), "{}", refused.hint);
    assert_eq!(desk.world.table.usage().units().write, 0.0);
    assert!(desk.world.archive.keys().is_empty() && desk.world.sender.sent().is_empty());
}

#[tokio::test]
async fn a_record_whose_first_address_is_blocked_gets_it_once_at_its_next_one() {
    let desk = Desk::new().await;
    let contact = desk.contact(9, &["first@example.org", "second@example.org"]).await;
    desk.block("first@example.org", SuppressionCause::Bounce).await;
    let new = || NewMail { contact: Some(contact), ..to(&[]) };
    let result = desk.send(desk.origin(1), new()).await;
    assert_eq!(refused(result).code, RefusalCode::RecipientBlocked, "the settings say no");

    let table = desk.world.table.as_ref();
    let tenant = tenants::get(table, desk.id()).await.unwrap().unwrap();
    let settings = TenantSettings { secondary_address: true, ..tenant.settings.clone() };
    let changed = Tenant { settings, rev: tenant.rev + 1, ..tenant.clone() };
    table.write(tenants::replace(&changed, tenant.rev).unwrap()).await.unwrap();
    desk.send(desk.origin(2), new()).await.unwrap();
    let out = desk.world.sender.sent();
    assert_eq!(out.len(), 1);
    assert_eq!(out[0].to, [address("second@example.org")]);
}

#[tokio::test]
async fn an_answer_goes_to_reply_to_and_to_all_without_the_writer() {
    let inbound = Inbound::new().await;
    let question = Draft::new("question", CUSTOMER, "anna@crm.example.com, c@example.net")
        .cc("d@example.net")
        .field("Reply-To: desk@example.org")
        .field("References: <root@example.org>");
    let id = inbound.message(&question).await.id;
    let desk = Desk { world: inbound.world, tenant: inbound.tenant };
    let answer = |reply_all| NewMail {
        in_reply_to: Some(id),
        reply_all,
        text: Some("Yes".to_owned()),
        ..NewMail::default()
    };
    let one = desk.send(desk.origin(1), answer(false)).await.unwrap();
    desk.send(desk.origin(2), answer(true)).await.unwrap();
    let out = desk.world.sender.sent();
    assert_eq!(out[0].to, [address("desk@example.org")]);
    let all = ["desk@example.org", "c@example.net", "d@example.net"];
    assert_eq!(out[1].to, all.map(address));
    let mime = mail::parse::parse(&out[0].mime).unwrap();
    assert!(mime.subject.unwrap().starts_with("Re: "));
    assert_eq!(mime.clues.in_reply_to.len(), 1);
    assert_eq!(mime.clues.references.first().unwrap(), "root@example.org");
    let found = messages::get(desk.world.table.as_ref(), desk.id(), id).await.unwrap().unwrap();
    assert_eq!(found.message.thread, one.thread);
}

#[tokio::test]
async fn a_refusal_of_the_provider_stands_on_the_recipients() {
    let desk = Desk::new().await;
    desk.world.sender.script([SendAnswer::Reject("MessageRejected: no".to_owned())]);
    let sent = desk.send(desk.origin(1), to(&[CUSTOMER])).await.unwrap();
    assert!(matches!(sent.state, HandOverState::Refused(_)));
    let sends = desk.sends(sent.message).await;
    assert_eq!(sends[0].status(), SendStatus::Failed);
    assert_eq!(sends, sent.sends);
    desk.send(desk.origin(1), to(&[CUSTOMER])).await.unwrap();
    assert!(desk.world.sender.sent().is_empty(), "it is not tried again");
}

#[tokio::test]
async fn one_mail_to_a_known_contact_costs_this_much() {
    let desk = Desk::new().await;
    desk.contact(9, &[CUSTOMER]).await;
    desk.world.table.reset_usage();
    desk.send(desk.origin(1), to(&[CUSTOMER])).await.unwrap();
    let usage = desk.world.table.usage();
    assert_eq!((usage.get.calls, usage.batch_get.calls), (1, 4));
    assert_eq!((usage.write.calls, usage.transact.calls), (2, 2));
    assert_eq!(usage.units(), Units { read: 13.0, write: 22.0 });
}
