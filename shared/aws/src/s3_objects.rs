//! The list of the mail bucket's objects, on S3.

use async_trait::async_trait;
use aws_sdk_s3::Client;
use domain::message::RawMail;
use domain::timestamp::Timestamp;
use flows::ports::{ListedObject, ObjectList, ObjectPage, PortFault};

use crate::cloud::Cloud;
use crate::s3_archive;

/// Lists the mail bucket.
pub struct S3Objects {
    client: Client,
    bucket: String,
}

impl S3Objects {
    /// The objects of that bucket. No call yet.
    pub fn new(cloud: &Cloud, bucket: String) -> Self {
        Self { client: s3_archive::client(cloud), bucket }
    }
}

#[async_trait]
impl ObjectList for S3Objects {
    fn bucket(&self) -> &str {
        &self.bucket
    }

    /// By version, for an intake's id is made of it. The versions of a key come newest first, so what a
    /// page cuts off of them are old ones.
    async fn page(&self, prefix: &str, after: Option<&str>) -> Result<ObjectPage, PortFault> {
        let request = self.client.list_object_versions().bucket(&self.bucket).prefix(prefix);
        let request = request.set_key_marker(after.map(str::to_owned));
        let page = request.send().await.map_err(|e| PortFault {
            port: "archive",
            operation: "list",
            source: e.into(),
        })?;
        let versions = page.versions.unwrap_or_default();
        let newest = versions.into_iter().filter(|version| version.is_latest == Some(true));
        let objects = newest.filter_map(|version| {
            let size_bytes = u64::try_from(version.size.unwrap_or_default()).unwrap_or_default();
            let raw = RawMail { key: version.key?, version: version.version_id, size_bytes };
            let written_at = Timestamp::from_millis(version.last_modified?.to_millis().ok()?);
            Some(ListedObject { raw, written_at })
        });
        let next = page.next_key_marker.filter(|_| page.is_truncated == Some(true));
        Ok(ObjectPage { objects: objects.collect(), next })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loopback::{Answer, Loopback};

    #[tokio::test]
    async fn a_page_has_the_newest_versions_and_where_the_next_begins() {
        let version = |key: &str, id: &str, latest: bool| {
            format!(
                "<Version><Key>{key}</Key><VersionId>{id}</VersionId><IsLatest>{latest}</IsLatest>\
                 <LastModified>2026-11-22T09:30:00.000Z</LastModified><Size>5</Size></Version>"
            )
        };
        let body = format!(
            "<?xml version=\"1.0\"?><ListVersionsResult><IsTruncated>true</IsTruncated>\
             <NextKeyMarker>drop/b</NextKeyMarker>{}{}</ListVersionsResult>",
            version("drop/a", "v2", true),
            version("drop/a", "v1", false)
        );
        let server = Loopback::answering([Answer::Text(200, body)]).await;
        let objects = S3Objects::new(&server.cloud, "mail-bucket".to_owned());
        let page = objects.page("drop/", Some("drop/0")).await.unwrap();
        assert_eq!(page.next.as_deref(), Some("drop/b"));
        let [object] = &page.objects[..] else { panic!("{page:?}") };
        assert_eq!(
            (object.raw.key.as_str(), object.raw.version.as_deref()),
            ("drop/a", Some("v2"))
        );
        assert_eq!(object.written_at, Timestamp::from_seconds(1_795_339_800));
        let head = server.asked()[0].head.clone();
        assert!(head.contains("key-marker=drop%2f0") && head.contains("prefix=drop%2f"), "{head}");
    }
}
