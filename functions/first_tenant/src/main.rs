//! The function first_tenant: one invocation -> [`first_tenant::make`].

use aws::dynamo_table::TableNames;
use first_tenant::event::Wanted;
use lambda::backend::Backend;
use lambda::{settings, start};
use lambda_runtime::{Error, LambdaEvent, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let cloud = start::begin();
    let [crm, delivery, audit, secret] =
        settings::required(["CRM_TABLE", "DELIVERY_TABLE", "AUDIT_TABLE", "STACK_SECRET_ARN"])?;
    let tables = TableNames { crm: Some(crm), delivery: Some(delivery), audit: Some(audit) };
    let backend = Backend::new(&cloud, tables, secret);

    let handle = async |event: LambdaEvent<Wanted>| {
        let records = backend.records().await.map_err(|e| first_tenant::told(&e.into()))?;
        Box::pin(first_tenant::make(&records, event.payload)).await
    };
    lambda_runtime::run(service_fn(handle)).await
}
