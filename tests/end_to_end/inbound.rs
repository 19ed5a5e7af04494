//! Mail from outside becomes a message on its contact.

use std::collections::BTreeSet;

use bytes::Bytes;
use http::Method;
use local::{
    demo::MAIL_DOMAIN, demo::outcome_of, mail_api::MailApi, queues, receiving::ReceivedMail,
};
use serde_json::{Value, json};

use crate::{
    shared_cloud::{eventually, list, on_the_cloud},
    smtp_client,
};

/// A short mail from an address that no other test uses.
fn mail(sender: &str, recipient: &str, number: usize) -> String {
    format!(
        "From: Customer <{sender}>\r\nTo: <{recipient}>\r\nSubject: Order {number}\r\n\
         Message-ID: <{number}.{sender}>\r\nDate: Sun, 22 Nov 2026 13:20:00 +0000\r\n\r\n\
         We order number {number}.\r\n"
    )
}

fn received(sender: &str, recipient: &str, number: usize) -> ReceivedMail {
    ReceivedMail {
        sender: sender.to_owned(),
        recipients: vec![recipient.to_owned()],
        raw: Bytes::from(mail(sender, recipient, number)),
    }
}

/// The contact an address is of, once there is one.
async fn contact_of(api: &MailApi, address: &str) -> Value {
    eventually("the contact", async || {
        let body = json!({"email": address});
        let answer = api.call(Method::POST, "/v1/contacts/lookup", &[], &body).await.unwrap();
        answer.status.is_success().then(|| answer.json().unwrap())
    })
    .await
}

async fn messages_of(api: &MailApi, contact: &Value) -> Vec<Value> {
    list(api, &format!("/v1/contacts/{}/messages", contact["id"].as_str().unwrap())).await
}

/// Outcomes of the mails that came in for this envelope recipient.
async fn outcomes_for(api: &MailApi, recipient: &str) -> Vec<String> {
    let intakes = list(api, "/v1/intake").await;
    intakes
        .iter()
        .filter(|intake| {
            intake["recipients"].as_array().is_some_and(|all| all.contains(&json!(recipient)))
        })
        .filter_map(|intake| outcome_of(intake).map(str::to_owned))
        .collect()
}

#[test]
fn a_mail_sent_by_an_ordinary_smtp_client_appears_on_its_contact() {
    on_the_cloud(async |cloud, api| {
        let (sender, recipient) = ("anna@smtp.example", format!("sales@{MAIL_DOMAIN}"));
        let raw = mail(sender, &recipient, 1).replace("We order", ".. We order");
        let refused = smtp_client::send(
            cloud.smtp_port(),
            sender,
            &[&recipient, "x@elsewhere.example"],
            raw.as_bytes(),
        );
        assert_eq!(refused.unwrap(), "['x@elsewhere.example']");

        let contact = contact_of(&api, sender).await;
        assert_eq!(contact["addresses"], json!([sender]));
        let path = format!("/v1/contacts/{}/timeline", contact["id"].as_str().unwrap());
        let timeline = list(&api, &path).await;

        assert_eq!(timeline.len(), 1);
        let found = &timeline[0]["mail"];
        assert_eq!(found["subject"], "Order 1");
        assert_eq!(found["preview"], ".. We order number 1.");
        assert_eq!(
            found["verdicts"]["dkim"].as_str().map(str::to_lowercase).as_deref(),
            Some("gray")
        );
    });
}

#[test]
fn the_raw_mail_and_an_attachment_come_back_by_signed_url() {
    on_the_cloud(async |cloud, api| {
        let (sender, recipient) = ("files@signed.example", format!("sales@{MAIL_DOMAIN}"));
        let raw = format!(
            "From: <{sender}>\r\nTo: <{recipient}>\r\nSubject: A file\r\nMIME-Version: 1.0\r\n\
             Message-ID: <file@signed.example>\r\nDate: Sun, 22 Nov 2026 13:20:00 +0000\r\n\
             Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\n\
             See the file.\r\n--b\r\nContent-Type: text/csv\r\n\
             Content-Disposition: attachment; filename=\"list.csv\"\r\n\r\na,b\r\n1,2\r\n--b--\r\n"
        );
        let sent = ReceivedMail {
            sender: sender.to_owned(),
            recipients: vec![recipient],
            raw: raw.clone().into(),
        };
        cloud.stack().receive(&sent).await.unwrap();
        let contact = contact_of(&api, sender).await;
        let message = messages_of(&api, &contact).await.remove(0);
        let path = format!("/v1/messages/{}", message["id"].as_str().unwrap());

        let fetched = async |part: &str| {
            let answer = api.get(&format!("{path}{part}")).await.unwrap();
            let url = answer["url"].as_str().unwrap().to_owned();
            let http = local::http_client::HttpClient::default();
            let file = http.send(Method::GET, &url, &[], Bytes::new()).await.unwrap();
            assert!(file.status.is_success(), "{}", file.text());
            file.text()
        };

        assert_eq!(message["attachments"][0]["name"], "list.csv");
        assert_eq!(fetched("/attachments/1").await.trim_end(), "a,b\r\n1,2");
        assert!(fetched("/raw").await.ends_with(&raw));
    });
}

#[test]
fn the_same_event_five_times_gives_one_message() {
    on_the_cloud(async |cloud, api| {
        let (sender, recipient) = ("five@times.example", format!("five-times@{MAIL_DOMAIN}"));
        let receipt = cloud.stack().store(&received(sender, &recipient, 5)).await.unwrap();
        for _ in 0..5 {
            cloud.stack().announce(&receipt.to_string()).await.unwrap();
        }
        let contact = contact_of(&api, sender).await;
        until_nothing_waits(cloud).await;

        assert_eq!(messages_of(&api, &contact).await.len(), 1);
        assert_eq!(outcomes_for(&api, &recipient).await, ["filed"]);
    });
}

#[test]
fn five_hundred_mails_put_at_once_give_five_hundred_outcomes() {
    const MAILS: usize = 500;
    on_the_cloud(async |cloud, api| {
        let (sender, recipient) = ("burst@customer.example", format!("burst@{MAIL_DOMAIN}"));
        let mails: Vec<ReceivedMail> =
            (0..MAILS).map(|number| received(sender, &recipient, number)).collect();
        let put = mails.iter().map(|mail| cloud.stack().receive(mail));
        let keys: BTreeSet<String> =
            futures::future::try_join_all(put).await.unwrap().into_iter().collect();
        assert_eq!(keys.len(), MAILS);

        eventually("500 outcomes", async || {
            (outcomes_for(&api, &recipient).await.len() >= MAILS).then_some(())
        })
        .await;

        let outcomes = outcomes_for(&api, &recipient).await;
        assert_eq!(outcomes, vec!["filed"; MAILS]);
        let contact = contact_of(&api, sender).await;
        assert_eq!(messages_of(&api, &contact).await.len(), MAILS);
        let dead = cloud.stack().outputs().get("InboundMailDeadQueueUrl").unwrap();
        let dead = queues::depth(cloud.stack().aws(), dead).await.unwrap();
        assert_eq!((dead.waiting, dead.in_work), (0, 0), "nothing was given up");
    });
}

#[test]
fn a_file_in_the_drop_folder_is_taken_in() {
    on_the_cloud(async |_, api| {
        let (sender, recipient) = ("dropped@file.example", format!("sales@{MAIL_DOMAIN}"));
        let folder = crate::shared_cloud::folder("shared").join("drop");
        std::fs::write(folder.join("a b.eml"), mail(sender, &recipient, 7)).unwrap();

        let contact = contact_of(&api, sender).await;

        assert_eq!(messages_of(&api, &contact).await[0]["subject"], "Order 7");
        assert!(!folder.join("a b.eml").exists(), "it is not taken twice");
        assert!(folder.join("taken/a b.eml").exists());
    });
}

/// Each message was taken at least once. One that came while another worker held the lease stays in
/// work for the queue's six minutes, and is then found to be done.
async fn until_nothing_waits(cloud: &local::cloud::Cloud) {
    let queue = cloud.stack().outputs().get("InboundMailQueueUrl").unwrap();
    eventually("a queue where nothing waits", async || {
        (queues::depth(cloud.stack().aws(), queue).await.unwrap().waiting == 0).then_some(())
    })
    .await;
}
