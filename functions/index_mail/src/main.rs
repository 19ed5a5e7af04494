//! The function index_mail: stream of table crm -> [`index_mail::index_all`].

use aws::dynamo_table::TableNames;
use aws::s3_archive::S3Archive;
use index_mail::event::StreamEvent;
use lambda::backend::Backend;
use lambda::{settings, start};
use lambda_runtime::{Error, LambdaEvent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let cloud = start::begin();
    let [crm, delivery, bucket, secret] =
        settings::required(["CRM_TABLE", "DELIVERY_TABLE", "MAIL_BUCKET", "STACK_SECRET_ARN"])?;
    let tables = TableNames { crm: Some(crm), delivery: Some(delivery), audit: None };
    let backend = Backend::new(&cloud, tables, secret);
    let archive = S3Archive::new(&cloud, bucket);

    let handle = async |event: LambdaEvent<StreamEvent>| {
        let records = backend.records().await?;
        let answer = index_mail::index_all(&records, &archive, event.payload).await;
        Ok::<_, Error>(answer)
    };
    lambda_runtime::run(service_fn(handle)).await
}
