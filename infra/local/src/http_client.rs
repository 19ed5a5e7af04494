//! A plain HTTP/1.1 client for loopback: every service of the local run speaks it without TLS.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

/// Longest wait for an answer. A function may run 60 s, and a busy machine takes its time on top.
const ANSWER_SECONDS_MAX: u64 = 300;
/// Largest answer read: a raw mail of 40 MB and some.
const ANSWER_BYTES_MAX: usize = 64 << 20;

/// What a server said.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// Whole body.
    pub body: Bytes,
}

impl Answer {
    /// The body as text; what is not UTF-8 is replaced.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; an empty body is null.
    ///
    /// # Errors
    /// When the body is neither empty nor JSON.
    pub fn json(&self) -> Result<serde_json::Value> {
        if self.body.is_empty() {
            return Ok(serde_json::Value::Null);
        }
        serde_json::from_slice(&self.body)
            .with_context(|| format!("{}: expected JSON, got: {}", self.status, self.text()))
    }

    /// Itself when the status is 2xx.
    ///
    /// # Errors
    /// Otherwise, with status and body in the message.
    pub fn success(self, tried: &str) -> Result<Self> {
        if !self.status.is_success() {
            bail!("{tried}: {}: {}", self.status, self.text());
        }
        Ok(self)
    }
}

/// The client; clones share connections.
#[derive(Debug, Clone)]
pub struct HttpClient(Client<HttpConnector, Full<Bytes>>);

impl Default for HttpClient {
    fn default() -> Self {
        Self(Client::builder(TokioExecutor::new()).build_http())
    }
}

impl HttpClient {
    /// Sends one request and reads the whole answer, whatever its status.
    ///
    /// # Errors
    /// When there is no answer in time, or it is larger than is read here.
    pub async fn send(
        &self,
        method: Method,
        url: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Result<Answer> {
        let mut request = Request::builder().method(method.clone()).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(body)).context("building a request")?;
        let exchange = async {
            let response = self.0.request(request).await?;
            let status = response.status();
            let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX)
                .collect()
                .await
                .map_err(|e| anyhow::anyhow!(e))?
                .to_bytes();
            anyhow::Ok(Answer { status, body })
        };
        tokio::time::timeout(Duration::from_secs(ANSWER_SECONDS_MAX), exchange)
            .await
            .with_context(|| format!("{method} {url}: no answer in {ANSWER_SECONDS_MAX} s"))?
            .with_context(|| format!("{method} {url}"))
    }
}
