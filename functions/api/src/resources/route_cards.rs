//! A dropbox as a card for address books.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::permission::{ReadRoutes, Scope};
use flows::dropbox_card;
use http::HeaderValue;
use http::header::CONTENT_TYPE;

use crate::app::App;
use crate::asked::PathWords;
use crate::auth::Call;
use crate::endpoint::Endpoint;
use crate::problem::ApiError;

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    let text = "A dropbox's present address as a card (vCard 4.0, RFC 6350).";
    vec![
        Endpoint::get("/v1/routes/{id}/vcard", "show_route_card", text, show)
            .needs(Scope::ReadRoutes),
    ]
}

async fn show(
    State(app): State<App>,
    call: Call<ReadRoutes>,
    path: PathWords,
) -> Result<Response, ApiError> {
    let card = dropbox_card::card(&app.records, &call.allowed, path.get("id")?).await?;
    let kind = HeaderValue::from_static("text/vcard; charset=utf-8");
    Ok(([(CONTENT_TYPE, kind)], card).into_response())
}
