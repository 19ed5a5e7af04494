//! Asks for a document over HTTPS: one request, no redirect followed, no more than a few octets read.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use bytes::Bytes;
use domain::limits::{TOPIC_ANSWER_BYTES_MAX, TOPIC_ANSWER_TIME_MAX};

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Status of HTTP.
    pub status: u16,
    /// The body.
    pub octets: Bytes,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum GetFault {
    /// The URL is none, the server was not reached, or the answer broke off.
    #[error("no answer")]
    NoAnswer(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It took too long.
    #[error("no answer in time")]
    TooSlow,
    /// There is more than we read.
    #[error("the answer has more octets than are read")]
    TooLarge,
}

/// Who asks; a trait, for tests answer themselves.
#[async_trait]
pub trait Get: Send + Sync {
    /// Asks for a URL.
    async fn get(&self, url: &str) -> Result<Document, GetFault>;
}

/// Asks over the network.
pub struct HttpsGet {
    connector: Connector,
    time_max: Duration,
    /// What URLs begin with: the connector would take others too.
    start: &'static str,
}

impl HttpsGet {
    /// Over TLS alone. No call yet.
    pub fn new() -> Self {
        let crypto = Provider::Rustls(CryptoMode::AwsLc);
        let connector = Connector::builder().tls_provider(crypto).build();
        Self { connector, time_max: TOPIC_ANSWER_TIME_MAX, start: "https://" }
    }

    async fn document(&self, url: &str) -> Result<Document, GetFault> {
        if !url.starts_with(self.start) {
            return Err(no_answer("only HTTPS is asked"));
        }
        let request = HttpRequest::get(url).map_err(no_answer)?;
        let response = self.connector.call(request).await.map_err(no_answer)?;
        let status = response.status().as_u16();
        let mut body = ByteStream::new(response.into_body());
        let mut octets = Vec::new();
        while let Some(some) = body.next().await {
            octets.extend_from_slice(&some.map_err(no_answer)?);
            if octets.len() > TOPIC_ANSWER_BYTES_MAX {
                return Err(GetFault::TooLarge);
            }
        }
        Ok(Document { status, octets: octets.into() })
    }
}

impl Default for HttpsGet {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl Get for HttpsGet {
    async fn get(&self, url: &str) -> Result<Document, GetFault> {
        let answered = tokio::time::timeout(self.time_max, self.document(url)).await;
        answered.unwrap_or(Err(GetFault::TooSlow))
    }
}

fn no_answer(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> GetFault {
    GetFault::NoAnswer(source.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loopback::{Answer, Loopback};

    /// Asks a server of the test, which has no TLS.
    async fn get(answer: Answer) -> (Result<Document, GetFault>, usize) {
        let server = Loopback::answering([answer]).await;
        let connector = Connector::builder().build_http();
        let get = HttpsGet { connector, time_max: Duration::from_secs(30), start: "http://" };
        let got = get.get(&format!("{}/a.pem", server.url)).await;
        (got, server.asked().len())
    }

    #[tokio::test]
    async fn an_answer_comes_with_its_status_and_a_redirect_is_not_followed() {
        let (got, asked) = get(Answer::Text(200, "text".to_owned())).await;
        assert_eq!(got.unwrap(), Document { status: 200, octets: "text".into() });
        assert_eq!(asked, 1);
        let (got, asked) = get(Answer::Text(302, String::new())).await;
        assert_eq!((got.unwrap().status, asked), (302, 1));
    }

    #[tokio::test]
    async fn a_long_answer_is_not_read_to_its_end() {
        let long = "x".repeat(TOPIC_ANSWER_BYTES_MAX + 1);
        let (got, _) = get(Answer::Text(200, long)).await;
        assert!(matches!(got, Err(GetFault::TooLarge)), "{got:?}");
        let (got, _) = get(Answer::HangUp).await;
        assert!(matches!(got, Err(GetFault::NoAnswer(_))), "{got:?}");
    }

    #[tokio::test]
    async fn who_does_not_answer_is_not_waited_for() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/a.pem", listener.local_addr().unwrap());
        let connector = Connector::builder().build_http();
        let get = HttpsGet { connector, time_max: Duration::from_millis(20), start: "http://" };
        let got = get.get(&url).await;
        assert!(matches!(got, Err(GetFault::TooSlow)), "{got:?}");
    }

    #[tokio::test]
    async fn without_tls_nothing_is_asked() {
        let server = Loopback::answering([Answer::Text(200, "text".to_owned())]).await;
        let got = HttpsGet::new().get(&server.url).await;
        assert!(got.is_err() && server.asked().is_empty());
    }
}
