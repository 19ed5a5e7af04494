//! The function daily_review: a tick of the schedule -> [`daily_review::review`].

use aws::dynamo_table::TableNames;
use aws::ses_identities::SesIdentities;
use aws::ses_sender::SesSender;
use aws::ses_suppression_list::SesSuppressionList;
use daily_review::event::Tick;
use flows::error::FlowError;
use flows::review_blocks::ReviewPorts;
use internet::resolver::Resolver;
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
    let list = SesSuppressionList::new(&cloud);
    let health = SesIdentities::new(&cloud);
    let dns = Resolver::of_the_machine();
    // Nobody waits for what becomes of a mail to administrators: it needs no events.
    let sender = SesSender::new(&cloud, None);

    let handle = async |_: LambdaEvent<Tick>| {
        let records = backend.records().await.map_err(FlowError::from)?;
        let ports = ReviewPorts { list: &list, health: &health, dns: &dns };
        Ok::<_, Error>(daily_review::review(&records, ports, &sender).await?)
    };
    lambda_runtime::run(service_fn(handle)).await
}
