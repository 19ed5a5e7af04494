//! Conversion, merge and their undoing: nothing that hangs on a record is lost or doubled.

use domain::bounce::Permanence;
use domain::email_address::EmailAddress;
use domain::suppression::{Suppression, SuppressionCause, SuppressionScope};
use serde_json::{Value, json};
use store::suppressions;
use testkit::raw_mail::Draft;

use crate::mail::{contact_of, receive};
use crate::office::{Firm, Office, items, text_at};

const LENA: &str = "lena@harbour.example";
const PIER: &str = "l@pier.example";

async fn make(office: &Office, firm: &Firm, body: Value) -> Value {
    office.post("/v1/contacts", body).by(&firm.member).send().await.expect(201)
}

async fn act(office: &Office, firm: &Firm, record: &Value, verb: &str, body: Value) -> Value {
    let path = format!("/v1/contacts/{}/{verb}", text_at(record, "/id"));
    office.post(path, body).by(&firm.member).send().await.expect(200)
}

async fn show(office: &Office, firm: &Firm, record: &Value) -> Value {
    let path = format!("/v1/contacts/{}", text_at(record, "/id"));
    office.get(path).by(&firm.member).send().await.expect(200)
}

/// Brings a mail from an address to the firm's member; `n` makes it another and orders it.
async fn write(office: &Office, firm: &Firm, from: &str, n: u32) {
    let date = format!("Sun, 22 Nov 2026 08:{n:02}:00 +0000");
    let to = firm.member.user.email.expose().to_owned();
    let draft = Draft::new(&format!("m{n}"), from, &to).date(&date);
    receive(office, &draft, &[&firm.member], &[]).await;
}

/// The subjects of a record's timeline, page by page.
async fn timeline(office: &Office, firm: &Firm, record: &Value) -> Vec<String> {
    let path = format!("/v1/contacts/{}/timeline?limit=2", text_at(record, "/id"));
    let (mut next, mut all) = (path.clone(), Vec::new());
    loop {
        let page = office.get(&next).by(&firm.member).send().await.expect(200);
        all.extend(items(&page).iter().map(|line| text_at(line, "/mail/subject").to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { return all };
        next = format!("{path}&cursor={cursor}");
    }
}

/// What is the same before and after something was undone.
fn without_revision(mut record: Value) -> Value {
    let record = record.as_object_mut().unwrap();
    for name in ["rev", "updated_at"] {
        record.remove(name);
    }
    Value::Object(record.clone())
}

#[tokio::test]
async fn a_converted_lead_keeps_its_id_its_mail_and_its_source_and_can_be_undone() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let body =
        json!({"name": "Lena", "kind": "lead", "addresses": [LENA], "fields": {"title": "Pilot"}});
    let lead = make(&office, &firm, body).await;
    write(&office, &firm, LENA, 1).await;
    let account = json!({"account": {"name": "Harbour", "address": "info@harbour.example"}});
    let contact = act(&office, &firm, &lead, "convert", account.clone()).await;
    assert_eq!((&contact["kind"], &contact["id"]), (&json!("contact"), &lead["id"]));
    assert_eq!((&contact["source"], &contact["fields"]), (&lead["source"], &lead["fields"]));
    assert_eq!(contact["converted"]["from"], "lead");
    let made = json!({"id": contact["account"]});
    let made = show(&office, &firm, &made).await;
    assert_eq!((&made["kind"], &made["name"]), (&json!("account"), &json!("Harbour")));
    write(&office, &firm, LENA, 2).await;
    assert_eq!(timeline(&office, &firm, &contact).await, ["About m2", "About m1"]);
    let leads = office.get("/v1/contacts?kind=lead").by(&firm.member).send().await.expect(200);
    assert!(items(&leads).is_empty());

    let path = format!("/v1/contacts/{}/convert", text_at(&lead, "/id"));
    let again = office.post(&path, json!({})).by(&firm.member).send().await;
    again.expect_problem(409, "not_a_lead");

    // Another lead of the same company is matched with the account there is.
    let other = make(&office, &firm, json!({"name": "Karl", "kind": "lead"})).await;
    let other = act(&office, &firm, &other, "convert", account).await;
    assert_eq!(other["account"], contact["account"]);
    let back = act(&office, &firm, &other, "undo", json!({})).await;
    assert_eq!((&back["kind"], &back["account"]), (&json!("lead"), &Value::Null));
    assert_eq!(show(&office, &firm, &made).await["name"], "Harbour", "Lena belongs to it");

    let back = act(&office, &firm, &contact, "undo", json!({})).await;
    assert_eq!(without_revision(back.clone()), without_revision(lead.clone()));
    assert_eq!(timeline(&office, &firm, &back).await.len(), 2);
    let gone = office.get(format!("/v1/contacts/{}", text_at(&made, "/id"))).by(&firm.member);
    gone.send().await.expect_problem(404, "not_found");
    let path = format!("/v1/contacts/{}/undo", text_at(&lead, "/id"));
    let nothing = office.post(&path, json!({})).by(&firm.member).send().await;
    nothing.expect_problem(409, "nothing_to_undo");
}

/// Two records of one person, each with mail, one mail naming both.
async fn two(office: &Office, firm: &Firm) -> (Value, Value) {
    let one = json!({"name": "Lena", "addresses": [LENA], "fields": {"phone": "040 1"}});
    let two = json!({"name": "L. Harbour", "kind": "lead", "addresses": [PIER],
        "owner": firm.admin.user.id, "fields": {"phone": "040 2", "title": "Pilot"}});
    let (one, two) = (make(office, firm, one).await, make(office, firm, two).await);
    for n in 1..=5 {
        write(office, firm, if n % 2 == 0 { PIER } else { LENA }, n).await;
    }
    let to = format!("{}, {PIER}", firm.member.user.email.expose());
    let both = Draft::new("m6", LENA, &to).date("Sun, 22 Nov 2026 08:06:00 +0000");
    receive(office, &both, &[&firm.member], &[]).await;
    (one, two)
}

#[tokio::test]
async fn a_merge_brings_all_mail_together_once_and_undoing_restores_both() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let (one, two) = two(&office, &firm).await;
    let (of_one, of_two) =
        (timeline(&office, &firm, &one).await, timeline(&office, &firm, &two).await);
    assert_eq!((of_one.len(), of_two.len()), (4, 3));

    let body = json!({"with": two["id"], "take": ["fields.phone"]});
    let merged = act(&office, &firm, &one, "merge", body).await;
    assert_eq!(merged["addresses"], json!([LENA, PIER]), "the survivor's primary address stays");
    assert_eq!(merged["fields"], json!({"phone": "040 2", "title": "Pilot"}));
    assert_eq!((&merged["name"], &merged["owner"]), (&one["name"], &two["owner"]));
    assert_eq!((&merged["merged"], &merged["source"]), (&json!([two["id"]]), &one["source"]));
    assert_eq!(merged["merged_sources"], json!([two["source"]]));
    let all = ["About m6", "About m5", "About m4", "About m3", "About m2", "About m1"];
    assert_eq!(timeline(&office, &firm, &merged).await, all, "each mail once, whoever it was of");

    // The other's id leads to the survivor, everywhere.
    assert_eq!(show(&office, &firm, &two).await, merged);
    assert_eq!(timeline(&office, &firm, &two).await, all);
    assert_eq!(contact_of(&office, &firm, PIER).await, text_at(&one, "/id"));
    let leads = office.get("/v1/contacts?kind=lead").by(&firm.member).send().await.expect(200);
    assert!(items(&leads).is_empty());
    write(&office, &firm, PIER, 7).await;
    assert_eq!(timeline(&office, &firm, &merged).await[0], "About m7", "new mail comes to it");
    let contacts = office.get("/v1/contacts").by(&firm.member).send().await.expect(200);
    assert_eq!(items(&contacts).len(), 1, "and makes no new record");

    let back = act(&office, &firm, &one, "undo", json!({})).await;
    assert_eq!(without_revision(back), without_revision(one.clone()));
    let other = show(&office, &firm, &two).await;
    assert_eq!(without_revision(other), without_revision(two.clone()));
    assert_eq!(timeline(&office, &firm, &one).await, of_one);
    let mut since = vec!["About m7".to_owned()];
    since.extend(of_two);
    assert_eq!(timeline(&office, &firm, &two).await, since, "mail that came since is its own");
    assert_eq!(contact_of(&office, &firm, PIER).await, text_at(&two, "/id"));
}

#[tokio::test]
async fn what_was_changed_after_a_merge_stays_when_it_is_undone() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let (one, two) = two(&office, &firm).await;
    let merged = act(&office, &firm, &one, "merge", json!({"with": two["id"]})).await;
    let path = format!("/v1/contacts/{}", text_at(&two, "/id"));
    let rev = merged["rev"].as_u64().unwrap();
    // By the old id: the address of the merged record is given up, another one comes.
    let patch = json!({"name": "Lena Harbour", "addresses": [LENA, "new@harbour.example"]});
    let changed = office.patch(&path, rev, patch).by(&firm.member).send().await.expect(200);
    assert_eq!(changed["id"], one["id"]);
    let taker = json!({"name": "Karl", "addresses": [PIER]});
    make(&office, &firm, taker).await;
    let back = act(&office, &firm, &one, "undo", json!({"rev": rev})).await;
    assert_eq!((&back["name"], &back["owner"]), (&json!("Lena Harbour"), &Value::Null));
    assert_eq!(back["addresses"], json!([LENA, "new@harbour.example"]));
    let other = show(&office, &firm, &two).await;
    assert_eq!((&other["addresses"], &other["owner"]), (&json!([]), &two["owner"]));
    let path = format!("/v1/contacts/{}/undo", text_at(&one, "/id"));
    let again = office.post(path, json!({"rev": rev})).by(&firm.member).send().await;
    again.expect_problem(409, "nothing_to_undo");
}

#[tokio::test]
async fn merges_of_merges_are_undone_the_last_first() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let (one, two) = two(&office, &firm).await;
    let three = make(&office, &firm, json!({"name": "Third"})).await;
    act(&office, &firm, &two, "merge", json!({"with": one["id"]})).await;
    let top = act(&office, &firm, &three, "merge", json!({"with": one["id"]})).await;
    assert_eq!(top["merged"], json!([two["id"], one["id"]]));
    assert_eq!(show(&office, &firm, &one).await["id"], three["id"], "through both merges");
    assert_eq!(timeline(&office, &firm, &one).await.len(), 6);
    let same = json!({"with": two["id"]});
    let path = format!("/v1/contacts/{}/merge", text_at(&one, "/id"));
    let refused = office.post(path, same).by(&firm.member).send().await;
    refused.expect_problem(409, "same_record");
    act(&office, &firm, &one, "undo", json!({})).await;
    assert_eq!(show(&office, &firm, &one).await["id"], two["id"]);
    act(&office, &firm, &one, "undo", json!({})).await;
    assert_eq!(without_revision(show(&office, &firm, &one).await), without_revision(one));
    assert_eq!(without_revision(show(&office, &firm, &two).await), without_revision(two));
}

#[tokio::test]
async fn of_merges_at_once_each_record_ends_in_one_place() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let (one, two) = two(&office, &firm).await;
    let three = make(&office, &firm, json!({"name": "Third"})).await;
    let merge = |into: &Value, with: &Value| {
        let path = format!("/v1/contacts/{}/merge", text_at(into, "/id"));
        office.post(path, json!({"with": with["id"]})).by(&firm.member)
    };
    let (a, b, c) = tokio::join!(
        merge(&one, &two).send(),
        merge(&three, &two).send(),
        merge(&two, &one).send(),
    );
    let mut statuses = [a.status.as_u16(), b.status.as_u16(), c.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 409], "all three are one record in the end");
    let ids: Vec<Value> = [
        show(&office, &firm, &one).await,
        show(&office, &firm, &two).await,
        show(&office, &firm, &three).await,
    ]
    .into_iter()
    .map(|record| record["id"].clone())
    .collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    assert_eq!(timeline(&office, &firm, &three).await.len(), 6);
}

#[tokio::test]
async fn a_merge_or_conversion_sent_twice_happens_once() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let (one, two) = two(&office, &firm).await;
    let convert = || {
        let path = format!("/v1/contacts/{}/convert", text_at(&two, "/id"));
        office.post(path, json!({"account": {"name": "H"}})).by(&firm.member).once("c").send()
    };
    assert_eq!(convert().await.expect(200), convert().await.expect(200));
    let merge = || {
        let path = format!("/v1/contacts/{}/merge", text_at(&one, "/id"));
        office.post(path, json!({"with": two["id"]})).by(&firm.member).once("m").send()
    };
    assert_eq!(merge().await.expect(200), merge().await.expect(200));
    assert_eq!(show(&office, &firm, &one).await["merged"], json!([two["id"]]));
    let accounts = office.get("/v1/contacts?kind=account").by(&firm.member).send().await;
    assert_eq!(items(&accounts.expect(200)).len(), 1);
}

#[tokio::test]
async fn a_suppressed_address_stays_so_through_merge_and_undo() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let (one, two) = two(&office, &firm).await;
    let records = &office.world.records;
    let address = EmailAddress::parse(PIER).unwrap();
    let now = flows::ports::Clock::now(office.world.clock.as_ref());
    let block = Suppression {
        scope: SuppressionScope::Tenant,
        tenant: firm.id,
        address_hash: Some(records.hasher.address(&address)),
        domain: address.domain().to_owned(),
        contact: None,
        cause: SuppressionCause::Unsubscribed,
        permanence: Permanence::Permanent,
        category: None,
        reason: None,
        status: None,
        source: None,
        blocked_at: now,
        blocked_until: None,
        review_at: now,
        lifted_at: None,
        lifts: 0,
        rev: 1,
    };
    let table = office.world.table.as_ref();
    suppressions::block(table, &block, None).await.unwrap();
    let blocked = async || {
        let asked = [EmailAddress::parse(LENA).unwrap(), address.clone()];
        let asked = asked.map(suppressions::Asked::one_off);
        let found = suppressions::blocking(table, firm.id, &records.hasher, &asked, now).await;
        found.unwrap().into_keys().collect::<Vec<_>>()
    };
    assert_eq!(blocked().await, std::slice::from_ref(&address));
    act(&office, &firm, &one, "merge", json!({"with": two["id"]})).await;
    assert_eq!(blocked().await, std::slice::from_ref(&address), "it hangs on the address");
    act(&office, &firm, &one, "undo", json!({})).await;
    assert_eq!(blocked().await, std::slice::from_ref(&address));
}

#[tokio::test]
async fn a_removed_record_leaves_nothing_of_itself_or_of_what_was_merged_into_it() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let (one, two) = two(&office, &firm).await;
    let merged = act(&office, &firm, &one, "merge", json!({"with": two["id"]})).await;
    let path = format!("/v1/contacts/{}", text_at(&two, "/id"));
    office.delete(&path, merged["rev"].as_u64().unwrap()).by(&firm.member).send().await.expect(204);
    for id in [text_at(&one, "/id"), text_at(&two, "/id")] {
        for tail in ["", "/timeline", "/messages"] {
            let gone = office.get(format!("/v1/contacts/{id}{tail}")).by(&firm.member).send().await;
            gone.expect_problem(404, "not_found");
        }
        let left = office.world.table.items(store::table::TableName::Crm).into_iter();
        let left = left.filter(|item| format!("{:?}", item.get("pk")).contains(id));
        assert_eq!(left.count(), 0, "no line of its timeline, nothing to undo");
    }
    // Both addresses are free, and mail from them begins a new record.
    write(&office, &firm, PIER, 9).await;
    let fresh = json!({"id": contact_of(&office, &firm, PIER).await});
    assert_eq!(timeline(&office, &firm, &fresh).await, ["About m9"]);
}

#[tokio::test]
async fn activities_follow_a_merge_and_come_back_when_it_is_undone() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let (one, two) = two(&office, &firm).await;
    for (subject, about) in
        [("of one", vec![&one]), ("of two", vec![&two]), ("of both", vec![&one, &two])]
    {
        let about: Vec<&Value> = about.into_iter().map(|record| &record["id"]).collect();
        let note = json!({"subject": subject, "contacts": about});
        office.post("/v1/notes", note).by(&firm.member).send().await.expect(201);
    }
    let count = async |record: &Value| {
        let path = format!("/v1/contacts/{}/activities", text_at(record, "/id"));
        items(&office.get(path).by(&firm.member).send().await.expect(200)).len()
    };
    assert_eq!((count(&one).await, count(&two).await), (2, 2));
    act(&office, &firm, &one, "merge", json!({"with": two["id"]})).await;
    assert_eq!((count(&one).await, count(&two).await), (3, 3), "each once, by either id");
    act(&office, &firm, &one, "undo", json!({})).await;
    assert_eq!((count(&one).await, count(&two).await), (2, 2));
}
