//! The three dialects of AWS as small functions: REST, query with XML answers, and JSON targets.
//!
//! SDK crates would do the same at some minutes of compile time each.

use anyhow::{Result, anyhow};
use bytes::Bytes;
use http::Method;
use serde_json::Value;

use crate::http_client::{Answer, HttpClient};

/// Region everything local runs in.
pub const REGION: &str = "eu-west-1";
/// Access key of the local cloud's root; its secret is the same word, and of no use anywhere else.
pub const ACCESS_KEY: &str = "local";
/// Account id of the local cloud.
pub const ACCOUNT: &str = "000000000000";

/// The local cloud's one door.
#[derive(Debug, Clone)]
pub struct Aws {
    http: HttpClient,
    endpoint: String,
}

impl Aws {
    /// A caller of the local cloud at `endpoint`, e.g. `http://127.0.0.1:4700`.
    #[must_use]
    pub fn new(endpoint: String) -> Self {
        Self { http: HttpClient::default(), endpoint }
    }

    /// Base URL of the local cloud.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// The HTTP client under it.
    #[must_use]
    pub fn http(&self) -> &HttpClient {
        &self.http
    }

    /// One REST call, e.g. of S3 or Lambda; any status is an answer.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn rest(
        &self,
        service: &str,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<Answer> {
        self.send(service, method, path, &[], body).await
    }

    /// One call of the query protocol (CloudFormation, SNS, CloudWatch); answers the XML text.
    ///
    /// # Errors
    /// When there is no answer or it is not 2xx; the message holds what the service said.
    pub async fn query(
        &self,
        service: &str,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Result<String> {
        let mut form = format!("Action={action}");
        for (name, value) in parameters {
            form.push_str(&format!("&{}={}", form_encoded(name), form_encoded(value)));
        }
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let answer = self.send(service, Method::POST, "/", &headers, form.into()).await?;
        if !answer.status.is_success() {
            let said = element_text(&answer.text(), "Message").unwrap_or_else(|| answer.text());
            return Err(anyhow!("{service} {action}: {said}"));
        }
        Ok(answer.text())
    }

    /// One call of the JSON protocol (SQS), e.g. target `AmazonSQS.GetQueueAttributes`.
    ///
    /// # Errors
    /// When there is no answer, it is not 2xx, or it is not JSON.
    pub async fn json(&self, service: &str, target: &str, body: &Value) -> Result<Value> {
        let headers = [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", target)];
        let body = Bytes::from(body.to_string());
        self.send(service, Method::POST, "/", &headers, body).await?.success(target)?.json()
    }

    async fn send(
        &self,
        service: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Result<Answer> {
        // The local cloud lets this key, its root, do everything and does not check its signature.
        let authorization = format!(
            "AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/20260101/{REGION}/{service}/aws4_request, \
             SignedHeaders=host, Signature=00"
        );
        let mut all = vec![("authorization", authorization.as_str())];
        all.extend_from_slice(headers);
        self.http.send(method, &format!("{}{path}", self.endpoint), &all, body).await
    }
}

/// Text of the first element with this name, anywhere in the document.
#[must_use]
pub fn element_text(xml: &str, name: &str) -> Option<String> {
    let document = roxmltree::Document::parse(xml).ok()?;
    let node = document.descendants().find(|node| node.tag_name().name() == name)?;
    Some(node.text().unwrap_or_default().to_owned())
}

fn form_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte));
            }
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}

/// A path of an S3 object: like form encoding, but `/` stays.
#[must_use]
pub fn path_encoded(key: &str) -> String {
    key.split('/').map(form_encoded).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_values_keep_no_character_that_separates_fields() {
        assert_eq!(form_encoded("a b&c=ü"), "a%20b%26c%3D%C3%BC");
    }

    #[test]
    fn an_object_path_keeps_its_slashes() {
        assert_eq!(path_encoded("drop/a b+c.eml"), "drop/a%20b%2Bc.eml");
    }

    #[test]
    fn the_text_of_an_element_is_unescaped_and_found_at_any_depth() {
        let xml = "<A xmlns=\"x\"><B><Message>1 &lt; 2</Message></B></A>";
        assert_eq!(element_text(xml, "Message").as_deref(), Some("1 < 2"));
        assert_eq!(element_text(xml, "Code"), None);
        assert_eq!(element_text("not xml", "Code"), None);
    }
}
