//! The stack's secret: fetched on first use, so that a start does no network call, and kept.

use aws_sdk_secretsmanager::Client;
use domain::email_address::KeyedHasher;
use flows::ports::PortFault;
use tokio::sync::OnceCell;

use crate::cloud::Cloud;

/// The secret behind all keyed hashes of a stack.
pub struct StackSecret {
    client: Client,
    arn: String,
    hasher: OnceCell<KeyedHasher>,
}

impl StackSecret {
    /// The secret of that ARN. No call yet.
    pub fn new(cloud: &Cloud, arn: String) -> Self {
        Self { client: Client::new(&cloud.of("SECRETS_MANAGER")), arn, hasher: OnceCell::new() }
    }

    /// Keyed hashes under the secret. After a failure the next call tries again.
    ///
    /// # Errors
    /// The secret can't be read, or is shorter than 32 octets.
    pub async fn hasher(&self) -> Result<KeyedHasher, PortFault> {
        self.hasher.get_or_try_init(|| self.fetch()).await.cloned()
    }

    async fn fetch(&self) -> Result<KeyedHasher, PortFault> {
        let answer = self.client.get_secret_value().secret_id(&self.arn).send().await;
        let answer = answer.map_err(fault)?;
        match answer.secret_string() {
            Some(text) if text.len() >= SECRET_OCTETS_MIN => Ok(KeyedHasher::new(text.as_bytes())),
            Some(_) | None => Err(fault("the secret is missing or shorter than 32 octets")),
        }
    }
}

/// HMAC-SHA256 is as strong as its key, up to 32 octets (RFC 2104 section 3).
const SECRET_OCTETS_MIN: usize = 32;

fn fault(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> PortFault {
    PortFault { port: "stack secret", operation: "read", source: source.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::loopback::{Answer, Loopback, json_error};

    fn secret(text: &str) -> Answer {
        Answer::Text(200, format!(r#"{{"SecretString":"{text}"}}"#))
    }

    #[tokio::test]
    async fn the_secret_is_fetched_once_and_again_only_after_a_failure() {
        let text = "0123456789abcdef0123456789abcdef";
        let denied = json_error(400, "AccessDeniedException", "no");
        let server = Loopback::answering([denied, secret(text)]).await;
        let stack_secret = StackSecret::new(&server.cloud, "arn:x".to_owned());
        assert!(server.asked().is_empty());
        assert!(stack_secret.hasher().await.is_err());
        let hasher = stack_secret.hasher().await.unwrap();
        assert_eq!(hasher.hash("a", "b"), KeyedHasher::new(text.as_bytes()).hash("a", "b"));
        assert!(stack_secret.hasher().await.is_ok());
        assert_eq!(server.asked().len(), 2);
    }

    #[tokio::test]
    async fn a_short_secret_is_refused() {
        let server = Loopback::answering([secret("short")]).await;
        assert!(StackSecret::new(&server.cloud, "arn:x".to_owned()).hasher().await.is_err());
    }
}
