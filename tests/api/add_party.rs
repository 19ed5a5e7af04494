//! A party of a message becomes a contact: filled from signature and card, and never twice.

use serde_json::{Value, json};
use testkit::raw_mail::Draft;

use crate::mail::receive;
use crate::office::{Firm, Office, items, text_at};

const LENA: &str = "Lena Harbour <lena@harbour.example>";
const SIGNED: &str = "Good morning,\r\n\r\nplease send us an offer.\r\n\r\n-- \r\nLena Harbour\r\n\
    Head of Sales\r\nHarbour Shipping Ltd.\r\nTel: +44 20 7946 0000\r\nwww.harbour.example\r\n";

/// A tenant whose mail makes no contacts by itself.
async fn firm(office: &Office) -> Firm {
    let firm = office.firm("acme", true).await;
    let settings = office.get("/v1/settings").by(&firm.admin).send().await.expect(200);
    let rev = settings["rev"].as_u64().unwrap();
    let never = json!({"contact_creation": "none"});
    office.patch("/v1/settings", rev, never).by(&firm.admin).send().await.expect(200);
    firm
}

/// Brings a mail to the firm's member and gives back the path of its contact-making.
async fn bring(office: &Office, firm: &Firm, draft: &Draft, subject: &str) -> (String, String) {
    receive(office, draft, &[&firm.member], &[]).await;
    let items = office.world.table.items(store::table::TableName::Crm).into_iter();
    let of_kind = items.filter(|item| item.get("item_kind") == Some(&store::item::text("message")));
    let messages =
        of_kind.map(|item| store::item::from_item::<domain::message::Message>(item).unwrap());
    let id = messages.filter(|m| m.subject == subject).map(|m| m.id).next().unwrap();
    (format!("/v1/messages/{id}"), format!("/v1/messages/{id}/contact"))
}

fn to(firm: &Firm) -> String {
    firm.member.user.email.expose().to_owned()
}

async fn subjects(office: &Office, firm: &Firm, contact: &Value) -> Vec<String> {
    let path = format!("/v1/contacts/{}/timeline", text_at(contact, "/id"));
    let page = office.get(path).by(&firm.member).send().await.expect(200);
    items(&page).iter().map(|line| text_at(line, "/mail/subject").to_owned()).collect()
}

#[tokio::test]
async fn the_author_becomes_a_lead_filled_from_the_signature_with_the_mail_of_the_conversation() {
    let office = Office::new();
    let firm = firm(&office).await;
    let first = Draft::new("one", LENA, &to(&firm)).date("Sun, 22 Nov 2026 08:00:00 +0000");
    bring(&office, &firm, &first, "About one").await;
    let answer = Draft::new("two", LENA, &to(&firm)).text(SIGNED).answering(&["one"]);
    let (message, contact) = bring(&office, &firm, &answer, "About two").await;
    let added =
        office.post(&contact, json!({})).by(&firm.member).once("k").send().await.expect(201);
    let lead = &added["contact"];
    assert_eq!((&lead["name"], &lead["kind"]), (&json!("Lena Harbour"), &json!("lead")));
    assert_eq!(lead["addresses"], json!(["lena@harbour.example"]));
    let fields = json!({"title": "Head of Sales", "company": "Harbour Shipping Ltd.",
        "phone": "+44 20 7946 0000", "site": "https://www.harbour.example"});
    assert_eq!((&lead["fields"], &added["linked"]), (&fields, &json!(2)));
    assert_eq!(lead["source"]["by"], "mail");
    assert_eq!(subjects(&office, &firm, lead).await, ["About two", "About one"]);
    let shown = office.get(&message).by(&firm.member).send().await.expect(200);
    assert_eq!(shown["contacts"], json!([lead["id"]]));
    let again =
        office.post(&contact, json!({})).by(&firm.member).once("k").send().await.expect(201);
    assert_eq!(again, added);
}

#[tokio::test]
async fn an_address_that_has_a_record_is_offered_for_an_update() {
    let office = Office::new();
    let firm = firm(&office).await;
    let body = json!({"name": "lena", "kind": "contact", "addresses": ["lena@harbour.example"],
        "fields": {"title": "Head of Sales", "phone": "+44 1"}});
    let body = {
        let mut body = body;
        body["fields"]["phone"] = json!("+44 123");
        body
    };
    let there = office.post("/v1/contacts", body).by(&firm.member).send().await.expect(201);
    let draft = Draft::new("one", LENA, &to(&firm)).text(SIGNED);
    let (_, contact) = bring(&office, &firm, &draft, "About one").await;
    let refused = office.post(&contact, json!({})).by(&firm.member).send().await;
    let problem = refused.expect_problem(409, "contact_exists");
    assert_eq!(problem["existing"], there["id"]);
    let differs = json!(["name", "fields.company", "fields.phone", "fields.site"]);
    assert_eq!(problem["differences"], differs);
    let path = format!("/v1/contacts/{}", text_at(&there, "/id"));
    let same = office.get(&path).by(&firm.member).send().await.expect(200);
    assert_eq!(same, there, "an offer changes nothing");

    let update = json!({"update": true, "fields": {"phone": "+44 123"}});
    let updated = office.post(&contact, update).by(&firm.member).send().await.expect(200);
    assert_eq!((&updated["made"], &updated["contact"]["id"]), (&json!(false), &there["id"]));
    assert_eq!((&updated["contact"]["kind"], &updated["linked"]), (&json!("contact"), &json!(0)));
    let fields = &updated["contact"]["fields"];
    assert_eq!(
        (&fields["company"], &fields["phone"]),
        (&json!("Harbour Shipping Ltd."), &json!("+44 123"),)
    );
    assert_eq!(updated["contact"]["name"], "Lena Harbour", "it was called as its address");
}

#[tokio::test]
async fn another_party_becomes_a_record_of_any_module_filled_from_a_card() {
    let office = Office::new();
    let firm = firm(&office).await;
    let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Karl Mole\r\nN:Mole;Karl;;;\r\nORG:Hafen GmbH\r\n\
        TITLE:Pilot\r\nTEL:+49 40 123\r\nEMAIL:karl@hafen.example\r\nEND:VCARD\r\n";
    let draft = Draft::new("one", LENA, &to(&firm))
        .cc("karl@hafen.example")
        .text(SIGNED)
        .file("karl.vcf", card.as_bytes());
    let (_, contact) = bring(&office, &firm, &draft, "About one").await;
    let body = json!({"kind": "contact", "email": "Karl@hafen.example", "fields": {"phone": null}});
    let added = office.post(&contact, body).by(&firm.member).send().await.expect(201);
    let made = &added["contact"];
    assert_eq!((&made["name"], &made["kind"]), (&json!("Karl Mole"), &json!("contact")));
    assert_eq!(made["fields"], json!({"title": "Pilot", "company": "Hafen GmbH"}));
    let stranger = json!({"email": "nobody@hafen.example"});
    let refused = office.post(&contact, stranger).by(&firm.member).send().await;
    assert_eq!(refused.expect_problem(422, "field_invalid")["field"], "email");
}

#[tokio::test]
async fn who_may_not_see_the_mail_makes_no_contact_of_it() {
    let office = Office::new();
    let firm = firm(&office).await;
    let body = json!({"name": "n", "email": "nora@acme.example.com", "role": "member"});
    let nora = office.post("/v1/users", body).by(&firm.admin).send().await.expect(201);
    let nora = nora["id"].as_str().unwrap().parse().unwrap();
    let key = office.key(firm.id, nora, domain::permission::Scope::ALL).await;
    let draft = Draft::new("one", LENA, &to(&firm));
    let (_, contact) = bring(&office, &firm, &draft, "About one").await;
    let refused = office.post(&contact, json!({})).key(&key).send().await;
    refused.expect_problem(404, "not_found");
    let all = office.get("/v1/contacts").by(&firm.member).send().await.expect(200);
    assert!(items(&all).is_empty());
}

#[tokio::test]
async fn two_who_add_the_same_sender_at_once_make_one_contact() {
    let office = Office::new();
    let firm = firm(&office).await;
    let (_, contact) =
        bring(&office, &firm, &Draft::new("one", LENA, &to(&firm)), "About one").await;
    let add = || office.post(&contact, json!({"update": true})).by(&firm.member).send();
    let (one, two) = tokio::join!(add(), add());
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 201]);
    assert_eq!(one.body["contact"]["id"], two.body["contact"]["id"]);
}
