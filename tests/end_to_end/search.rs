//! Mail that came in is found, through the stream of the table of records.

use bytes::Bytes;
use http::Method;
use local::{demo::MAIL_DOMAIN, receiving::ReceivedMail};
use serde_json::json;

use crate::shared_cloud::{eventually, on_the_cloud};

#[test]
fn a_mail_that_came_in_is_found_by_its_words_and_its_sender_in_the_address_book() {
    on_the_cloud(async |cloud, api| {
        let (sender, recipient) = ("zora@finder.example", format!("sales@{MAIL_DOMAIN}"));
        let raw = format!(
            "From: Zora Finder <{sender}>\r\nTo: <{recipient}>\r\nSubject: Zeppelin\r\n\
             Message-ID: <1.{sender}>\r\nDate: Sun, 22 Nov 2026 13:20:00 +0000\r\n\r\n\
             The Größe of the gondola.\r\n"
        );
        let recipients = vec![recipient];
        let mail = ReceivedMail { sender: sender.to_owned(), recipients, raw: Bytes::from(raw) };
        cloud.stack().receive(&mail).await.unwrap();

        let body = json!({"words": "zeppelin GROSSE"});
        let found = eventually("the mail to be found", async || {
            let answer = api.call(Method::POST, "/v1/search", &[], &body).await.unwrap();
            let page = answer.success("a search").unwrap().json().unwrap();
            page["items"].as_array().filter(|items| !items.is_empty()).cloned()
        })
        .await;
        assert_eq!((found.len(), &found[0]["subject"]), (1, &json!("Zeppelin")));

        let body = json!({"letters": "zor"});
        eventually("the sender in the address book", async || {
            let path = "/v1/address_book/lookup";
            let answer = api.call(Method::POST, path, &[], &body).await.unwrap();
            let page = answer.success("a look-up").unwrap().json().unwrap();
            (page["items"][0]["address"] == sender).then_some(())
        })
        .await;
    });
}
