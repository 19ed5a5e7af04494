//! Where the cloud is and who we are there, read from the environment once at cold start.
//!
//! A Lambda gets its credentials and region as environment variables, so nothing of the SDK's longer
//! search (profile files, container and instance metadata) is here: it would cost start time and size.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider, SharedHttpClient};
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;

/// How often the SDK tries a call that was throttled or not answered.
const ATTEMPTS_MAX: u32 = 5;
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_secs(2);
const CONNECT_TIME_MAX: Duration = Duration::from_secs(2);
/// One attempt may carry a 40 MB mail.
const ATTEMPT_TIME_MAX: Duration = Duration::from_secs(15);
/// All attempts of one call: well within the time limit of every function.
const CALL_TIME_MAX: Duration = Duration::from_secs(25);

/// What all clients share: region, credentials, endpoints, and one HTTP client with its connections.
#[derive(Clone, Debug)]
pub struct Cloud {
    config: SdkConfig,
    /// Endpoints of single services, by the name the environment gives them (`SESV2`).
    endpoints: BTreeMap<String, String>,
}

const ENDPOINT: &str = "AWS_ENDPOINT_URL";

impl Cloud {
    /// The cloud of the environment variables `AWS_REGION`, `AWS_ACCESS_KEY_ID` and so on, and
    /// `AWS_ENDPOINT_URL[_SERVICE]` where it is not AWS itself.
    pub fn from_environment() -> Self {
        let region = ["AWS_REGION", "AWS_DEFAULT_REGION"].into_iter().find_map(variable);
        let credentials =
            SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new());
        let prefix = format!("{ENDPOINT}_");
        let endpoints = std::env::vars_os().filter_map(|(name, value)| {
            let service = name.to_str()?.strip_prefix(&prefix)?.to_owned();
            Some((service, value.into_string().ok().filter(|url| !url.is_empty())?))
        });
        let mut config = shared(credentials).into_builder().region(region.map(Region::new));
        config.set_endpoint_url(variable(ENDPOINT));
        Self { config: config.build(), endpoints: endpoints.collect() }
    }

    /// A cloud at one URL, with credentials that nobody checks: local runs and tests.
    pub fn at(endpoint: &str) -> Self {
        let key = Credentials::new("local", "local", None, None, "local");
        let config = shared(SharedCredentialsProvider::new(key)).into_builder();
        let config = config.region(Region::new("us-east-1")).endpoint_url(endpoint);
        Self { config: config.build(), endpoints: BTreeMap::new() }
    }

    /// The configuration for the clients of one service (`DYNAMODB`).
    pub(crate) fn of(&self, service: &str) -> SdkConfig {
        match self.endpoints.get(service) {
            None => self.config.clone(),
            Some(url) => self.config.clone().into_builder().endpoint_url(url.as_str()).build(),
        }
    }
}

fn https_client() -> SharedHttpClient {
    let crypto = Provider::Rustls(CryptoMode::AwsLc);
    aws_smithy_http_client::Builder::new().tls_provider(crypto).build_https()
}

fn shared(credentials: SharedCredentialsProvider) -> SdkConfig {
    let retries = RetryConfig::standard()
        .with_max_attempts(ATTEMPTS_MAX)
        .with_initial_backoff(FIRST_PAUSE)
        .with_max_backoff(PAUSE_MAX);
    let times = TimeoutConfig::builder()
        .connect_timeout(CONNECT_TIME_MAX)
        .operation_attempt_timeout(ATTEMPT_TIME_MAX)
        .operation_timeout(CALL_TIME_MAX);
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(https_client())
        .credentials_provider(credentials)
        .retry_config(retries)
        .timeout_config(times.build());
    // Calls carry the product's name, so that CloudTrail tells them apart.
    config.set_app_name(AppName::new("mailroom").ok());
    config.build()
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
