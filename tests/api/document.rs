//! The OpenAPI document: fresh, complete, and the same set of paths as the router. (That the template
//! routes the same ones is a rule of infra.)

use std::collections::BTreeSet;
use std::path::Path;

use api::openapi;
use http::Method;
use serde_json::Value;

use crate::office::Office;

fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Method and path of every operation of the document.
fn operations(document: &Value) -> BTreeSet<String> {
    let paths = document["paths"].as_object().unwrap();
    let of_path = |(path, methods): (&String, &Value)| -> Vec<String> {
        let methods = methods.as_object().unwrap().keys();
        methods.map(|method| format!("{} {path}", method.to_uppercase())).collect()
    };
    paths.iter().flat_map(of_path).collect()
}

#[test]
fn the_document_kept_in_infra_is_the_one_that_the_code_makes() {
    let path = repository().join("infra/openapi.json");
    if std::env::var_os("REFRESH_OPENAPI").is_some() {
        std::fs::write(&path, openapi::text()).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == openapi::text(),
        "infra/openapi.json is stale: run `REFRESH_OPENAPI=1 cargo test -p tests --test api document`"
    );
}

#[test]
fn the_document_is_openapi_3_1_and_well_formed() {
    let document = openapi::document();
    assert_eq!(document["openapi"], "3.1.0");
    let read: utoipa::openapi::OpenApi = serde_json::from_value(document.clone()).unwrap();
    assert_eq!(read.paths.paths.len(), document["paths"].as_object().unwrap().len());
}

#[test]
fn every_reference_of_the_document_leads_somewhere_and_every_name_is_used_once() {
    let document = openapi::document();
    let text = document.to_string();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut referred = BTreeSet::new();
    for part in text.split("#/components/schemas/").skip(1) {
        let name = part.split('"').next().unwrap();
        assert!(schemas.contains_key(name), "{name}");
        referred.insert(name);
    }
    let unused: Vec<_> = schemas.keys().filter(|name| !referred.contains(name.as_str())).collect();
    assert!(unused.is_empty(), "{unused:?}");
    let mut names = BTreeSet::new();
    for endpoint in api::resources::endpoints() {
        assert!(names.insert(endpoint.name), "{} is a name twice", endpoint.name);
    }
}

#[test]
fn a_list_says_what_its_items_are() {
    let document = openapi::document();
    let schema = |path: &str| {
        let good = &document["paths"][path]["get"]["responses"]["200"]["content"];
        let reference = good["application/json"]["schema"]["$ref"].as_str().unwrap().to_owned();
        let page = document.pointer(reference.strip_prefix('#').unwrap()).unwrap();
        page["properties"]["items"]["items"]["$ref"].as_str().unwrap().to_owned()
    };
    assert_eq!(schema("/v1/users"), "#/components/schemas/UserView");
    assert_eq!(schema("/v1/contacts/{id}/timeline"), "#/components/schemas/TimelineView");
}

#[tokio::test]
async fn the_router_answers_every_operation_of_the_document_and_no_other_method() {
    let office = Office::new();
    let operations = operations(&openapi::document());
    let paths: BTreeSet<&str> =
        operations.iter().map(|operation| operation.split_once(' ').unwrap().1).collect();
    assert!(paths.len() > 15);
    for path in paths {
        let concrete = path.replace("{id}", "x").replace("{n}", "1");
        for method in [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let reply = office.ask(method.clone(), &concrete).send().await;
            let known = operations.contains(&format!("{method} {path}"));
            let code = reply.body["code"].as_str().unwrap_or("none");
            assert_eq!(code != "method_unknown", known, "{method} {path}: {code}");
            assert_ne!(code, "path_unknown", "{method} {path}");
        }
    }
}

#[test]
fn the_schema_of_problems_has_the_members_that_problems_have() {
    use domain::refusal::{RefusalCode, Refused};
    let refused = Refused::field(RefusalCode::IdempotencyKeyBusy, "f", "h")
        .with_limit(1)
        .about("con_1", vec!["name".to_owned()])
        .with_retry_at(domain::timestamp::Timestamp::default());
    let id = domain::ids::RequestId::from_bits(1);
    let problem = serde_json::to_value(lambda::http::Problem::of_refusal(&refused, id)).unwrap();
    let document = openapi::document();
    let schema = &document["components"]["schemas"]["Problem"]["properties"];
    let members = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(members(&problem), members(schema));
}
