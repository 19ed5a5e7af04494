//! S3: the few calls the local run makes itself.

use anyhow::Result;
use bytes::Bytes;
use http::{Method, StatusCode};

use crate::aws_calls::{Aws, REGION, path_encoded};

/// Makes a bucket unless it is there.
///
/// # Errors
/// When the local cloud refuses.
pub async fn create_bucket(aws: &Aws, bucket: &str) -> Result<()> {
    let body = format!(
        "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <LocationConstraint>{REGION}</LocationConstraint></CreateBucketConfiguration>"
    );
    let answer = aws.rest("s3", Method::PUT, &format!("/{bucket}"), body.into()).await?;
    if answer.status != StatusCode::CONFLICT {
        answer.success("making a bucket")?;
    }
    Ok(())
}

/// Writes one object.
///
/// # Errors
/// When the local cloud refuses.
pub async fn put_object(aws: &Aws, bucket: &str, key: &str, body: Bytes) -> Result<()> {
    let path = format!("/{bucket}/{}", path_encoded(key));
    aws.rest("s3", Method::PUT, &path, body).await?.success("writing an object")?;
    Ok(())
}
