//! What a request asks, read at the border: path, query, revision, body.

use std::collections::BTreeMap;
use std::str::FromStr;

use axum::body::Body;
use axum::extract::{FromRequest, FromRequestParts, Query, RawPathParams, Request};
use bytes::Bytes;
use domain::limits::REQUEST_BODY_BYTES_MAX;
use domain::refusal::{RefusalCode, Refused};
use http::HeaderValue;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, IF_MATCH};
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::problem::ApiError;

/// The parts of the path that differ from request to request.
pub struct PathWords(BTreeMap<String, String>);

impl FromRequestParts<App> for PathWords {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let malformed = || Refused::new(RefusalCode::IdMalformed, "check the path's encoding");
        let params =
            RawPathParams::from_request_parts(parts, app).await.map_err(|_| malformed())?;
        Ok(Self(params.iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect()))
    }
}

impl PathWords {
    /// The part of that name.
    ///
    /// # Errors
    /// `id_malformed`.
    pub fn get<T: FromStr>(&self, name: &str) -> Result<T, Refused> {
        self.0.get(name).and_then(|text| text.parse().ok()).ok_or_else(|| {
            let hint = "copy the id as the API gave it";
            Refused::field(RefusalCode::IdMalformed, name, hint)
        })
    }
}

/// The words of the query. Each is taken out by name; what is left at the end is not known.
pub struct QueryWords(pub(crate) BTreeMap<String, String>);

impl FromRequestParts<App> for QueryWords {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        let Query(words) = Query::try_from_uri(&parts.uri)
            .map_err(|_| Refused::new(RefusalCode::QueryMalformed, "check the query's encoding"))?;
        Ok(Self(words))
    }
}

impl QueryWords {
    /// Takes the word of that name.
    ///
    /// # Errors
    /// `query_malformed` with the hint, where it is there and not one of those it can be.
    pub fn take<T>(
        &mut self,
        name: &str,
        hint: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Refused> {
        let Some(text) = self.0.remove(name) else { return Ok(None) };
        let malformed = || Refused::field(RefusalCode::QueryMalformed, name, hint);
        read(&text).map(Some).ok_or_else(malformed)
    }

    /// That nothing is left.
    ///
    /// # Errors
    /// `query_malformed`, naming a word that the path does not take.
    pub fn finish(self) -> Result<(), Refused> {
        match self.0.into_keys().next() {
            None => Ok(()),
            Some(name) => {
                let hint = "this path does not take the parameter";
                Err(Refused::field(RefusalCode::QueryMalformed, name, hint))
            }
        }
    }
}

/// The revision of `If-Match: "<rev>"` (RFC 9110 section 13.1.1; neither lists nor `*`).
pub struct Revision(pub u64);

impl FromRequestParts<App> for Revision {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, ApiError> {
        let value = parts.headers.get(IF_MATCH).and_then(|value| value.to_str().ok());
        let quoted = value.and_then(|text| text.strip_prefix('"')?.strip_suffix('"'));
        match quoted.and_then(|digits| digits.parse().ok()) {
            Some(rev) => Ok(Self(rev)),
            None => {
                let hint = "read the thing and send `If-Match: \"<rev>\"` with its `rev`";
                Err(Refused::field(RefusalCode::RevisionMissing, "If-Match", hint).into())
            }
        }
    }
}

/// A request with a JSON body.
pub struct Asked<T> {
    /// The body.
    pub body: T,
    /// What an idempotency key belongs to.
    pub keyed: Keyed,
}

/// What makes two requests with one idempotency key the same.
pub struct Keyed {
    /// The `Idempotency-Key` header, where there is one; not text where it can't be read.
    pub key: Option<String>,
    /// Method and path.
    pub target: String,
    /// The body's octets.
    pub octets: Bytes,
}

impl<T: DeserializeOwned> FromRequest<App> for Asked<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &App) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        media_type(&parts)?;
        let octets = octets(&parts, body).await?;
        let key = parts.headers.get("idempotency-key");
        // A header that is no text gives the empty key, which is refused as malformed.
        let key = key.map(|value| value.to_str().unwrap_or_default().to_owned());
        let target = format!("{} {}", parts.method, parts.uri.path());
        Ok(Self { body: read_json(&octets)?, keyed: Keyed { key, target, octets } })
    }
}

/// JSON by whatever name: `application/json`, a merge patch (RFC 7396), or none told.
fn media_type(parts: &Parts) -> Result<(), Refused> {
    let is_json = |told: &HeaderValue| {
        let named = told.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
        let named = named.trim().to_ascii_lowercase();
        named.strip_prefix("application/").is_some_and(|n| n == "json" || n.ends_with("+json"))
    };
    if parts.headers.get_all(CONTENT_TYPE).iter().all(is_json) {
        return Ok(());
    }
    let hint = "send JSON, with `Content-Type: application/json`";
    Err(Refused::field(RefusalCode::MediaTypeUnsupported, "Content-Type", hint))
}

/// A request whose body is not the API's own JSON.
pub struct Octets(pub Bytes);

impl FromRequest<App> for Octets {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &App) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        Ok(Self(octets(&parts, body).await?))
    }
}

async fn octets(parts: &Parts, body: Body) -> Result<Bytes, Refused> {
    let length_max = u64::try_from(REQUEST_BODY_BYTES_MAX).unwrap_or(u64::MAX);
    let too_large = || {
        let hint = "send less at once; files go by signed URL";
        Refused::new(RefusalCode::BodyTooLarge, hint).with_limit(length_max)
    };
    let told = parts.headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if told.and_then(|text| text.parse::<u64>().ok()).is_some_and(|length| length > length_max) {
        return Err(too_large());
    }
    axum::body::to_bytes(body, REQUEST_BODY_BYTES_MAX).await.map_err(|_| too_large())
}

/// Reads JSON and tells what is wrong with it, by field.
fn read_json<T: DeserializeOwned>(octets: &[u8]) -> Result<T, Refused> {
    // serde reads an array into a struct too, by position.
    if octets.trim_ascii_start().first() != Some(&b'{') {
        return Err(malformed());
    }
    let mut reader = serde_json::Deserializer::from_slice(octets);
    let value: T = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        wrong(&path, error.inner())
    })?;
    reader.end().map_err(|_| malformed())?;
    Ok(value)
}

fn malformed() -> Refused {
    Refused::new(RefusalCode::BodyMalformed, "send one JSON object, in UTF-8")
}

fn wrong(path: &str, error: &serde_json::Error) -> Refused {
    use serde_json::error::Category;
    match error.classify() {
        Category::Io | Category::Syntax | Category::Eof => return malformed(),
        Category::Data => {}
    }
    // serde tells the kind of a flaw in its message alone; the tests hold these forms.
    let message = error.to_string();
    let named = |start: &str| message.strip_prefix(start)?.split('`').next().map(str::to_owned);
    if let Some(name) = named("unknown field `") {
        let hint = "leave it out, or check its spelling";
        return Refused::field(RefusalCode::FieldUnknown, within(path, &name), hint);
    }
    if let Some(name) = named("missing field `") {
        return Refused::field(RefusalCode::FieldMissing, within(path, &name), "give it a value");
    }
    if let Some(name) = named("duplicate field `") {
        let hint = "give it once";
        return Refused::field(RefusalCode::FieldInvalid, within(path, &name), hint);
    }
    if path == "." {
        return malformed();
    }
    let hint = message.split(" at line ").next().unwrap_or_default();
    Refused::field(RefusalCode::FieldInvalid, path, hint)
}

/// The path of a field within an object; the path of an unknown field may end in its name already.
fn within(path: &str, name: &str) -> String {
    match path {
        "." => name.to_owned(),
        path if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        path => format!("{path}.{name}"),
    }
}
