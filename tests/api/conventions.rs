//! What holds on every path: problems, cursors, limits, revisions, bodies.

use std::sync::Arc;

use async_trait::async_trait;
use domain::limits::REQUEST_BODY_BYTES_MAX;
use http::Method;
use serde_json::json;
use store::table::{
    BatchGot, Got, Key, Page, Query, Table, TableFault, TransactError, Units, Write, WriteError,
};

use crate::office::{Office, text_at};

#[tokio::test]
async fn health_needs_no_key_and_tells_the_version() {
    let office = Office::new();
    let health = office.get("/v1/health").send().await;
    assert!(health.headers.contains_key("x-request-id"));
    assert_eq!(health.headers["cache-control"], "no-store");
    let health = health.expect(200);
    assert_eq!((&health["status"], &health["version"]), (&json!("ok"), &json!("0.1.0")));
}

#[tokio::test]
async fn unknown_paths_and_methods_are_problems() {
    let office = Office::new();
    office.get("/v1/unicorns").send().await.expect_problem(404, "path_unknown");
    office.get("/").send().await.expect_problem(404, "path_unknown");
    let wrong = office.ask(Method::PUT, "/v1/users").send().await;
    let allow = wrong.headers["allow"].to_str().unwrap().to_owned();
    assert!(allow.contains("GET") && allow.contains("POST"), "{allow}");
    wrong.expect_problem(405, "method_unknown");
}

#[tokio::test]
async fn a_limit_out_of_range_is_refused_with_the_bound() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    for limit in ["0", "201", "-1", "many", ""] {
        let refused = office.get(format!("/v1/users?limit={limit}")).by(&firm.member).send().await;
        let problem = refused.expect_problem(400, "query_malformed");
        assert_eq!((&problem["field"], &problem["limit"]), (&json!("limit"), &json!(200)));
    }
    office.get("/v1/users?limit=200").by(&firm.member).send().await.expect(200);
}

#[tokio::test]
async fn a_cursor_opens_only_the_list_it_came_from() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let other = office.firm("umbrella", false).await;
    let page = office.get("/v1/users?limit=1").by(&firm.admin).send().await.expect(200);
    let cursor = text_at(&page, "/next_cursor").to_owned();
    let with = |path: &str| format!("{path}cursor={cursor}");
    office.get(with("/v1/users?limit=2&")).by(&firm.admin).send().await.expect(200);
    let refused = [
        office.get(with("/v1/users?")).by(&other.admin),
        office.get(with("/v1/users?")).by(&firm.member),
        office.get(with("/v1/routes?")).by(&firm.admin),
        office.get(with("/v1/contacts?kind=lead&")).by(&firm.admin),
        office.get(format!("/v1/users?cursor={}", &cursor[1..])).by(&firm.admin),
        office.get("/v1/users?cursor=").by(&firm.admin),
    ];
    for asking in refused {
        let problem = asking.send().await.expect_problem(400, "cursor_invalid");
        assert_eq!(problem["field"], "cursor");
    }
    let contact = json!({"name": "a", "kind": "lead"});
    for _ in 0..2 {
        office.post("/v1/contacts", contact.clone()).by(&firm.admin).send().await.expect(201);
    }
    let leads = office.get("/v1/contacts?kind=lead&limit=1").by(&firm.admin).send().await;
    let cursor = text_at(&leads.expect(200), "/next_cursor").to_owned();
    let other_filter = format!("/v1/contacts?limit=1&cursor={cursor}");
    office.get(other_filter).by(&firm.admin).send().await.expect_problem(400, "cursor_invalid");
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_told_or_not() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let large = vec![b' '; REQUEST_BODY_BYTES_MAX + 1];
    let ask = || office.ask(Method::POST, "/v1/contacts").by(&firm.member).octets(&large);
    let problem = ask().send().await.expect_problem(413, "body_too_large");
    assert_eq!(problem["limit"], 262_144);
    let told = large.len().to_string();
    let told = ask().header("content-length", &told).send().await;
    told.expect_problem(413, "body_too_large");
}

#[tokio::test]
async fn a_body_that_calls_itself_something_else_than_json_is_refused() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let lead = json!({"name": "a", "kind": "lead"});
    let ask = |form: &str| {
        office.post("/v1/contacts", lead.clone()).by(&firm.member).header("content-type", form)
    };
    for form in
        ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", "", "text/x+json"]
    {
        let problem = ask(form).send().await.expect_problem(415, "media_type_unsupported");
        assert_eq!(problem["field"], "Content-Type");
    }
    for form in
        ["application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"]
    {
        ask(form).send().await.expect(201);
    }
}

#[tokio::test]
async fn a_body_that_is_no_json_object_of_the_wanted_shape_is_told_what_is_wrong() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    for body in [
        "",
        "{",
        "[]",
        "5",
        "{\"name\": \"x\"} {}",
        "[\"contact\", \"x\"]",
        "\u{1}",
        "{\"name\": \"x\"}}",
        "{\"name\": \"\\ud800\"}",
    ] {
        let asking = office.ask(Method::POST, "/v1/contacts").by(&firm.member);
        asking.octets(body.as_bytes()).send().await.expect_problem(400, "body_malformed");
    }
    let deep = "[".repeat(10_000);
    let asking = office.ask(Method::POST, "/v1/contacts").by(&firm.member);
    asking.octets(deep.as_bytes()).send().await.expect_problem(400, "body_malformed");
    let twice = "{\"name\": \"a\", \"name\": \"b\"}";
    let asking = office.ask(Method::POST, "/v1/contacts").by(&firm.member);
    asking.octets(twice.as_bytes()).send().await.expect_problem(422, "field_invalid");
}

#[tokio::test]
async fn a_revision_that_is_missing_or_malformed_is_asked_for() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let patch = || office.ask(Method::PATCH, "/v1/settings").by(&firm.admin);
    let missing = patch().json(json!({"language": "de"})).send().await;
    assert_eq!(missing.expect_problem(428, "revision_missing")["field"], "If-Match");
    for revision in ["1", "*", "\"x\"", "W/\"1\"", "\"1\", \"2\"", "\"-1\""] {
        let asked = patch().header("if-match", revision).json(json!({})).send().await;
        asked.expect_problem(428, "revision_missing");
    }
}

#[tokio::test]
async fn malformed_ids_are_told_from_unknown_ones() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    for path in [
        "/v1/users/usr_1",
        "/v1/contacts/nobody",
        "/v1/contacts/nobody/timeline",
        "/v1/messages/thr_01KB2N8QSZ3M9T4V5W6X7Y8Z90",
        "/v1/threads/x",
        "/v1/intake/x",
        "/v1/routes/x",
        "/v1/api_keys/x",
        "/v1/users/%FF",
    ] {
        let refused = office.get(path).by(&firm.admin).send().await;
        refused.expect_problem(400, "id_malformed");
    }
}

/// A table that panics or fails at every call.
struct Broken {
    panics: bool,
}

impl Broken {
    fn fail(&self) -> TableFault {
        assert!(!self.panics, "a secret of the inside");
        TableFault::new("get", "a secret of the inside")
    }
}

#[async_trait]
impl Table for Broken {
    async fn get(&self, _: &Key) -> Result<Got, TableFault> {
        Err(self.fail())
    }

    async fn batch_get(&self, _: &[Key]) -> Result<BatchGot, TableFault> {
        Err(self.fail())
    }

    async fn query(&self, _: &Query) -> Result<Page, TableFault> {
        Err(self.fail())
    }

    async fn write(&self, _: Write) -> Result<Units, WriteError> {
        Err(self.fail().into())
    }

    async fn transact(&self, _: Vec<Write>) -> Result<Units, TransactError> {
        Err(self.fail().into())
    }
}

#[tokio::test]
async fn our_own_failures_and_panics_tell_nothing_of_the_inside() {
    for panics in [false, true] {
        let office = Office::new();
        let firm = office.firm("acme", true).await;
        let office = office.through(Arc::new(Broken { panics }));
        let failed = office.get("/v1/users").by(&firm.admin).send().await;
        let problem = failed.expect_problem(500, "internal_error");
        assert!(!problem.to_string().contains("secret"));
    }
}

#[tokio::test]
async fn a_function_that_is_not_ready_says_so_and_tries_again() {
    let office = Office::new();
    let service = api::serve::Service::default();
    let health = || http::Request::get("/v1/health").body(axum::body::Body::empty()).unwrap();
    let fault = flows::ports::PortFault {
        port: "secret",
        operation: "read",
        source: "a secret of the inside".into(),
    };
    let refused = service.answer(async { Err(fault) }, health()).await;
    assert_eq!(refused.status(), 500);
    assert_eq!(refused.headers()["content-type"], "application/problem+json");
    let app = api::app::App {
        records: office.world.records.clone(),
        archive: office.world.archive.clone(),
        queue: office.world.queue.clone(),
        sender: office.world.sender.clone(),
        suppression_list: office.world.suppression_list.clone(),
        topics: crate::topic_messages::ports(&office.world),
    };
    let answered = service.answer(async { Ok(app) }, health()).await;
    assert_eq!(answered.status(), 200);
}
