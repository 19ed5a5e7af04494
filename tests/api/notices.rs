//! Notices: one list of what one is told without having asked.

use domain::bounce_category::BounceCategory;
use domain::email_address::EmailAddress;
use domain::ids::{IntakeId, UserId};
use domain::notice::{Matter, Notice};
use domain::timestamp::Timestamp;
use serde_json::{Value, json};

use crate::office::{Firm, Office, items, text_at};

async fn tell(office: &Office, firm: &Firm, owner: Option<UserId>, minute: i64, matter: Matter) {
    let at = Timestamp::from_seconds(1_795_339_800 + 60 * minute);
    let notice = Notice::new(firm.id, owner, (at, 7), matter);
    store::notices::keep(office.world.table.as_ref(), &notice).await.unwrap();
}

fn complaint() -> Matter {
    Matter::Complaint { contact: None, source: None, feedback_type: Some("abuse".to_owned()) }
}

fn refuses(domain: &str) -> Matter {
    let category = BounceCategory::PossibleSpam;
    Matter::DomainRefuses { domain: domain.to_owned(), category }
}

async fn kinds(office: &Office, by: &crate::office::Person, limit: u32) -> Vec<String> {
    let (mut all, mut path) = (Vec::new(), format!("/v1/notices?limit={limit}"));
    loop {
        let page = office.get(&path).by(by).send().await.expect(200);
        all.extend(items(&page).iter().map(|one| text_at(one, "/kind").to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { return all };
        path = format!("/v1/notices?limit={limit}&cursor={next}");
    }
}

#[tokio::test]
async fn each_is_told_his_own_and_administrators_what_concerns_all_in_one_order() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let own = Some(firm.admin.user.id);
    let refused = || Matter::DropboxRefused {
        intake: IntakeId::from_bits(5),
        reason: "sender_not_verified".to_owned(),
    };
    tell(&office, &firm, own, 1, complaint()).await;
    tell(&office, &firm, None, 2, refuses("harbour.example")).await;
    tell(&office, &firm, own, 3, refused()).await;
    tell(&office, &firm, None, 4, complaint()).await;
    tell(&office, &firm, Some(firm.member.user.id), 5, refused()).await;
    let wanted = ["complaint", "dropbox_refused", "domain_refuses", "complaint"];
    for limit in [1, 2, 50] {
        assert_eq!(kinds(&office, &firm.admin, limit).await, wanted, "pages of {limit}");
    }
    assert_eq!(kinds(&office, &firm.member, 50).await, ["dropbox_refused"]);
    let page = office.get("/v1/notices").by(&firm.admin).send().await.expect(200);
    let domain = &items(&page)[2];
    assert_eq!(
        (&domain["to_administrators"], text_at(domain, "/domain"), text_at(domain, "/reason")),
        (&Value::Bool(true), "harbour.example", BounceCategory::PossibleSpam.key())
    );
    for field in ["/subject", "/hint", "/created_at"] {
        assert!(!text_at(domain, field).is_empty());
    }
}

#[tokio::test]
async fn a_notice_is_read_then_put_away_and_what_is_told_again_does_not_bring_it_back() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    tell(&office, &firm, None, 1, complaint()).await;
    let list = || office.get("/v1/notices").by(&firm.owner).send();
    let page = list().await.expect(200);
    let id = text_at(&items(&page)[0], "/id").to_owned();
    assert!(items(&page)[0]["read_at"].is_null());
    let act = |by, what: &str| {
        let path = format!("/v1/notices/{id}/{what}");
        office.post(path, Value::Null).by(by).send()
    };
    act(&firm.member, "read").await.expect_problem(404, "not_found");
    act(&firm.owner, "read").await.expect(204);
    let read_at = items(&list().await.expect(200))[0]["read_at"].clone();
    assert!(read_at.is_string());
    office.world.clock.advance(std::time::Duration::from_secs(60));
    act(&firm.admin, "read").await.expect(204);
    assert_eq!(items(&list().await.expect(200))[0]["read_at"], read_at, "the first time counts");
    act(&firm.admin, "dismiss").await.expect(204);
    tell(&office, &firm, None, 1, complaint()).await;
    assert!(items(&list().await.expect(200)).is_empty());
    act(&firm.owner, "read").await.expect_problem(404, "not_found");
}

#[tokio::test]
async fn a_wish_to_be_unsubscribed_is_confirmed_with_one_request_by_who_is_told() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let address = EmailAddress::parse("lena@harbour.example").unwrap();
    let intake = IntakeId::from_bits(5);
    let wish = || Matter::UnsubscribeAsked { address: address.clone(), contact: None, intake };
    tell(&office, &firm, None, 1, wish()).await;
    tell(&office, &firm, None, 2, complaint()).await;
    let page = office.get("/v1/notices").by(&firm.admin).send().await.expect(200);
    let id = |n: usize| text_at(&items(&page)[n], "/id").to_owned();
    let confirm = |by, id: String| {
        office.post(format!("/v1/notices/{id}/confirm"), Value::Null).by(by).send()
    };
    let blocked = || async {
        let body = json!({"email": "lena@harbour.example"});
        let asked = office.post("/v1/suppressions/lookup", body).by(&firm.member);
        asked.send().await.expect(200)["blocked"].clone()
    };
    confirm(&firm.member, id(1)).await.expect_problem(404, "not_found");
    confirm(&firm.admin, id(0)).await.expect_problem(409, "notice_asks_nothing");
    assert_eq!(blocked().await, false);
    confirm(&firm.admin, id(1)).await.expect(204);
    assert_eq!(blocked().await, true);
    assert_eq!(kinds(&office, &firm.admin, 50).await, ["complaint"], "it is put away");
    confirm(&firm.admin, id(1)).await.expect_problem(404, "not_found");
}
