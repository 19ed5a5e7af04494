//! The resources, one module each: its views, its endpoints, its handlers.

pub mod api_keys;
pub mod health;
pub mod limits;
pub mod routes;
pub mod settings;
pub mod users;

use crate::endpoint::Endpoint;

/// Every endpoint, in the order of the document.
pub fn endpoints() -> Vec<Endpoint> {
    let all = [
        health::endpoints(),
        limits::endpoints(),
        settings::endpoints(),
        users::endpoints(),
        api_keys::endpoints(),
        routes::endpoints(),
    ];
    all.into_iter().flatten().collect()
}
