//! The function mail_events: queue -> [`mail_events::apply`].

use aws::dynamo_table::TableNames;
use flows::error::FlowError;
use lambda::backend::Backend;
use lambda::batch::{QueueEvent, QueueMessage, together};
use lambda::{settings, start};
use lambda_runtime::{Error, LambdaEvent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let cloud = start::begin();
    let [crm, delivery, secret] =
        settings::required(["CRM_TABLE", "DELIVERY_TABLE", "STACK_SECRET_ARN"])?;
    let tables = TableNames { crm: Some(crm), delivery: Some(delivery), audit: None };
    let backend = Backend::new(&cloud, tables, secret);

    let apply = async |messages: &[QueueMessage]| -> Result<String, FlowError> {
        mail_events::apply(&backend.records().await?, messages).await
    };
    let handle = async |event: LambdaEvent<QueueEvent>| {
        Ok::<_, Error>(together::all_or_each(event.payload, &event.context, apply).await)
    };
    lambda_runtime::run(service_fn(handle)).await
}
