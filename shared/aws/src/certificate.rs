//! A certificate that signs messages: when it is valid, and whether a signature is its key's.
//!
//! It is believed because it came over HTTPS from its owner's host, which is what AWS asks for; so no
//! chain is built. Its dates are read by a walk of RFC 5280 section 4.1, for webpki tells them to nobody.

use std::fmt;

use aws_lc_rs::signature::{RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, UnparsedPublicKey};
use domain::timestamp::Timestamp;
use flows::take_topic_message::SignatureVersion;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, SignatureVerificationAlgorithm, alg_id,
};
use webpki::EndEntityCert;
use webpki::aws_lc_rs::RSA_PKCS1_2048_8192_SHA256;

/// A certificate.
#[derive(Clone, Debug)]
pub struct Certificate {
    der: CertificateDer<'static>,
    valid: (Timestamp, Timestamp),
}

impl Certificate {
    /// The first certificate of a PEM text; none where there is none that can be read.
    pub fn of_pem(pem: &[u8]) -> Option<Self> {
        let der = CertificateDer::from_pem_slice(pem).ok()?;
        EndEntityCert::try_from(&der).ok()?;
        let valid = validity(&der)?;
        Some(Self { der, valid })
    }

    /// Whether it is valid at that moment.
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        (self.valid.0..=self.valid.1).contains(&now)
    }

    /// Whether its key signed the text.
    pub fn signed(&self, text: &[u8], signature: &[u8], version: SignatureVersion) -> bool {
        let algorithm: &dyn SignatureVerificationAlgorithm = match version {
            SignatureVersion::One => &RsaSha1,
            SignatureVersion::Two => RSA_PKCS1_2048_8192_SHA256,
        };
        EndEntityCert::try_from(&self.der).is_ok_and(|certificate| {
            certificate.verify_signature(algorithm, text, signature).is_ok()
        })
    }
}

/// RSA over SHA-1, which webpki has no more: topics sign with it unless they are told otherwise.
#[derive(Debug)]
struct RsaSha1;

impl SignatureVerificationAlgorithm for RsaSha1 {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let parameters = &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY;
        let key = UnparsedPublicKey::new(parameters, public_key);
        key.verify(message, signature).map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::RSA_ENCRYPTION
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        // sha1WithRSAEncryption (RFC 3279 section 2.2.1), with NULL.
        AlgorithmIdentifier::from_slice(&[
            0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x05, 0x05, 0x00,
        ])
    }
}

const SEQUENCE: u8 = 0x30;
const EXPLICIT_VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// From when to when a certificate is valid.
fn validity(der: &[u8]) -> Option<(Timestamp, Timestamp)> {
    let mut whole = Der(der);
    let mut certificate = whole.within(SEQUENCE)?;
    let mut fields = certificate.within(SEQUENCE)?;
    if fields.0.first() == Some(&EXPLICIT_VERSION) {
        fields.next()?;
    }
    // serialNumber, signature, issuer
    for _ in 0..3 {
        fields.next()?;
    }
    let mut dates = fields.within(SEQUENCE)?;
    Some((dates.time()?, dates.time()?))
}

/// What is left to read of DER (X.690).
struct Der<'a>(&'a [u8]);

impl fmt::Debug for Der<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Der({} octets)", self.0.len())
    }
}

impl<'a> Der<'a> {
    /// The next value with its tag.
    fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&[tag, short], mut rest) = self.0.split_first_chunk()?;
        let mut length = usize::from(short);
        if short >= 0x80 {
            // Certificates are shorter than 64 KB: two octets of length at most.
            let octets = usize::from(short & 0x7f);
            let (long, behind) =
                rest.split_at_checked(octets).filter(|_| (1..=2).contains(&octets))?;
            length = long.iter().fold(0, |sum, octet| (sum << 8) | usize::from(*octet));
            rest = behind;
        }
        let (value, behind) = rest.split_at_checked(length)?;
        self.0 = behind;
        Some((tag, value))
    }

    fn within(&mut self, wanted: u8) -> Option<Self> {
        let (tag, value) = self.next()?;
        (tag == wanted).then_some(Self(value))
    }

    /// A time as RFC 5280 section 4.1.2.5 wants it: `YYMMDDHHMMSSZ` until 2049, else with four digits of
    /// the year.
    fn time(&mut self) -> Option<Timestamp> {
        let (tag, value) = self.next()?;
        let text = std::str::from_utf8(value).ok()?;
        let text = match tag {
            UTC_TIME => {
                let of_last_century = text.get(..2)?.parse::<u8>().ok()? >= 50;
                format!("{}{text}", if of_last_century { "19" } else { "20" })
            }
            GENERALIZED_TIME => text.to_owned(),
            _ => return None,
        };
        let part = |from: usize, to: usize| text.get(from..to);
        let (date, time) = (
            format!("{}-{}-{}", part(0, 4)?, part(4, 6)?, part(6, 8)?),
            format!("{}:{}:{}", part(8, 10)?, part(10, 12)?, part(12, 14)?),
        );
        (part(14, text.len())? == "Z").then_some(())?;
        Timestamp::parse(&format!("{date}T{time}Z")).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(tag: u8, text: &str) -> Option<String> {
        let mut der = vec![tag, u8::try_from(text.len()).unwrap()];
        der.extend(text.bytes());
        Der(&der).time().map(|at| at.to_string())
    }

    #[test]
    fn both_forms_of_time_are_read_and_others_are_not() {
        let utc = |text| time(UTC_TIME, text);
        assert!(utc("261122093000Z").unwrap().starts_with("2026-11-22T09:30:00"));
        assert!(utc("490101000000Z").unwrap().starts_with("2049-01-01"));
        assert!(utc("500101000000Z").unwrap().starts_with("1950-01-01"));
        let long = time(GENERALIZED_TIME, "20500101000000Z").unwrap();
        assert!(long.starts_with("2050-01-01T00:00:00"));
        for text in ["", "261122093000", "2611220930Z", "261122093000+0100", "261322093000Z"] {
            assert_eq!(utc(text), None, "{text}");
        }
        assert_eq!(time(SEQUENCE, "261122093000Z"), None);
    }

    #[test]
    fn what_is_no_certificate_is_none() {
        for octets in [
            &b""[..],
            b"\x30",
            b"\x30\x80",
            b"\x30\x82\xff",
            b"\x30\x83\x00\x00\x01\x00",
            b"\x30\x02\x30\x00",
            b"\x30\x04\x30\x02\xa0\x00",
        ] {
            assert_eq!(validity(octets), None, "{octets:?}");
        }
        for pem in [
            &b""[..],
            b"no PEM",
            b"-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
            b"-----BEGIN CERTIFICATE-----\n****\n-----END CERTIFICATE-----\n",
            b"-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----\n",
        ] {
            assert!(Certificate::of_pem(pem).is_none(), "{pem:?}");
        }
    }
}
