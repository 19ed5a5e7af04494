//! The OpenAPI document, made from the endpoints and the schemas of their bodies.

use std::collections::BTreeMap;

use domain::limits;
use domain::refusal::RefusalCode;
use http::Method;
use serde_json::{Map, Value, json};

use crate::endpoint::{Endpoint, Shape};
use crate::resources;

/// The version of the OpenAPI specification that the document follows; pinned, for tools lag behind.
pub const OPENAPI_VERSION: &str = "3.1.0";

/// The document.
pub fn document() -> Value {
    let endpoints = resources::endpoints();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    let mut schemas: BTreeMap<String, Value> = BTreeMap::new();
    for endpoint in &endpoints {
        let method = endpoint.method.as_str().to_ascii_lowercase();
        paths.entry(endpoint.path).or_default().insert(method, operation(endpoint));
        for shape in [&endpoint.takes, &endpoint.gives].into_iter().flatten() {
            for (name, schema) in shape().components {
                schemas.insert(name, json!(schema));
            }
        }
    }
    schemas.insert("Problem".to_owned(), problem_schema());
    json!({
        "openapi": OPENAPI_VERSION,
        "info": {
            "title": "Mailroom",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "The e-mail back office of a CRM. Errors are problem documents (RFC 9457) \
                with a stable `code`; a thing that the caller may not see does not exist (404).",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{ "key": [] }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key: `mailroom_...`.",
                },
            },
        },
    })
}

/// The document as it is kept in `infra/openapi.json`.
pub fn text() -> String {
    let mut text = format!("{:#}", document());
    text.push('\n');
    text
}

fn operation(endpoint: &Endpoint) -> Value {
    let tag = endpoint.path.split('/').nth(2).unwrap_or_default();
    let mut operation = json!({
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "tags": [tag],
        "parameters": parameters(endpoint),
        "responses": responses(endpoint),
    });
    let mut set = |name: &str, value: Value| {
        if let Some(object) = operation.as_object_mut() {
            object.insert(name.to_owned(), value);
        }
    };
    if endpoint.rights.is_empty() {
        set("security", json!([]));
    } else {
        let rights: Vec<&str> = endpoint.rights.iter().map(|right| right.name()).collect();
        set("x-rights", json!(rights));
    }
    if let Some(shape) = endpoint.takes {
        let media_type = if endpoint.method == Method::PATCH {
            "application/merge-patch+json"
        } else {
            "application/json"
        };
        let content = json!({ media_type: { "schema": reference(&shape()) } });
        set("requestBody", json!({ "required": true, "content": content }));
    }
    operation
}

fn parameters(endpoint: &Endpoint) -> Vec<Value> {
    let mut all: Vec<Value> = path_words(endpoint.path)
        .map(|name| {
            json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
        })
        .collect();
    for parameter in &endpoint.query {
        let schema = if parameter.one_of.is_empty() {
            json!({ "type": "string" })
        } else {
            json!({ "type": "string", "enum": parameter.one_of })
        };
        all.push(json!({
            "name": parameter.name,
            "in": "query",
            "required": false,
            "description": parameter.description,
            "schema": schema,
        }));
    }
    if endpoint.paged {
        all.push(json!({
            "name": "limit",
            "in": "query",
            "required": false,
            "description": "Most items on the page.",
            "schema": {
                "type": "integer",
                "minimum": 1,
                "maximum": limits::PAGE_ITEMS_MAX,
                "default": limits::PAGE_ITEMS_DEFAULT,
            },
        }));
        all.push(json!({
            "name": "cursor",
            "in": "query",
            "required": false,
            "description": "`next_cursor` of the page before, with the same filter.",
            "schema": { "type": "string" },
        }));
    }
    if endpoint.revised {
        all.push(json!({
            "name": "If-Match",
            "in": "header",
            "required": true,
            "description": "The present `rev` in quotes.",
            "schema": { "type": "string", "pattern": "^\"[0-9]+\"$" },
        }));
    }
    if endpoint.repeatable {
        all.push(json!({
            "name": "Idempotency-Key",
            "in": "header",
            "required": false,
            "description": "The same key and body within 24 hours give the first answer.",
            "schema": {
                "type": "string",
                "minLength": 1,
                "maxLength": limits::IDEMPOTENCY_KEY_BYTES_MAX,
            },
        }));
    }
    all
}

/// The names of the parts in braces.
fn path_words(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn responses(endpoint: &Endpoint) -> Value {
    let mut good = json!({ "description": endpoint.summary });
    if let (Some(shape), Some(object)) = (endpoint.gives, good.as_object_mut()) {
        let content = json!({ "application/json": { "schema": reference(&shape()) } });
        object.insert("content".to_owned(), content);
    }
    json!({
        endpoint.status.as_str(): good,
        "default": {
            "description": "A problem.",
            "content": {
                "application/problem+json": {
                    "schema": { "$ref": "#/components/schemas/Problem" },
                },
            },
        },
    })
}

fn reference(shape: &Shape) -> Value {
    json!({ "$ref": format!("#/components/schemas/{}", shape.name) })
}

/// The schema of [`lambda::http::Problem`], whose codes come from the domain's list.
fn problem_schema() -> Value {
    let mut codes: Vec<&str> = RefusalCode::ALL.iter().map(|code| code.code()).collect();
    codes.push(lambda::http::INTERNAL_CODE);
    json!({
        "type": "object",
        "required": ["type", "title", "status", "code", "request_id"],
        "properties": {
            "type": { "type": "string", "format": "uri" },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "code": { "type": "string", "enum": codes },
            "hint": { "type": "string", "description": "What the caller can do." },
            "field": { "type": "string", "description": "The field it is about." },
            "limit": { "type": "integer", "description": "The bound that was crossed." },
            "retry_at": {
                "type": "string",
                "format": "date-time",
                "description": "From when on the same request may succeed.",
            },
            "existing": {
                "type": "string",
                "description": "The id of the thing that stands in the way.",
            },
            "differences": {
                "type": "array",
                "items": { "type": "string" },
                "description": "The fields in which that thing differs from what was asked for.",
            },
            "request_id": { "type": "string", "description": "Names the request in our log." },
        },
    })
}
