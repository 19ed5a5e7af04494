//! The stack's own HTTP API, as a program outside would call it.

use anyhow::{Context, Result, bail};
use http::Method;
use serde_json::Value;

use crate::http_client::{Answer, HttpClient};

/// A caller with a key.
#[derive(Debug, Clone)]
pub struct MailApi {
    http: HttpClient,
    base_url: String,
    key: String,
}

impl MailApi {
    /// A caller of the API at `base_url` (without `/v1`).
    #[must_use]
    pub fn new(http: HttpClient, base_url: String, key: String) -> Self {
        Self { http, base_url, key }
    }

    /// The same API with another key.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        Self { key: key.to_owned(), ..self.clone() }
    }

    /// One call; any status is an answer.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Result<Answer> {
        let bearer = format!("Bearer {}", self.key);
        let mut all = vec![("authorization", bearer.as_str())];
        all.extend_from_slice(headers);
        let mut text = String::new();
        if !body.is_null() {
            all.push(("content-type", "application/json"));
            text = body.to_string();
        }
        self.http.send(method, &format!("{}{path}", self.base_url), &all, text.into()).await
    }

    /// Reads a resource.
    ///
    /// # Errors
    /// When the answer is not 2xx; the message holds the problem document.
    pub async fn get(&self, path: &str) -> Result<Value> {
        let answer = self.call(Method::GET, path, &[], &Value::Null).await?;
        answer.success(&format!("GET {path}"))?.json()
    }

    /// Reads all pages of a list.
    ///
    /// # Errors
    /// As [`Self::get`], and when the list has more than `items_max` items.
    pub async fn list(&self, path: &str, items_max: usize) -> Result<Vec<Value>> {
        let mut items = Vec::new();
        let mut url = format!("{path}?limit=200");
        loop {
            let page = self.get(&url).await?;
            let found = page.get("items").and_then(Value::as_array).context("a page of items")?;
            items.extend_from_slice(found);
            match page.get("next_cursor").and_then(Value::as_str) {
                None => return Ok(items),
                Some(_) if items.len() > items_max => bail!("{path}: over {items_max} items"),
                Some(cursor) => url = format!("{path}?limit=200&cursor={cursor}"),
            }
        }
    }
}
