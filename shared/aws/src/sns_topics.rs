//! Amazon SNS as the provider of topics: their signatures, and confirmations of subscriptions.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use domain::limits::TOPIC_CERTIFICATES_MAX;
use domain::timestamp::Timestamp;
use flows::ports::PortFault;
use flows::take_topic_message::{SignedText, TopicProvider, Verdict};

use crate::certificate::Certificate;
use crate::https_get::{Document, Get, GetFault, HttpsGet};

/// Asks SNS, and keeps the last certificates.
pub struct SnsTopics {
    get: Arc<dyn Get>,
    /// The certificates with their URLs, the newest last.
    known: Mutex<VecDeque<(String, Arc<Certificate>)>>,
}

impl SnsTopics {
    /// Over the network. No call yet.
    pub fn new() -> Self {
        Self::through(Arc::new(HttpsGet::new()))
    }

    /// Through somebody who asks.
    pub fn through(get: Arc<dyn Get>) -> Self {
        Self { get, known: Mutex::new(VecDeque::new()) }
    }

    /// The certificate at a URL; none where the host says there is none, or it can't be read.
    async fn certificate(&self, url: &str) -> Result<Option<Arc<Certificate>>, PortFault> {
        if let Some(known) = self.find(url) {
            return Ok(Some(known));
        }
        let document = match self.get.get(url).await {
            Ok(Document { status: 500.., .. }) => return Err(fault("read a certificate", "5xx")),
            Ok(document) => document,
            Err(GetFault::TooLarge) => return Ok(None),
            Err(other) => return Err(fault("read a certificate", other)),
        };
        let found = (document.status == 200).then(|| Certificate::of_pem(&document.octets));
        let Some(certificate) = found.flatten().map(Arc::new) else { return Ok(None) };
        self.keep(url, certificate.clone());
        Ok(Some(certificate))
    }

    fn find(&self, url: &str) -> Option<Arc<Certificate>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|(at, _)| at == url).map(|(_, certificate)| certificate.clone())
    }

    fn keep(&self, url: &str, certificate: Arc<Certificate>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|(at, _)| at != url);
        known.push_back((url.to_owned(), certificate));
        while known.len() > TOPIC_CERTIFICATES_MAX {
            known.pop_front();
        }
    }
}

impl Default for SnsTopics {
    fn default() -> Self {
        Self::new()
    }
}

#[async_trait]
impl TopicProvider for SnsTopics {
    async fn verify(&self, signed: &SignedText, now: Timestamp) -> Result<Verdict, PortFault> {
        // Before anything is asked for: what is no signature needs no certificate.
        let Some(signature) = signed.signature_octets() else { return Ok(Verdict::Wrong) };
        let certificate = self.certificate(&signed.certificate_url).await?;
        let Some(certificate) = certificate.filter(|found| found.is_valid_at(now)) else {
            return Ok(Verdict::NoCertificate);
        };
        let genuine = certificate.signed(signed.text.as_bytes(), &signature, signed.version);
        Ok(if genuine { Verdict::Genuine } else { Verdict::Wrong })
    }

    async fn confirm(&self, url: &str) -> Result<bool, PortFault> {
        const CONFIRM: &str = "confirm a subscription";
        match self.get.get(url).await {
            Ok(Document { status: 500.., .. }) => Err(fault(CONFIRM, "5xx")),
            Ok(Document { status, .. }) => Ok((200..300).contains(&status)),
            Err(other) => Err(fault(CONFIRM, other)),
        }
    }
}

fn fault(
    operation: &'static str,
    source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
) -> PortFault {
    PortFault { port: "topics", operation, source: source.into() }
}

#[cfg(test)]
mod tests {
    use flows::take_topic_message::SignatureVersion;

    use super::*;

    /// A provider that always answers the same, and counts.
    struct Always(u16, &'static [u8], Mutex<usize>);

    #[async_trait]
    impl Get for Always {
        async fn get(&self, _: &str) -> Result<Document, GetFault> {
            *self.2.lock().unwrap() += 1;
            Ok(Document { status: self.0, octets: self.1.into() })
        }
    }

    fn signed(url: &str, signature: &str) -> SignedText {
        SignedText {
            text: "x".to_owned(),
            version: SignatureVersion::Two,
            signature: signature.to_owned(),
            certificate_url: url.to_owned(),
        }
    }

    /// A certificate of our own; see the README beside it.
    const PEM: &[u8] = include_bytes!("../../../tests/fixtures/topics/certificate.pem");

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-22T09:30:00Z").unwrap()
    }

    #[tokio::test]
    async fn a_certificate_is_asked_for_once_and_only_the_last_ones_are_kept() {
        let get = Arc::new(Always(200, PEM, Mutex::new(0)));
        let topics = SnsTopics::through(get.clone());
        for round in 0..3 {
            let wrong = topics.verify(&signed("https://a", "AAAA"), now()).await.unwrap();
            assert_eq!((wrong, *get.2.lock().unwrap()), (Verdict::Wrong, 1), "{round}");
        }
        for n in 0..3 * TOPIC_CERTIFICATES_MAX {
            topics.verify(&signed(&format!("https://b{n}"), "AAAA"), now()).await.unwrap();
        }
        assert_eq!(topics.known.lock().unwrap().len(), TOPIC_CERTIFICATES_MAX);
        topics.verify(&signed("https://a", "AAAA"), now()).await.unwrap();
        assert_eq!(*get.2.lock().unwrap(), 2 + 3 * TOPIC_CERTIFICATES_MAX);
    }

    #[tokio::test]
    async fn a_certificate_is_no_longer_valid_behind_its_end_though_it_is_kept() {
        let get = Arc::new(Always(200, PEM, Mutex::new(0)));
        let topics = SnsTopics::through(get.clone());
        for (at, verdict) in [
            ("2026-11-22T09:30:00Z", Verdict::Wrong),
            ("2046-11-22T09:30:00Z", Verdict::NoCertificate),
            ("2016-11-22T09:30:00Z", Verdict::NoCertificate),
        ] {
            let at = Timestamp::parse(at).unwrap();
            let found = topics.verify(&signed("https://a", "AAAA"), at).await.unwrap();
            assert_eq!(found, verdict);
        }
        assert_eq!(*get.2.lock().unwrap(), 1);
    }

    #[tokio::test]
    async fn what_is_no_certificate_is_refused_and_the_hosts_own_trouble_is_a_failure() {
        for (status, octets, asked) in
            [(200, &b"no PEM"[..], true), (404, PEM, true), (302, PEM, true), (503, PEM, false)]
        {
            let topics = SnsTopics::through(Arc::new(Always(status, octets, Mutex::new(0))));
            let found = topics.verify(&signed("https://a", "AAAA"), now()).await;
            assert_eq!(found.ok(), asked.then_some(Verdict::NoCertificate), "{status}");
        }
    }

    #[tokio::test]
    async fn what_is_no_base64_asks_for_nothing() {
        let get = Arc::new(Always(200, PEM, Mutex::new(0)));
        let topics = SnsTopics::through(get.clone());
        let found = topics.verify(&signed("https://a", "no base64!"), now()).await.unwrap();
        assert_eq!((found, *get.2.lock().unwrap()), (Verdict::Wrong, 0));
    }

    #[tokio::test]
    async fn a_subscription_is_confirmed_where_the_provider_says_so() {
        for (status, wanted) in
            [(200, Some(true)), (403, Some(false)), (302, Some(false)), (500, None)]
        {
            let topics = SnsTopics::through(Arc::new(Always(status, b"", Mutex::new(0))));
            assert_eq!(topics.confirm("https://a").await.ok(), wanted, "{status}");
        }
    }
}
