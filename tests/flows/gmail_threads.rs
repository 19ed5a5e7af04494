//! Gmail's thread id (B4): the third clue, in mail that was taken out of one account.

use domain::message::Message;
use domain::thread::ThreadReason;
use flows::take_in_mail::{Announcement, MailArrived};
use testkit::raw_mail::Draft;

use crate::bench_of_inbound::{ANNA, BEN, CUSTOMER, Inbound};

/// A mail of an export: only Gmail's number ties it to others.
fn exported(id: &str, thread: &str) -> Draft {
    let subject = format!("About {id}");
    Draft::new(id, CUSTOMER, ANNA).subject(&subject).field(&format!("X-GM-THRID: {thread}"))
}

async fn filed(inbound: &Inbound, key: &str, draft: &Draft, to: &[&str]) -> Message {
    let announced = inbound.announce(key, draft.raw(key), to);
    let Announcement::Arrived(MailArrived { raw, .. }) = &announced else { unreachable!() };
    let key = raw.key.clone();
    assert_eq!(inbound.take_in(&announced).await.outcome.name(), "filed");
    inbound.messages().into_iter().find(|message| message.raw.key == key).unwrap()
}

const THREAD: &str = "1842157263400000123";

#[tokio::test]
async fn mails_of_one_gmail_conversation_put_into_the_drop_folder_are_one_thread() {
    let inbound = Inbound::new().await;
    let first = filed(&inbound, "drop/a.eml", &exported("a", THREAD), &[ANNA]).await;
    let second = filed(&inbound, "drop/b.eml", &exported("b", THREAD), &[ANNA]).await;
    let third = filed(&inbound, "drop/c.eml", &exported("c", "7"), &[ANNA]).await;
    assert_eq!((second.thread, second.thread_reason), (first.thread, ThreadReason::ProviderThread));
    assert_ne!(third.thread, first.thread);

    // What it answers goes before.
    let named = exported("d", THREAD).answering(&["c"]);
    let named = filed(&inbound, "drop/d.eml", &named, &[ANNA]).await;
    assert_eq!(named.thread_reason, ThreadReason::InReplyTo);
}

#[tokio::test]
async fn the_number_means_nothing_in_another_mailbox_in_two_or_in_mail_from_outside() {
    let inbound = Inbound::new().await;
    let first = filed(&inbound, "drop/a.eml", &exported("a", THREAD), &[ANNA]).await;
    for (key, to) in [
        ("drop/other.eml", vec![BEN]),
        ("drop/both.eml", vec![ANNA, BEN]),
        ("inbound/outside", vec![ANNA]),
    ] {
        let message = filed(&inbound, key, &exported(key, THREAD), &to).await;
        assert_eq!(message.thread_reason, ThreadReason::Opened, "{key}");
        assert_ne!(message.thread, first.thread);
    }
    let no_number = filed(&inbound, "drop/x.eml", &exported("x", "-1 or so"), &[ANNA]).await;
    assert_eq!(no_number.thread_reason, ThreadReason::Opened);
}
