//! The function inbound_mail: queue -> [`inbound_mail::take_in`].

use aws::dynamo_table::TableNames;
use aws::s3_archive::S3Archive;
use aws::ses_sender::SesSender;
use flows::error::FlowError;
use lambda::backend::Backend;
use lambda::batch::{self, QueueEvent, QueueMessage};
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
    // Automatic answers need no events: nobody waits for what becomes of them.
    let sender = SesSender::new(&cloud, None);

    let take_in = async |message: &QueueMessage| -> Result<String, FlowError> {
        let records = backend.records().await?;
        inbound_mail::take_in(&records, &archive, &sender, message).await
    };
    let handle = async |event: LambdaEvent<QueueEvent>| {
        Ok::<_, Error>(batch::each_message(event.payload, &event.context, take_in).await)
    };
    lambda_runtime::run(service_fn(handle)).await
}
