//! AWS Signature Version 4 for the calls the local run makes itself.
//!
//! The local cloud checks signatures and IAM policies, so that a right a function lacks is found here
//! and not after the deploy. Source: AWS IAM User Guide, "Create a signed AWS API request".

use anyhow::{Context, Result};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::aws_calls::REGION;

/// Access key of the local cloud's root, which may do everything.
pub const ACCESS_KEY: &str = "local";
/// Its secret: of no use outside this machine.
pub const SECRET_KEY: &str = "local";
/// Stands for the hash of a body that is not signed, which S3 allows.
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// What is signed of a request.
#[derive(Debug)]
pub struct Signed<'a> {
    /// Service, as in ARNs.
    pub service: &'a str,
    /// HTTP method.
    pub method: &'a str,
    /// Host and port.
    pub host: &'a str,
    /// Path, encoded as sent; no query.
    pub path: &'a str,
    /// Body.
    pub body: &'a [u8],
}

/// The three headers that sign a request: `authorization`, `x-amz-date`, `x-amz-content-sha256`.
///
/// # Errors
/// Never for a key that is not empty; the type of the MAC does not know that.
pub fn headers(request: &Signed<'_>, now: Timestamp) -> Result<[(&'static str, String); 3]> {
    let time = now.strftime("%Y%m%dT%H%M%SZ").to_string();
    let date = now.strftime("%Y%m%d").to_string();
    let content = if request.service == "s3" {
        UNSIGNED.to_owned()
    } else {
        hex(&Sha256::digest(request.body))
    };
    let canonical = format!(
        "{}\n{}\n\nhost:{}\nx-amz-content-sha256:{content}\nx-amz-date:{time}\n\n\
         host;x-amz-content-sha256;x-amz-date\n{content}",
        request.method,
        canonical_path(request),
        request.host
    );
    let scope = format!("{date}/{REGION}/{}/aws4_request", request.service);
    let to_sign = format!(
        "AWS4-HMAC-SHA256\n{time}\n{scope}\n{}",
        hex(&Sha256::digest(canonical.as_bytes()))
    );
    let mut key = format!("AWS4{SECRET_KEY}").into_bytes();
    for part in [date.as_str(), REGION, request.service, "aws4_request"] {
        key = mac(&key, part)?;
    }
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={ACCESS_KEY}/{scope}, \
         SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={}",
        hex(&mac(&key, &to_sign)?)
    );
    Ok([("authorization", authorization), ("x-amz-date", time), ("x-amz-content-sha256", content)])
}

/// S3 signs the path as sent; every other service signs it encoded once more.
fn canonical_path(request: &Signed<'_>) -> String {
    if request.service == "s3" {
        return request.path.to_owned();
    }
    request.path.replace('%', "%25").replace('$', "%24").replace(':', "%3A")
}

fn mac(key: &[u8], text: &str) -> Result<Vec<u8>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).context("a key for signing")?;
    mac.update(text.as_bytes());
    Ok(mac.finalize().into_bytes().to_vec())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_carries_date_content_and_a_signature_over_both() {
        let mut request = Signed {
            service: "sqs",
            method: "POST",
            host: "127.0.0.1:4700",
            path: "/",
            body: b"{}",
        };
        let now = Timestamp::from_second(1_795_353_600).unwrap();
        let [authorization, time, content] = headers(&request, now).unwrap();
        assert_eq!(time.1, "20261122T132000Z");
        assert_eq!(content.1, "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
        assert!(
            authorization.1.starts_with(
                "AWS4-HMAC-SHA256 Credential=local/20261122/eu-west-1/sqs/aws4_request, "
            ),
            "{}",
            authorization.1
        );
        request.body = b"{\"a\":1}";
        assert_ne!(headers(&request, now).unwrap()[0], authorization);
    }
}
