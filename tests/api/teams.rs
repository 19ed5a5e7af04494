//! Who reports to whom, and that who stands above somebody sees his mail everywhere.

use serde_json::{Value, json};
use testkit::raw_mail::Draft;

use crate::mail::{contact_of, receive};
use crate::office::{Firm, Office, Person, items, text_at};

const LENA: &str = "lena@harbour.example";

fn path(person: &str) -> String {
    format!("/v1/users/{person}/team")
}

/// Adds a member with a key of all rights.
async fn hire(office: &Office, firm: &Firm, local_part: &str) -> Person {
    let email = format!("{local_part}@{}", firm.domain);
    let body = json!({"name": local_part, "email": email, "role": "member"});
    let made = office.post("/v1/users", body).by(&firm.admin).send().await.expect(201);
    let id = text_at(&made, "/id").parse().unwrap();
    let table = office.world.table.as_ref();
    let user = store::users::get(table, firm.id, id).await.unwrap().unwrap();
    let key = office.key(firm.id, id, domain::permission::Scope::ALL).await;
    Person { user, key }
}

async fn put(office: &Office, firm: &Firm, who: &Person, under: Value) -> Value {
    let path = path(&who.user.id.to_string());
    let now = office.get(&path).by(&firm.admin).send().await.expect(200);
    let patch = json!({"manager": under});
    let rev = now["rev"].as_u64().unwrap();
    office.patch(&path, rev, patch).by(&firm.admin).send().await.expect(200)
}

#[tokio::test]
async fn a_user_gets_a_manager_under_his_revision_and_never_one_who_stands_below_him() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let (nora, omar) = (hire(&office, &firm, "nora").await, hire(&office, &firm, "omar").await);
    let mia = &firm.member;
    let of_mia = path(&mia.user.id.to_string());
    let alone = office.get(&of_mia).by(mia).send().await.expect(200);
    assert_eq!((&alone["manager"], &alone["rev"]), (&Value::Null, &json!(0)));

    let placed = put(&office, &firm, mia, json!(nora.user.id)).await;
    assert_eq!((&placed["manager"], &placed["rev"]), (&json!(nora.user.id), &json!(1)));
    let placed = put(&office, &firm, &nora, json!(omar.user.id)).await;
    assert_eq!(placed["reports"], json!([mia.user.id]));
    let shown = office.get(&of_mia).by(mia).send().await;
    assert_eq!(shown.headers["etag"], "\"1\"");
    let shown = shown.expect(200);
    assert_eq!(shown["above"], json!([nora.user.id, omar.user.id]));
    let top = office.get(path(&omar.user.id.to_string())).by(mia).send().await.expect(200);
    assert_eq!(top["reports"], json!([nora.user.id]));
    assert_eq!(top["team"].as_array().unwrap().len(), 2, "at whatever depth");

    let patch = |rev, manager: Value| office.patch(&of_mia, rev, json!({"manager": manager}));
    let stale = patch(0, json!(omar.user.id)).by(&firm.admin).send().await;
    stale.expect_problem(412, "revision_mismatch");
    let missing = json!(domain::ids::UserId::from_bits(1));
    let refused = patch(1, missing).by(&firm.admin).send().await;
    assert_eq!(refused.expect_problem(422, "field_invalid")["field"], "manager");
    let of_omar = path(&omar.user.id.to_string());
    for below in [omar.user.id, nora.user.id, mia.user.id] {
        let circle = office.patch(&of_omar, 0, json!({"manager": below})).by(&firm.admin);
        circle.send().await.expect_problem(422, "team_circle");
    }
    let member = patch(1, Value::Null).by(mia).send().await;
    member.expect_problem(403, "right_missing");
    let freed = patch(1, Value::Null).by(&firm.admin).send().await.expect(200);
    assert_eq!((&freed["above"], &freed["rev"]), (&json!([]), &json!(2)));
}

#[tokio::test]
async fn an_administrator_puts_no_owner_below_anybody() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let of_owner = path(&firm.owner.user.id.to_string());
    let patch = json!({"manager": firm.member.user.id});
    let refused = office.patch(&of_owner, 0, patch.clone()).by(&firm.admin).send().await;
    refused.expect_problem(403, "right_missing");
    office.patch(&of_owner, 0, patch).by(&firm.owner).send().await.expect(200);
}

/// What somebody finds of one mail by every way there is.
async fn ways(office: &Office, who: &Person, owner: &Person, line: &Value) -> Vec<u16> {
    let (message, thread) = (text_at(line, "/mail/id"), text_at(line, "/mail/thread"));
    let mailbox = owner.user.mailbox;
    let mut found = Vec::new();
    for path in [
        format!("/v1/messages/{message}"),
        format!("/v1/messages/{message}/html"),
        format!("/v1/threads/{thread}"),
        format!("/v1/messages?mailbox={mailbox}"),
        format!("/v1/messages/{message}/activities"),
    ] {
        found.push(office.get(&path).by(who).send().await.status.as_u16());
    }
    found
}

#[tokio::test]
async fn who_stands_above_sees_mail_on_timelines_in_threads_mailboxes_and_by_itself() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let (nora, omar) = (hire(&office, &firm, "nora").await, hire(&office, &firm, "omar").await);
    let (pia, mia) = (hire(&office, &firm, "pia").await, &firm.member);
    put(&office, &firm, mia, json!(nora.user.id)).await;
    put(&office, &firm, &nora, json!(omar.user.id)).await;
    put(&office, &firm, &pia, json!(omar.user.id)).await;
    let draft = Draft::new("one", LENA, mia.user.email.expose());
    receive(&office, &draft, &[mia], &[]).await;
    let timeline = format!("/v1/contacts/{}/timeline", contact_of(&office, &firm, LENA).await);
    let lines = async |who: &Person| office.get(&timeline).by(who).send().await.expect(200);
    let line = lines(mia).await["items"][0].clone();

    let seen = ways(&office, mia, mia, &line).await;
    assert_eq!(seen[0], 200);
    for above in [&nora, &omar] {
        let page = lines(above).await;
        assert_eq!(items(&page), std::slice::from_ref(&line), "with its delivery");
        assert_eq!(ways(&office, above, mia, &line).await, seen);
    }
    let beside = lines(&pia).await;
    assert!(items(&beside).is_empty(), "who stands beside sees nothing");
    assert!(ways(&office, &pia, mia, &line).await.iter().all(|status| *status == 404));
    // Of somebody above, who stands below sees nothing.
    let draft = Draft::new("two", LENA, omar.user.email.expose());
    receive(&office, &draft, &[&omar], &[]).await;
    assert_eq!(items(&lines(&nora).await).len(), 1);
    assert_eq!(items(&lines(&omar).await).len(), 2);

    // The moment he reports to somebody else, other people see it.
    put(&office, &firm, mia, json!(pia.user.id)).await;
    assert!(items(&lines(&nora).await).is_empty());
    assert_eq!(items(&lines(&pia).await).len(), 1);
    assert_eq!(items(&lines(&omar).await).len(), 2, "still above");
    assert!(ways(&office, &nora, mia, &line).await.iter().all(|status| *status == 404));
}

#[tokio::test]
async fn a_meeting_of_an_administrators_mail_is_not_told_to_who_stands_above_him() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let nora = hire(&office, &firm, "nora").await;
    put(&office, &firm, &firm.admin, json!(nora.user.id)).await;
    // The administrator makes a note of Mia's mail, which he sees as administrator alone.
    let draft = Draft::new("one", LENA, firm.member.user.email.expose());
    receive(&office, &draft, &[&firm.member], &[]).await;
    let lena = contact_of(&office, &firm, LENA).await;
    let timeline = format!("/v1/contacts/{lena}/timeline");
    let page = office.get(&timeline).by(&firm.admin).send().await.expect(200);
    let note = json!({
        "subject": "x", "contacts": [lena], "message": page["items"][0]["mail"]["id"],
    });
    office.post("/v1/notes", note).by(&firm.admin).send().await.expect(201);
    let notes = format!("/v1/contacts/{lena}/activities");
    let of = async |who: &Person| {
        office.get(&notes).by(who).send().await.expect(200)["items"][0]["message"].clone()
    };
    assert_ne!(of(&firm.admin).await, Value::Null);
    assert_eq!(of(&nora).await, Value::Null, "she sees his mail, not all that he may see");
}
