//! Lists: `?limit=`, `?cursor=` and the envelope `{items, next_cursor}`.

use axum::extract::FromRequestParts;
use domain::limits::{PAGE_ITEMS_DEFAULT, PAGE_ITEMS_MAX};
use domain::permission::Allowed;
use domain::refusal::{RefusalCode, Refused};
use flows::paging::{Listed, Wish};
use http::request::Parts;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::app::App;
use crate::asked::QueryWords;
use crate::cursor::CursorSeal;
use crate::problem::ApiError;

/// One page of a list.
#[derive(Serialize, ToSchema)]
pub struct PageView<T: Serialize + ToSchema> {
    /// The items, in order. A page may be shorter than asked for and still have a next one.
    pub items: Vec<T>,
    /// Give it as `cursor` for the next page; null at the end.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

/// The query of a list: limit and cursor, and beside them the words that filter it.
pub struct ListQuery {
    /// The words beside limit and cursor.
    pub filter: QueryWords,
    path: String,
    limit: u32,
    cursor: Option<String>,
}

impl FromRequestParts<App> for ListQuery {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let mut filter = QueryWords::from_request_parts(parts, app).await?;
        let limit = filter.0.remove("limit");
        let cursor = filter.0.remove("cursor");
        let path = parts.uri.path().to_owned();
        Ok(Self { filter, path, limit: read_limit(limit.as_deref())?, cursor })
    }
}

fn read_limit(text: Option<&str>) -> Result<u32, Refused> {
    let Some(text) = text else { return Ok(PAGE_ITEMS_DEFAULT) };
    match text.parse() {
        Ok(limit) if (1..=PAGE_ITEMS_MAX).contains(&limit) => Ok(limit),
        Ok(_) | Err(_) => {
            let hint = format!("ask for 1 to {PAGE_ITEMS_MAX} items");
            let refused = Refused::field(RefusalCode::QueryMalformed, "limit", hint);
            Err(refused.with_limit(u64::from(PAGE_ITEMS_MAX)))
        }
    }
}

impl ListQuery {
    /// Which page is wished for, the seal of its list's cursors, and the words that filter it.
    ///
    /// # Errors
    /// `cursor_invalid`.
    pub fn open<P>(
        self,
        app: &App,
        allowed: &Allowed<P>,
    ) -> Result<(Wish, CursorSeal, QueryWords), Refused> {
        // What a list shows, and so how it is read, may depend on who asks.
        let mut list =
            format!("{} {} {:?} {}", allowed.tenant(), allowed.user(), allowed.role(), self.path);
        for (name, text) in &self.filter.0 {
            // Lengths keep the words apart, whatever characters are in them.
            list.push_str(&format!(" {}:{name}={}:{text}", name.len(), text.len()));
        }
        let seal = CursorSeal::new(app.records.hasher.clone(), list);
        let after = self.cursor.map(|cursor| seal.open(&cursor)).transpose()?;
        Ok((Wish { limit: self.limit, after }, seal, self.filter))
    }

    /// The same of a list that nothing filters.
    ///
    /// # Errors
    /// `cursor_invalid`; `query_malformed` for any other word.
    pub fn open_whole<P>(
        self,
        app: &App,
        allowed: &Allowed<P>,
    ) -> Result<(Wish, CursorSeal), Refused> {
        let (wish, seal, filter) = self.open(app, allowed)?;
        filter.finish()?;
        Ok((wish, seal))
    }
}

/// The answer with one page.
///
/// # Errors
/// See [`Answer::ok`].
pub fn page<T, V: Serialize + ToSchema>(
    listed: Listed<T>,
    seal: &CursorSeal,
    view: impl Fn(T) -> V,
) -> Result<Answer, ApiError> {
    let next_cursor = listed.next.as_ref().map(|mark| seal.seal(mark));
    Answer::ok(&PageView { items: listed.items.into_iter().map(view).collect(), next_cursor })
}
