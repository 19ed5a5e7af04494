//! The account's suppression list of SES (API version 2).

use async_trait::async_trait;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::ProvideErrorMetadata;
use aws_sdk_sesv2::types::SuppressionListReason;
use domain::email_address::EmailAddress;
use flows::ports::{ListedFor, PortFault, SuppressionList};

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
        // What SES may add one day stops mail all the same.
        Ok(reason.map(|reason| {
            let complained = *reason == SuppressionListReason::Complaint;
            if complained { ListedFor::Complaint } else { ListedFor::Bounce }
        }))
    }
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
    async fn a_fault_tells_its_code_and_no_address() {
        let fault = delete(json_error(400, "BadRequestException", "anna@example.com")).await;
        let fault = fault.unwrap_err();
        assert_eq!(fault.source.to_string(), "BadRequestException");
    }
}
