//! The mail archive on S3.

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::get_object::{GetObjectError, GetObjectOutput};
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use bytes::{Bytes, BytesMut};
use domain::limits::RAW_MAIL_BYTES_MAX;
use domain::message::RawMail;
use flows::ports::{MailArchive, PortFault, SignedFile};

use crate::cloud::Cloud;
use crate::download_headers::{disposition, media_type};
use crate::patience::Patience;

/// The mail bucket.
pub struct S3Archive {
    client: Client,
    bucket: String,
}

/// How often a write is tried while another one of the same key is under way.
const CONFLICT_TRIES: u32 = 4;

impl S3Archive {
    /// The archive in that bucket. No call yet.
    pub fn new(cloud: &Cloud, bucket: String) -> Self {
        Self { client: client(cloud), bucket }
    }
}

/// The client of S3.
pub(crate) fn client(cloud: &Cloud) -> Client {
    let config = cloud.of("S3");
    // A local cloud has no name for each bucket.
    let elsewhere = config.endpoint_url().is_some();
    let config = aws_sdk_s3::config::Builder::from(&config).force_path_style(elsewhere);
    Client::from_conf(config.build())
}

#[async_trait]
impl MailArchive for S3Archive {
    fn bucket(&self) -> &str {
        &self.bucket
    }

    async fn read(&self, raw: &RawMail) -> Result<Option<Bytes>, PortFault> {
        let request = self.client.get_object().bucket(&self.bucket).key(&raw.key);
        match request.set_version_id(raw.version.clone()).send().await {
            Ok(object) => octets(object).await.map(Some),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(fault("read", error)),
        }
    }

    /// The key names the content: what is there already is the same, and is not written again.
    async fn keep(&self, key: &str, media: &str, octets: Bytes) -> Result<(), PortFault> {
        let mut patience = Patience::for_tries(CONFLICT_TRIES);
        loop {
            let request = self.client.put_object().bucket(&self.bucket).key(key);
            let request = request.content_type(media_type(media)).if_none_match("*");
            let Err(error) = request.body(ByteStream::from(octets.clone())).send().await else {
                return Ok(());
            };
            match error.code() {
                Some("PreconditionFailed") => return Ok(()),
                // Somebody else writes it at this moment, and may yet fail.
                Some("ConditionalRequestConflict") if patience.pause().await => {}
                Some(_) | None => return Err(fault("keep", error)),
            }
        }
    }

    async fn signed_url(&self, file: &SignedFile, life: Duration) -> Result<String, PortFault> {
        let request = self.client.get_object().bucket(&self.bucket).key(&file.key);
        let request = request
            .set_version_id(file.version.clone())
            .response_content_disposition(disposition(&file.file_name))
            .response_content_type(media_type(&file.media_type));
        let life = PresigningConfig::expires_in(life).map_err(|e| fault("sign a URL", e))?;
        let signed = request.presigned(life).await.map_err(|e| fault("sign a URL", e))?;
        Ok(signed.uri().to_owned())
    }
}

/// Whether there is no such object or version, or a delete marker in its place (405 where the marker
/// itself is named).
fn is_gone(error: &SdkError<GetObjectError>) -> bool {
    matches!(error.code(), Some("NoSuchKey" | "NoSuchVersion" | "MethodNotAllowed"))
}

/// The octets of an object: all of them, or one more than a mail may have, which is enough to see
/// that it is too large.
async fn octets(object: GetObjectOutput) -> Result<Bytes, PortFault> {
    let octets_max = usize::try_from(RAW_MAIL_BYTES_MAX).unwrap_or(usize::MAX).saturating_add(1);
    let told = object.content_length().and_then(|length| usize::try_from(length).ok());
    let mut body = object.body;
    let mut octets = BytesMut::with_capacity(told.unwrap_or_default().min(octets_max));
    while let Some(chunk) = body.next().await {
        octets.extend_from_slice(&chunk.map_err(|e| fault("read", e))?);
        if octets.len() >= octets_max {
            octets.truncate(octets_max);
            break;
        }
    }
    Ok(octets.freeze())
}

fn fault(
    operation: &'static str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> PortFault {
    PortFault { port: "archive", operation, source: source.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loopback::{Answer, Loopback, xml_error};

    fn archive_of(server: &Loopback) -> S3Archive {
        S3Archive::new(&server.cloud, "mail-bucket".to_owned())
    }

    fn raw(version: Option<&str>) -> RawMail {
        let version = version.map(str::to_owned);
        RawMail { key: "inbound/a b".to_owned(), version, size_bytes: 1 }
    }

    #[tokio::test]
    async fn an_object_is_read_in_the_announced_version() {
        let server = Loopback::answering([Answer::Text(200, "From: x".to_owned())]).await;
        let octets = archive_of(&server).read(&raw(Some("v7"))).await.unwrap().unwrap();
        assert_eq!(octets, "From: x");
        let head = server.asked()[0].head.clone();
        assert!(head.starts_with("get /mail-bucket/inbound/a%20b?"), "{head}");
        assert!(head.contains("versionid=v7"), "{head}");
    }

    #[tokio::test]
    async fn an_object_that_is_gone_is_none_and_a_missing_right_is_a_fault() {
        for (status, code) in
            [(404, "NoSuchKey"), (404, "NoSuchVersion"), (405, "MethodNotAllowed")]
        {
            let server = Loopback::answering([xml_error(status, code)]).await;
            assert_eq!(archive_of(&server).read(&raw(None)).await.unwrap(), None, "{code}");
        }
        for code in ["AccessDenied", "NoSuchBucket"] {
            let server = Loopback::answering([xml_error(403, code)]).await;
            assert!(archive_of(&server).read(&raw(None)).await.is_err(), "{code}");
        }
    }

    #[tokio::test]
    async fn what_is_kept_already_is_not_written_again() {
        let server = Loopback::answering([xml_error(412, "PreconditionFailed")]).await;
        archive_of(&server).keep("files/x", "text/plain", Bytes::from("x")).await.unwrap();
        assert_eq!(server.asked().len(), 1);
        assert!(server.asked()[0].head.contains("if-none-match: *"));
    }

    #[tokio::test]
    async fn a_write_beside_another_of_the_same_key_is_tried_again() {
        let conflict = || xml_error(409, "ConditionalRequestConflict");
        let server = Loopback::answering([conflict(), Answer::Text(200, String::new())]).await;
        archive_of(&server).keep("files/x", "text/plain", Bytes::from("x")).await.unwrap();
        assert_eq!(server.asked().len(), 2);
    }

    #[tokio::test]
    async fn a_signed_url_names_the_file_safely_and_makes_no_call() {
        let server = Loopback::answering([]).await;
        let file = SignedFile {
            key: "files/x".to_owned(),
            version: None,
            file_name: "a\".html".to_owned(),
            media_type: "text/html; charset=utf-8".to_owned(),
        };
        let url = archive_of(&server).signed_url(&file, Duration::from_secs(300)).await.unwrap();
        assert!(url.contains("/mail-bucket/files/x?"), "{url}");
        assert!(url.contains("X-Amz-Expires=300"), "{url}");
        assert!(url.contains("response-content-type=application%2Foctet-stream"), "{url}");
        assert!(
            url.contains("response-content-disposition=attachment%3B%20filename%3D%22a_.html%22")
        );
        assert!(server.asked().is_empty());
    }
}
