//! The sender on SES (API version 2).

use async_trait::async_trait;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{Destination, EmailContent, MessageTag, RawMessage};
use domain::email_address::EmailAddress;
use flows::ports::{MailSender, OutgoingMail, PortFault, SendFault, Sent};

use crate::cloud::Cloud;

/// Sends through SES.
pub struct SesSender {
    client: Client,
    configuration_set: Option<String>,
}

impl SesSender {
    /// A sender whose mails get their events from that configuration set. No call yet.
    ///
    /// The SDK tries nothing again here: SES has no idempotency token, so a second try after a lost
    /// answer could send the mail twice.
    pub fn new(cloud: &Cloud, configuration_set: Option<String>) -> Self {
        let config = aws_sdk_sesv2::config::Builder::from(&cloud.of("SESV2"));
        let config = config.retry_config(RetryConfig::disabled());
        Self { client: Client::from_conf(config.build()), configuration_set }
    }
}

#[async_trait]
impl MailSender for SesSender {
    async fn send(&self, mail: &OutgoingMail) -> Result<Sent, SendFault> {
        let to = mail.to.iter().map(|address| address.expose().to_owned()).collect();
        let not_sent = |e: BuildError| SendFault::NotSent(fault(e));
        let raw = RawMessage::builder().data(Blob::new(mail.mime.to_vec()));
        let content = EmailContent::builder().raw(raw.build().map_err(not_sent)?).build();
        let tag = |(name, value): &(String, String)| {
            MessageTag::builder().name(name).value(value).build().map_err(not_sent)
        };
        let tags: Vec<MessageTag> = mail.tags.iter().map(tag).collect::<Result<_, _>>()?;
        let request = self.client.send_email().from_email_address(mail.from.expose());
        let request = request
            .destination(Destination::builder().set_to_addresses(Some(to)).build())
            .content(content)
            .set_email_tags(Some(tags).filter(|tags| !tags.is_empty()))
            .set_configuration_set_name(self.configuration_set.clone());
        let answer = request.send().await.map_err(told_apart)?;
        match answer.message_id() {
            Some(id) => Ok(Sent { provider_id: id.to_owned() }),
            None => Err(SendFault::Unknown(fault("the answer has no message id"))),
        }
    }
}

/// What an error says about the mail: whether it went out, and whether another try may help.
fn told_apart(error: SdkError<SendEmailError>) -> SendFault {
    let status = error.raw_response().map(|response| response.status());
    if matches!(error, SdkError::ConstructionFailure(_)) {
        return SendFault::NotSent(fault(error));
    }
    if !matches!(error, SdkError::ServiceError(_)) {
        // Timed out, broken off or unreadable: SES may have taken it.
        return SendFault::Unknown(fault(error));
    }
    let code = error.code().unwrap_or_default();
    let said = format!("{code}: {}", masked(error.message().unwrap_or_default()));
    match code {
        "TooManyRequestsException"
        | "LimitExceededException"
        | "ThrottlingException"
        | "Throttling" => SendFault::Throttled,
        "MessageRejected"
        | "BadRequestException"
        | "MailFromDomainNotVerifiedException"
        | "NotFoundException" => SendFault::Rejected(said),
        _ if status.is_some_and(|status| status.is_client_error()) => {
            SendFault::NotSent(fault(said))
        }
        _ => SendFault::Unknown(fault(said)),
    }
}

/// SES names addresses in its messages ("... identities failed the check: ..."): none gets into a
/// log or a record.
fn masked(message: &str) -> String {
    let word = |word: &str| match word.contains('@') {
        false => word.to_owned(),
        true => {
            let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
            EmailAddress::parse(bare).map_or_else(|_| "***".to_owned(), |a| a.to_string())
        }
    };
    message.split_whitespace().map(word).collect::<Vec<_>>().join(" ")
}

fn fault(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> PortFault {
    PortFault { port: "sender", operation: "send", source: source.into() }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::loopback::{Answer, Loopback, json_error};

    async fn send(answer: Answer) -> (Result<Sent, SendFault>, Loopback) {
        let server = Loopback::answering([answer]).await;
        let sender = SesSender::new(&server.cloud, Some("stack-events".to_owned()));
        let address = |text: &str| EmailAddress::parse(text).unwrap();
        let mail = OutgoingMail {
            from: address("sales@example.com"),
            to: vec![address("anna@example.org")],
            mime: Bytes::from("Subject: x\r\n\r\nx"),
            tags: vec![("tenant".to_owned(), "ten_1".to_owned())],
        };
        (sender.send(&mail).await, server)
    }

    #[tokio::test]
    async fn a_mail_goes_out_as_it_is_with_its_tags() {
        let (sent, server) = send(Answer::Text(200, r#"{"MessageId":"0100"}"#.to_owned())).await;
        assert_eq!(sent.unwrap().provider_id, "0100");
        let body = server.asked()[0].body.clone();
        assert!(body.contains(r#""ToAddresses":["anna@example.org"]"#), "{body}");
        assert!(body.contains("U3ViamVjdDogeA0KDQp4"), "the MIME in base64: {body}");
        assert!(body.contains(r#"{"Name":"tenant","Value":"ten_1"}"#), "{body}");
        assert!(body.contains(r#""ConfigurationSetName":"stack-events""#), "{body}");
    }

    #[tokio::test]
    async fn throttling_is_told_from_a_refusal_and_from_trouble_of_ours() {
        let sort = |fault: SendFault| match fault {
            SendFault::Throttled => "throttled",
            SendFault::Rejected(_) => "rejected",
            SendFault::NotSent(_) => "not sent",
            SendFault::Unknown(_) => "unknown",
        };
        for (status, code, expected) in [
            (429, "TooManyRequestsException", "throttled"),
            (400, "LimitExceededException", "throttled"),
            (400, "MessageRejected", "rejected"),
            (400, "BadRequestException", "rejected"),
            (400, "SendingPausedException", "not sent"),
            (403, "AccessDeniedException", "not sent"),
            (500, "InternalServiceErrorException", "unknown"),
            (503, "", "unknown"),
        ] {
            let (answer, _) = send(json_error(status, code, "no")).await;
            assert_eq!(sort(answer.unwrap_err()), expected, "{status} {code}");
        }
    }

    #[tokio::test]
    async fn a_lost_answer_is_unknown_and_nothing_is_sent_again() {
        for answer in [Answer::HangUp, Answer::Text(500, String::new())] {
            let (sent, server) = send(answer).await;
            assert!(matches!(sent, Err(SendFault::Unknown(_))));
            assert_eq!(server.asked().len(), 1);
        }
    }

    #[tokio::test]
    async fn no_address_comes_back_in_an_error() {
        for (status, code) in [(400, "MessageRejected"), (403, "AccessDeniedException")] {
            let message = "failed the check: anna@example.org, identity/anna@example.org";
            let (answer, _) = send(json_error(status, code, message)).await;
            let fault = answer.unwrap_err();
            let said = match &fault {
                SendFault::Rejected(said) => said.clone(),
                SendFault::NotSent(fault) => fault.source.to_string(),
                SendFault::Throttled | SendFault::Unknown(_) => panic!("{fault:?}"),
            };
            assert!(!said.contains("anna") && said.contains("failed the check"), "{said}");
        }
    }
}
