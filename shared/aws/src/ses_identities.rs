//! What SES knows of the domains that mail is written from (API version 2).

use async_trait::async_trait;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::error::ProvideErrorMetadata;
use aws_sdk_sesv2::types::{DkimStatus, MailFromDomainStatus};
use flows::ports::{PortFault, SendingHealth, Signing};

use crate::cloud::Cloud;

/// The account's identities.
pub struct SesIdentities {
    client: Client,
}

impl SesIdentities {
    /// The identities. No call yet.
    pub fn new(cloud: &Cloud) -> Self {
        Self { client: Client::new(&cloud.of("SESV2")) }
    }

    /// Whether mail of this identity is signed and the keys are found in the DNS, and its own envelope
    /// domain while that is in use; none where it is no identity. SES looks the DNS records up again
    /// and again by itself.
    async fn of(&self, identity: &str) -> Result<Option<Signing>, PortFault> {
        let request = self.client.get_email_identity().email_identity(identity);
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) if error.code() == Some("NotFoundException") => return Ok(None),
            Err(error) => {
                let source = error.code().unwrap_or("no answer").to_owned().into();
                return Err(PortFault { port: "identities", operation: "get", source });
            }
        };
        let signs = answer.dkim_attributes().is_some_and(|dkim| {
            dkim.signing_enabled() && dkim.status() == Some(&DkimStatus::Success)
        });
        // Else SES writes a domain of its own there, or sends nothing.
        let in_use = answer.mail_from_attributes().filter(|mail_from| {
            *mail_from.mail_from_domain_status() == MailFromDomainStatus::Success
        });
        let mail_from = in_use.map(|mail_from| mail_from.mail_from_domain().to_owned());
        Ok(Some(Signing { signs: answer.verified_for_sending_status() && signs, mail_from }))
    }
}

#[async_trait]
impl SendingHealth for SesIdentities {
    async fn signing(&self, domain: &str) -> Result<Signing, PortFault> {
        // A subdomain without an identity of its own is signed by its parent's ("Creating and
        // verifying identities in Amazon SES").
        let mut identity = domain;
        while identity.contains('.') {
            if let Some(signing) = self.of(identity).await? {
                return Ok(signing);
            }
            identity = identity.split_once('.').map_or("", |(_, parent)| parent);
        }
        Ok(Signing::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loopback::{Answer, Loopback, json_error};

    fn identity(status: &str, enabled: bool, verified: bool) -> Answer {
        let dkim = format!(r#"{{"SigningEnabled":{enabled},"Status":"{status}"}}"#);
        let told = format!(r#"{{"VerifiedForSendingStatus":{verified},"DkimAttributes":{dkim}}}"#);
        Answer::Text(200, told)
    }

    async fn signing(answers: Vec<Answer>) -> (Result<Signing, PortFault>, usize) {
        let loopback = Loopback::answering(answers).await;
        let health = SesIdentities::new(&loopback.cloud);
        let signing = health.signing("news.crm.example").await;
        (signing, loopback.asked().len())
    }

    async fn passes(answers: Vec<Answer>) -> (Result<bool, PortFault>, usize) {
        let (signing, asked) = signing(answers).await;
        (signing.map(|signing| signing.signs), asked)
    }

    #[tokio::test]
    async fn an_envelope_domain_of_ours_is_told_while_it_is_in_use() {
        for (status, wanted) in [("SUCCESS", Some("bounce.crm.example")), ("FAILED", None)] {
            let told = format!(
                r#"{{"VerifiedForSendingStatus":true,
                    "DkimAttributes":{{"SigningEnabled":true,"Status":"SUCCESS"}},
                    "MailFromAttributes":{{"MailFromDomain":"bounce.crm.example",
                    "MailFromDomainStatus":"{status}","BehaviorOnMxFailure":"USE_DEFAULT_VALUE"}}}}"#
            );
            let (found, _) = signing(vec![Answer::Text(200, told)]).await;
            let mail_from = wanted.map(str::to_owned);
            assert_eq!(found.unwrap(), Signing { signs: true, mail_from });
        }
    }

    #[tokio::test]
    async fn mail_passes_where_its_identity_is_verified_and_signs() {
        for (answer, wanted) in [
            (identity("SUCCESS", true, true), true),
            (identity("SUCCESS", false, true), false),
            (identity("FAILED", true, true), false),
            (identity("SUCCESS", true, false), false),
        ] {
            let (passes, asked) = passes(vec![answer]).await;
            assert_eq!((passes.unwrap(), asked), (wanted, 1));
        }
    }

    #[tokio::test]
    async fn a_subdomain_without_an_identity_has_its_parents() {
        let unknown = || json_error(404, "NotFoundException", "no such identity");
        let (found, asked) = passes(vec![unknown(), identity("SUCCESS", true, true)]).await;
        assert_eq!((found.unwrap(), asked), (true, 2));
        let (found, asked) = passes(vec![unknown(), unknown()]).await;
        assert_eq!((found.unwrap(), asked), (false, 2));
    }

    #[tokio::test]
    async fn a_fault_is_no_answer() {
        let (found, _) = passes(vec![json_error(400, "BadRequestException", "no")]).await;
        assert_eq!(found.unwrap_err().source.to_string(), "BadRequestException");
    }
}
