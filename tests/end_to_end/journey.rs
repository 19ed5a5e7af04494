//! What a new user does with the mail of one customer, from the first letter to the converted lead.

use http::Method;
use local::{cloud::Cloud, demo::MAIL_DOMAIN, mail_api::MailApi};
use serde_json::{Value, json};

use crate::{
    shared_cloud::{eventually, list, on_the_cloud},
    smtp_client,
};

const CUSTOMER: &str = "mara@journey.example";

/// Takes a mail of the customer to the owner in by SMTP.
fn arrives(cloud: &Cloud, number: u32, subject: &str, fields: &str, body: &str) {
    let owner = format!("owner@{MAIL_DOMAIN}");
    let raw = format!(
        "From: Mara <{CUSTOMER}>\r\nTo: <{owner}>\r\nSubject: {subject}\r\n\
         Message-ID: <{number}@journey.example>\r\nDate: Sun, 22 Nov 2026 1{number}:20:00 +0000\r\n\
         {fields}\r\n{body}\r\n"
    );
    smtp_client::send(cloud.smtp_port(), CUSTOMER, &[&owner], raw.as_bytes()).unwrap();
}

/// Posts; answers what came back.
async fn post(api: &MailApi, path: &str, key: &str, body: Value) -> Value {
    let answer = api.call(Method::POST, path, &[("idempotency-key", key)], &body).await.unwrap();
    answer.success(path).unwrap().json().unwrap()
}

fn id(thing: &Value) -> &str {
    thing["id"].as_str().unwrap()
}

/// The customer's record and its mails, the newest first, once there are so many.
async fn record_with(api: &MailApi, mails: usize) -> (Value, Vec<Value>) {
    eventually("the mails of the customer", async || {
        let body = json!({"email": CUSTOMER});
        let answer = api.call(Method::POST, "/v1/contacts/lookup", &[], &body).await.unwrap();
        let record = answer.status.is_success().then(|| answer.json().unwrap())?;
        let all = list(api, &format!("/v1/contacts/{}/messages", id(&record))).await;
        (all.len() == mails).then_some((record, all))
    })
    .await
}

#[test]
fn a_customer_writes_is_answered_invites_and_is_converted_and_a_wrong_thread_is_corrected() {
    on_the_cloud(async |cloud, api| {
        let body = json!({"kind": "lead", "name": "Mara", "addresses": [CUSTOMER]});
        let lead = post(&api, "/v1/contacts", "journey-lead", body).await;
        arrives(cloud, 1, "Wrenches", "", "Do you have wrenches?");
        let (found, mails) = record_with(&api, 1).await;
        assert_eq!(id(&found), id(&lead));

        let body = json!({"in_reply_to": id(&mails[0]), "text": "We have."});
        let answer = post(&api, "/v1/messages", "journey-answer", body).await;
        assert_eq!(answer["state"], "accepted", "{answer}");
        let (_, mails) = record_with(&api, 2).await;
        assert_eq!(mails[0]["thread"], mails[1]["thread"], "the answer stays in its conversation");

        arrives(cloud, 2, "Re: Wrenches", "In-Reply-To: <1@journey.example>\r\n", "And pliers?");
        let (_, mails) = record_with(&api, 3).await;
        let wrong = mails.iter().find(|mail| mail["preview"] == "And pliers?").unwrap();
        assert_eq!(wrong["thread"], mails[2]["thread"]);
        let split = format!("/v1/threads/{}/split", wrong["thread"].as_str().unwrap());
        let own = post(&api, &split, "journey-split", json!({"messages": [id(wrong)]})).await;
        let corrected = api.get(&format!("/v1/messages/{}", id(wrong))).await.unwrap();
        assert_eq!(corrected["thread"], own["id"]);

        let calendar = format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\n\
             UID:1@journey.example\r\nSEQUENCE:0\r\nDTSTAMP:20261122T130000Z\r\n\
             DTSTART:20261201T090000Z\r\nDTEND:20261201T100000Z\r\nSUMMARY:Fitting\r\n\
             ORGANIZER:mailto:{CUSTOMER}\r\nATTENDEE:mailto:owner@{MAIL_DOMAIN}\r\nEND:VEVENT\r\n\
             END:VCALENDAR"
        );
        let type_of = "Content-Type: text/calendar; method=REQUEST; charset=utf-8\r\n";
        arrives(cloud, 3, "Fitting", type_of, &calendar);
        let invitation = eventually("the invitation", async || {
            let all = list(&api, "/v1/invitations").await;
            all.into_iter().find(|invitation| invitation["organizer"] == CUSTOMER)
        })
        .await;
        let path = format!("/v1/invitations/{}/answer", id(&invitation));
        let accepted = post(&api, &path, "journey-accept", json!({"answer": "accept"})).await;
        let event = api.get(&format!("/v1/events/{}", accepted["event"].as_str().unwrap())).await;
        assert_eq!(event.unwrap()["subject"], "Fitting");
        let outbox = cloud.ses().outbox().unwrap();
        let replies = outbox.iter().filter(|mail| mail.to.contains(&CUSTOMER.to_owned())).count();
        assert_eq!(replies, 2, "the answer and the iTIP reply");

        let convert = format!("/v1/contacts/{}/convert", id(&lead));
        let converted = post(&api, &convert, "journey-convert", json!({})).await;
        assert_eq!((&converted["kind"], id(&converted)), (&json!("contact"), id(&lead)));
        let after = list(&api, &format!("/v1/contacts/{}/messages", id(&lead))).await;
        assert!(after.len() >= 4, "its mail stays with it: {}", after.len());
    });
}

/// A secret address of the owner for this kind of mail.
async fn secret_address(api: &MailApi, kind: &str, filing: Value) -> String {
    let routes = list(api, "/v1/routes").await;
    let whole = routes.iter().find(|route| route["domain"] == MAIL_DOMAIN).unwrap();
    let mut body = json!({"kind": kind, "mailbox": whole["mailbox"], "domain": MAIL_DOMAIN});
    body.as_object_mut().unwrap().extend(filing.as_object().unwrap().clone());
    let route = post(api, "/v1/routes", &format!("journey-{kind}"), body).await;
    route["address"].as_str().unwrap().to_owned()
}

/// The mails of whoever has this address, once there are some.
async fn mails_of(api: &MailApi, address: &str) -> Vec<Value> {
    eventually(address, async || {
        let body = json!({"email": address});
        let answer = api.call(Method::POST, "/v1/contacts/lookup", &[], &body).await.unwrap();
        let record = answer.status.is_success().then(|| answer.json().unwrap())?;
        let all = list(api, &format!("/v1/contacts/{}/messages", id(&record))).await;
        (!all.is_empty()).then_some(all)
    })
    .await
}

#[test]
fn what_is_forwarded_or_copied_to_a_secret_address_is_filed_as_what_it_is() {
    on_the_cloud(async |cloud, api| {
        let owner = format!("owner@{MAIL_DOMAIN}");
        let send = |to: &str, raw: String| {
            smtp_client::send(cloud.smtp_port(), &owner, &[to], raw.as_bytes()).unwrap();
        };
        let forwarding = secret_address(&api, "forwarding", json!({})).await;
        send(
            &forwarding,
            format!(
                "From: <{owner}>\r\nTo: <{forwarding}>\r\nSubject: Fwd: Nails\r\n\
                 Message-ID: <forward@journey.example>\r\nDate: Sun, 22 Nov 2026 15:20:00 +0000\r\n\
                 Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nFor the record.\r\n\
                 --b\r\nContent-Type: message/rfc822\r\n\r\nFrom: <rolf@forwarded.example>\r\n\
                 To: <{owner}>\r\nSubject: Nails\r\nMessage-ID: <nails@forwarded.example>\r\n\
                 Date: Sun, 22 Nov 2026 14:20:00 +0000\r\n\r\nHave you nails?\r\n--b--\r\n"
            ),
        );
        let original = mails_of(&api, "rolf@forwarded.example").await.remove(0);
        assert_eq!(
            (&original["subject"], &original["direction"]),
            (&json!("Nails"), &json!("received"))
        );

        let filing =
            json!({"dropbox": {"search": "both", "create": "contact", "verdict": "trusted"}});
        let dropbox = secret_address(&api, "dropbox", filing).await;
        send(
            &dropbox,
            format!(
                "From: <{owner}>\r\nTo: <pia@dropped.example>\r\nSubject: Screws\r\n\
                 Message-ID: <screws@journey.example>\r\nDate: Sun, 22 Nov 2026 16:20:00 +0000\r\n\r\n\
                 Here is the list.\r\n"
            ),
        );
        let copy = mails_of(&api, "pia@dropped.example").await.remove(0);
        assert_eq!((&copy["subject"], &copy["direction"]), (&json!("Screws"), &json!("sent")));
    });
}

/// A colleague of this name with a mailbox of his own, asked for what he sees.
async fn colleague(api: &MailApi, name: &str) -> MailApi {
    let email = format!("{name}@{MAIL_DOMAIN}");
    let user = json!({"name": name, "email": email, "role": "member"});
    let user = post(api, "/v1/users", &format!("journey-{name}"), user).await;
    let key = json!({"name": name, "user": id(&user), "expires_in_days": 1,
        "scopes": ["mail.read", "contacts.read"]});
    let answer = api.call(Method::POST, "/v1/api_keys", &[], &key).await.unwrap();
    let key: Value = answer.success("a key").unwrap().json().unwrap();
    api.with_key(key["key"].as_str().unwrap())
}

/// The mail of this subject in the caller's own mailbox.
async fn in_mailbox(api: &MailApi, subject: &str) -> Option<Value> {
    let mut all = list(api, "/v1/messages").await.into_iter();
    all.find(|mail| mail["subject"] == subject)
}

#[test]
fn a_mail_to_two_users_is_one_message_that_each_sees_in_his_own_mailbox() {
    on_the_cloud(async |cloud, api| {
        let (ida, jan) = (colleague(&api, "ida").await, colleague(&api, "jan").await);
        let (to_ida, to_jan) = (format!("ida@{MAIL_DOMAIN}"), format!("jan@{MAIL_DOMAIN}"));
        let raw = |subject: &str, number: u32| {
            format!(
                "From: Nora <nora@two.example>\r\nTo: <{to_ida}>, <{to_jan}>\r\n\
                 Subject: {subject}\r\nMessage-ID: <{number}@two.example>\r\n\
                 Date: Sun, 22 Nov 2026 1{number}:40:00 +0000\r\n\r\nFor both of you.\r\n"
            )
        };
        let port = cloud.smtp_port();
        let arrives = |to: &[&str], raw: String| {
            smtp_client::send(port, "nora@two.example", to, raw.as_bytes()).unwrap();
        };
        arrives(&[&to_ida, &to_jan], raw("To both", 1));
        // A copy for each, as a server sends them that has no common envelope.
        arrives(&[&to_ida], raw("In copies", 2));
        arrives(&[&to_jan], raw("In copies", 2));
        for subject in ["To both", "In copies"] {
            let both = eventually(subject, async || {
                let (of_ida, of_jan) =
                    (in_mailbox(&ida, subject).await, in_mailbox(&jan, subject).await);
                Some((of_ida?, of_jan?))
            })
            .await;
            assert_eq!(id(&both.0), id(&both.1), "one message");
            let mailbox = |mail: &Value| {
                let deliveries = mail["deliveries"].as_array().unwrap();
                assert_eq!(deliveries.len(), 1, "nobody sees another's delivery: {mail}");
                deliveries[0]["mailbox"].as_str().unwrap().to_owned()
            };
            assert_ne!(mailbox(&both.0), mailbox(&both.1));
            let whole = api.get(&format!("/v1/messages/{}", id(&both.0))).await.unwrap();
            assert_eq!(whole["deliveries"].as_array().unwrap().len(), 2, "the owner sees both");
            let from_nora = mails_of(&api, "nora@two.example").await;
            let same = from_nora.iter().filter(|mail| mail["subject"] == subject).count();
            assert_eq!(same, 1, "one line of the timeline");
        }
    });
}
