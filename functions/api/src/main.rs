//! The function api: one HTTP request -> [`api::serve::Service`].

use std::convert::Infallible;
use std::sync::Arc;

use api::app::App;
use api::serve::Service;
use aws::dynamo_table::TableNames;
use aws::s3_archive::S3Archive;
use aws::ses_sender::SesSender;
use aws::sqs_queue::SqsQueue;
use lambda::backend::Backend;
use lambda::{settings, start};
use lambda_http::{Error, Request, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let cloud = start::begin();
    let [crm, delivery, audit] =
        settings::required(["CRM_TABLE", "DELIVERY_TABLE", "AUDIT_TABLE"])?;
    let [bucket, queue] = settings::required(["MAIL_BUCKET", "INBOUND_QUEUE_URL"])?;
    let [secret, set] = settings::required(["STACK_SECRET_ARN", "CONFIGURATION_SET"])?;
    let tables = TableNames { crm: Some(crm), delivery: Some(delivery), audit: Some(audit) };
    let backend = Backend::new(&cloud, tables, secret);
    let archive = Arc::new(S3Archive::new(&cloud, bucket));
    let queue = Arc::new(SqsQueue::new(&cloud, queue));
    let sender = Arc::new(SesSender::new(&cloud, Some(set)));
    let service = Service::default();

    let app = async || {
        let records = backend.records().await?;
        let (archive, queue, sender) = (archive.clone(), queue.clone(), sender.clone());
        Ok(App { records, archive, queue, sender })
    };
    let handle = async |request: Request| {
        Ok::<_, Infallible>(Box::pin(service.answer(app(), request)).await)
    };
    lambda_http::run(service_fn(handle)).await
}
