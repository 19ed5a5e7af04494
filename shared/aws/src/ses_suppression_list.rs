//! The account's suppression list of SES (API version 2).

use async_trait::async_trait;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::ProvideErrorMetadata;
use domain::email_address::EmailAddress;
use flows::ports::{PortFault, SuppressionList};

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
    async fn remove(&self, address: &EmailAddress) -> Result<(), PortFault> {
        let request = self.client.delete_suppressed_destination();
        match request.email_address(address.expose()).send().await {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some("NotFoundException") => Ok(()),
            // SES repeats the address in its messages: the code alone is kept.
            Err(error) => {
                let said = error.code().unwrap_or("no answer").to_owned();
                Err(PortFault {
                    port: "suppression list",
                    operation: "remove",
                    source: said.into(),
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loopback::{Answer, Loopback, json_error};

    async fn remove(answer: Answer) -> Result<(), PortFault> {
        let loopback = Loopback::answering([answer]).await;
        let address = EmailAddress::parse("anna@example.com").unwrap();
        SesSuppressionList::new(&loopback.cloud).remove(&address).await
    }

    #[tokio::test]
    async fn an_address_that_is_not_on_the_list_is_no_fault() {
        assert!(remove(json_error(404, "NotFoundException", "anna@example.com")).await.is_ok());
    }

    #[tokio::test]
    async fn a_fault_tells_its_code_and_no_address() {
        let fault = remove(json_error(400, "BadRequestException", "anna@example.com")).await;
        let fault = fault.unwrap_err();
        assert_eq!(fault.source.to_string(), "BadRequestException");
    }
}
