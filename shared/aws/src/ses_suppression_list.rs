//! The account's suppression list of SES (API version 2).

use async_trait::async_trait;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::ProvideErrorMetadata;
use aws_sdk_sesv2::primitives::DateTime;
use aws_sdk_sesv2::types::SuppressionListReason;
use domain::email_address::EmailAddress;
use domain::limits::PROVIDER_LIST_PAGE;
use domain::timestamp::Timestamp;
use flows::ports::{Listed, ListedFor, ListedPage, PortFault, SuppressionList};

use crate::cloud::Cloud;

/// The account's suppression list.
pub struct SesSuppressionList {
    client: Client,
}

impl SesSuppressionList {
    /// The list. No call yet.
    pub fn new(cloud: &Cloud) -> Self {
        Self { client: Client::new(&cloud.of("SESV2")) }
    }
}

#[async_trait]
impl SuppressionList for SesSuppressionList {
    async fn put(&self, address: &EmailAddress, listed_for: ListedFor) -> Result<(), PortFault> {
        let reason = match listed_for {
            ListedFor::Bounce => SuppressionListReason::Bounce,
            ListedFor::Complaint => SuppressionListReason::Complaint,
        };
        let request = self.client.put_suppressed_destination().reason(reason);
        let answer = request.email_address(address.expose()).send().await;
        answer.map(|_| ()).map_err(|error| fault("put", error.code()))
    }

    async fn delete(&self, address: &EmailAddress) -> Result<(), PortFault> {
        let request = self.client.delete_suppressed_destination();
        match request.email_address(address.expose()).send().await {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some(NOT_THERE) => Ok(()),
            Err(error) => Err(fault("delete", error.code())),
        }
    }

    async fn get(&self, address: &EmailAddress) -> Result<Option<ListedFor>, PortFault> {
        let request = self.client.get_suppressed_destination();
        let answer = match request.email_address(address.expose()).send().await {
            Ok(answer) => answer,
            Err(error) if error.code() == Some(NOT_THERE) => return Ok(None),
            Err(error) => return Err(fault("get", error.code())),
        };
        let reason = answer.suppressed_destination().map(|entry| entry.reason());
        Ok(reason.map(listed_for))
    }

    async fn listed(
        &self,
        since: Option<Timestamp>,
        mark: Option<&str>,
    ) -> Result<ListedPage, PortFault> {
        let request = self.client.list_suppressed_destinations().page_size(PROVIDER_LIST_PAGE);
        let since = since.map(|at| DateTime::from_secs(at.seconds()));
        let request = request.set_start_date(since).set_next_token(mark.map(str::to_owned));
        let answer = request.send().await.map_err(|error| fault("list", error.code()))?;
        let entries = answer.suppressed_destination_summaries().iter().filter_map(|entry| {
            Some(Listed {
                address: EmailAddress::parse(entry.email_address()).ok()?,
                listed_for: listed_for(entry.reason()),
                at: Timestamp::from_seconds(entry.last_update_time().secs()),
            })
        });
        let next = answer.next_token().filter(|mark| !mark.is_empty()).map(str::to_owned);
        Ok(ListedPage { entries: entries.collect(), next })
    }
}

/// What SES may add one day stops mail all the same.
fn listed_for(reason: &SuppressionListReason) -> ListedFor {
    let complained = *reason == SuppressionListReason::Complaint;
    if complained { ListedFor::Complaint } else { ListedFor::Bounce }
}

const NOT_THERE: &str = "NotFoundException";

/// SES repeats the address in its messages: the code alone is kept.
fn fault(operation: &'static str, code: Option<&str>) -> PortFault {
    let said = code.unwrap_or("no answer").to_owned();
    PortFault { port: "suppression list", operation, source: said.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loopback::{Answer, Loopback, json_error};

    async fn delete(answer: Answer) -> Result<(), PortFault> {
        let loopback = Loopback::answering([answer]).await;
        let address = EmailAddress::parse("anna@example.com").unwrap();
        SesSuppressionList::new(&loopback.cloud).delete(&address).await
    }

    #[tokio::test]
    async fn an_address_that_is_not_on_the_list_is_no_fault() {
        assert!(delete(json_error(404, "NotFoundException", "anna@example.com")).await.is_ok());
    }

    #[tokio::test]
    async fn a_page_tells_its_entries_and_where_the_next_begins() {
        let told = r#"{"SuppressedDestinationSummaries":[
            {"EmailAddress":"anna@example.com","Reason":"COMPLAINT","LastUpdateTime":1795339800},
            {"EmailAddress":"not an address","Reason":"BOUNCE","LastUpdateTime":1795339800}],
            "NextToken":"further"}"#;
        let loopback = Loopback::answering([Answer::Text(200, told.to_owned())]).await;
        let list = SesSuppressionList::new(&loopback.cloud);
        let page = list.listed(Some(Timestamp::from_seconds(1_795_000_000)), Some("mark")).await;
        let at = Timestamp::from_seconds(1_795_339_800);
        let address = EmailAddress::parse("anna@example.com").unwrap();
        let entries = vec![Listed { address, listed_for: ListedFor::Complaint, at }];
        assert_eq!(page.unwrap(), ListedPage { entries, next: Some("further".to_owned()) });
    }

    #[tokio::test]
    async fn a_fault_tells_its_code_and_no_address() {
        let fault = delete(json_error(400, "BadRequestException", "anna@example.com")).await;
        let fault = fault.unwrap_err();
        assert_eq!(fault.source.to_string(), "BadRequestException");
    }
}
