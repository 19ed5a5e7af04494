//! A user's calendar as other programs subscribe to it, by a secret URL.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use domain::permission::{ReadMail, Scope, WriteActivities};
use domain::timestamp::Timestamp;
use flows::calendar_feed;
use http::header::{CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::app::App;
use crate::asked::PathWords;
use crate::auth::Call;
use crate::endpoint::Endpoint;
use crate::problem::ApiError;
use crate::schemas;

/// Where the caller's calendar can be subscribed to.
#[derive(Serialize, ToSchema)]
pub struct CalendarFeedView {
    /// The path below this API's address. It is shown once; whoever has it reads the calendar.
    pub path: String,
    /// Since when it works; the one before has ended.
    #[schema(schema_with = schemas::moment)]
    pub made_at: Timestamp,
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    let renew_text = "Makes the secret URL of the caller's calendar anew, and ends the one before.";
    let serve_text = "A calendar (RFC 5545) by its secret, which ends in .ics; needs no key.";
    vec![
        Endpoint::post("/v1/calendar/feed", "renew_calendar_feed", renew_text, renew)
            .needs(Scope::WriteActivities)
            .needs(Scope::ReadMail)
            .with_status(StatusCode::CREATED)
            .gives::<CalendarFeedView>(),
        Endpoint::get("/v1/calendar/{id}", "show_calendar_feed", serve_text, serve),
    ]
}

async fn renew(State(app): State<App>, call: Call<WriteActivities>) -> Result<Answer, ApiError> {
    call.actor.require::<ReadMail>()?;
    let opened = calendar_feed::renew(&app.records, &call.allowed, call.request).await?;
    let path = format!("/v1/calendar/{}.ics", opened.secret);
    Answer::created(&CalendarFeedView { path, made_at: opened.made_at })
}

async fn serve(
    State(app): State<App>,
    path: PathWords,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let name: String = path.get("id")?;
    let secret = name.strip_suffix(".ics").unwrap_or(&name);
    let feed = calendar_feed::serve(&app.records, secret).await?;
    let tag = format!("\"{}\"", feed.version);
    let known = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let same = known.is_some_and(|tags| {
        tags.split(',').any(|known| known.trim().trim_start_matches("W/") == tag)
    });
    let mut response = if same {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let kind = HeaderValue::from_static("text/calendar; charset=utf-8");
        ([(CONTENT_TYPE, kind)], feed.text).into_response()
    };
    if let Ok(tag) = HeaderValue::try_from(tag) {
        response.headers_mut().insert(ETAG, tag);
    }
    Ok(response)
}
