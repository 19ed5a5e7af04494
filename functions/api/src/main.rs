//! The function api: one HTTP request -> [`api::serve::Service`].

use std::convert::Infallible;
use std::sync::Arc;

use api::app::{App, SETTINGS};
use api::serve::Service;
use aws::dynamo_table::TableNames;
use aws::s3_archive::S3Archive;
use aws::ses_sender::SesSender;
use aws::ses_suppression_list::SesSuppressionList;
use aws::sqs_queue::SqsQueue;
use lambda::backend::Backend;
use lambda::{settings::required, start};
use lambda_http::{Error, Request, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let cloud = start::begin();
    let [crm, delivery, audit, bucket, queue, secret, set, events, topics] = required(SETTINGS)?;
    let tables = TableNames { crm: Some(crm), delivery: Some(delivery), audit: Some(audit) };
    let backend = Backend::new(&cloud, tables, secret);
    let archive = Arc::new(S3Archive::new(&cloud, bucket));
    let queue = Arc::new(SqsQueue::new(&cloud, queue));
    let sender = Arc::new(SesSender::new(&cloud, Some(set)));
    let list = Arc::new(SesSuppressionList::new(&cloud));
    let topics = api::app::topics(&cloud, events, &topics)?;
    let service = Service::default();

    let app = async || {
        let records = backend.records().await?;
        let (archive, queue, sender) = (archive.clone(), queue.clone(), sender.clone());
        let (suppression_list, topics) = (list.clone(), topics.clone());
        Ok(App { records, archive, queue, sender, suppression_list, topics })
    };
    let handle = async |request: Request| {
        Ok::<_, Infallible>(Box::pin(service.answer(app(), request)).await)
    };
    lambda_http::run(service_fn(handle)).await
}
