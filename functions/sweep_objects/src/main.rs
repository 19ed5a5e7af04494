//! The function sweep_objects: a tick of the schedule -> [`sweep_objects::sweep`].

use aws::dynamo_table::TableNames;
use aws::s3_objects::S3Objects;
use aws::sqs_queue::SqsQueue;
use flows::error::FlowError;
use lambda::backend::Backend;
use lambda::{settings, start};
use lambda_runtime::{Error, LambdaEvent, service_fn};
use sweep_objects::event::Tick;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let cloud = start::begin();
    let [crm, delivery, bucket, queue, secret] = settings::required([
        "CRM_TABLE",
        "DELIVERY_TABLE",
        "MAIL_BUCKET",
        "INBOUND_QUEUE_URL",
        "STACK_SECRET_ARN",
    ])?;
    let tables = TableNames { crm: Some(crm), delivery: Some(delivery), audit: None };
    let backend = Backend::new(&cloud, tables, secret);
    let objects = S3Objects::new(&cloud, bucket);
    let queue = SqsQueue::new(&cloud, queue);

    let handle = async |_: LambdaEvent<Tick>| {
        let records = backend.records().await.map_err(FlowError::from)?;
        Ok::<_, Error>(sweep_objects::sweep(&records, &objects, &queue).await?)
    };
    lambda_runtime::run(service_fn(handle)).await
}
