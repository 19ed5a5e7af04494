//! Lists and who is on them.

use serde_json::{Value, json};

use crate::office::{Firm, Office, items, text_at};

async fn make(office: &Office, firm: &Firm, name: &str) -> Value {
    let body = json!({"name": name});
    office.post("/v1/contacts", body).by(&firm.member).send().await.expect(201)
}

/// A list and the path of its members.
async fn list(office: &Office, firm: &Firm) -> (Value, String) {
    let body = json!({"name": "Waiting to send"});
    let list = office.post("/v1/lists", body).by(&firm.member).send().await.expect(201);
    let members = format!("/v1/lists/{}/members", text_at(&list, "/id"));
    (list, members)
}

async fn change(office: &Office, firm: &Firm, members: &str, body: Value) -> [u64; 3] {
    let changed = office.post(members, body).by(&firm.member).send().await.expect(200);
    ["added", "already", "removed"].map(|name| changed[name].as_u64().unwrap())
}

async fn count(office: &Office, firm: &Firm, list: &Value) -> Value {
    let path = format!("/v1/lists/{}/count", text_at(list, "/id"));
    office.get(path).by(&firm.member).send().await.expect(200)
}

#[tokio::test]
async fn a_contact_added_three_times_is_on_the_list_once() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let (list, members) = list(&office, &firm).await;
    let lena = make(&office, &firm, "Lena").await;
    let add = json!({"add": [lena["id"], lena["id"]]});
    assert_eq!(change(&office, &firm, &members, add.clone()).await, [1, 0, 0]);
    let (one, two) = tokio::join!(
        change(&office, &firm, &members, add.clone()),
        change(&office, &firm, &members, add),
    );
    assert_eq!((one, two), ([0, 1, 0], [0, 1, 0]));
    assert_eq!(count(&office, &firm, &list).await, json!({"members": 1, "complete": true}));
    let page = office.get(&members).by(&firm.member).send().await.expect(200);
    assert_eq!(items(&page).len(), 1);
    assert_eq!(page["items"][0]["contact"]["name"], "Lena");
    let of_lena = format!("/v1/contacts/{}/lists", text_at(&lena, "/id"));
    let lists = office.get(&of_lena).by(&firm.member).send().await.expect(200);
    assert_eq!(lists["items"], json!([list]));
    let remove = json!({"remove": [lena["id"]]});
    assert_eq!(change(&office, &firm, &members, remove.clone()).await, [0, 0, 1]);
    assert_eq!(change(&office, &firm, &members, remove).await, [0, 0, 0]);
    let lists = office.get(&of_lena).by(&firm.member).send().await.expect(200);
    assert!(items(&lists).is_empty());
}

#[tokio::test]
async fn two_who_add_the_same_contacts_at_once_add_each_once() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let (list, members) = list(&office, &firm).await;
    let mut ids = Vec::new();
    for n in 0..60 {
        ids.push(make(&office, &firm, &format!("c{n}")).await["id"].clone());
    }
    let (one, two) = tokio::join!(
        change(&office, &firm, &members, json!({"add": ids[..40]})),
        change(&office, &firm, &members, json!({"add": ids[20..]})),
    );
    assert_eq!(one[0] + two[0], 60);
    assert_eq!(one[1] + two[1], 20);
    assert_eq!(count(&office, &firm, &list).await["members"], 60);
    let (mut next, mut seen) = (format!("{members}?limit=7"), Vec::new());
    loop {
        let page = office.get(&next).by(&firm.member).send().await.expect(200);
        assert!(items(&page).len() <= 7);
        seen.extend(items(&page).iter().map(|m| m["contact"]["id"].to_string()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        next = format!("{members}?limit=7&cursor={cursor}");
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 60, "pages go through all sixteenths");
}

#[tokio::test]
async fn merged_contacts_are_on_the_list_once_and_twice_again_after_undoing() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let (list, members) = list(&office, &firm).await;
    let (one, two) = (make(&office, &firm, "One").await, make(&office, &firm, "Two").await);
    let three = make(&office, &firm, "Three").await;
    let all = json!({"add": [one["id"], two["id"], three["id"]]});
    assert_eq!(change(&office, &firm, &members, all).await, [3, 0, 0]);
    let verb = |verb: &str| format!("/v1/contacts/{}/{verb}", text_at(&one, "/id"));
    for other in [&two, &three] {
        let body = json!({"with": other["id"]});
        office.post(verb("merge"), body).by(&firm.member).send().await.expect(200);
    }
    assert_eq!(count(&office, &firm, &list).await["members"], 1);
    let page = office.get(&members).by(&firm.member).send().await.expect(200);
    assert_eq!(page["items"][0]["contact"]["id"], one["id"]);
    let lists = office.get(verb("lists")).by(&firm.member).send().await.expect(200);
    assert_eq!(items(&lists).len(), 1);
    let again = json!({"add": [two["id"]]});
    assert_eq!(change(&office, &firm, &members, again).await, [0, 1, 0]);
    for left in [2, 3] {
        office.post(verb("undo"), json!({})).by(&firm.member).send().await.expect(200);
        assert_eq!(count(&office, &firm, &list).await["members"], left);
    }
    office
        .post(verb("merge"), json!({"with": two["id"]}))
        .by(&firm.member)
        .send()
        .await
        .expect(200);
    let remove = json!({"remove": [two["id"]]});
    assert_eq!(change(&office, &firm, &members, remove).await, [0, 0, 1]);
    assert_eq!(count(&office, &firm, &list).await["members"], 1, "under no id of the two");
}

#[tokio::test]
async fn a_removed_contact_is_on_no_list_and_a_removed_list_has_no_members() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let (list, members) = list(&office, &firm).await;
    let (one, two) = (make(&office, &firm, "One").await, make(&office, &firm, "Two").await);
    let all = json!({"add": [one["id"], two["id"]]});
    change(&office, &firm, &members, all.clone()).await;
    let path = format!("/v1/contacts/{}", text_at(&one, "/id"));
    office.delete(&path, 1).by(&firm.member).send().await.expect(204);
    assert_eq!(count(&office, &firm, &list).await["members"], 1);
    let changed = office.post(&members, all).by(&firm.member).send().await.expect(200);
    assert_eq!(changed["unknown"], json!([one["id"]]));
    let path = format!("/v1/lists/{}", text_at(&list, "/id"));
    let renamed = office.patch(&path, 1, json!({"name": "New"})).by(&firm.member).send().await;
    assert_eq!(renamed.expect(200)["name"], "New");
    office.delete(&path, 1).by(&firm.member).send().await.expect_problem(412, "revision_mismatch");
    office.delete(&path, 2).by(&firm.member).send().await.expect(204);
    office.get(&members).by(&firm.member).send().await.expect_problem(404, "not_found");
    let of_two = format!("/v1/contacts/{}/lists", text_at(&two, "/id"));
    let lists = office.get(&of_two).by(&firm.member).send().await.expect(200);
    assert!(items(&lists).is_empty());
}

#[tokio::test]
async fn more_than_five_hundred_at_once_are_refused() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let (_, members) = list(&office, &firm).await;
    let id = text_at(&make(&office, &firm, "One").await, "/id").to_owned();
    let body = json!({"add": vec![&id; 300], "remove": vec![&id; 201]});
    let refused = office.post(&members, body).by(&firm.member).send().await;
    assert_eq!(refused.expect_problem(422, "field_too_long")["limit"], 500);
}
