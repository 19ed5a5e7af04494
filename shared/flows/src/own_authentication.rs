//! Whether mail that we write from a domain of ours passes SPF, DKIM and DMARC: what blocks for a
//! policy wait for (S4.9, H7).
//!
//! The provider knows whether it signs (DKIM). The DNS tells the rest: the SPF record of the envelope
//! sender, where that is ours and not the provider's, and whether a DMARC policy is published at all,
//! without which large providers take no mail in bulk.

use std::collections::{BTreeSet, VecDeque};

use domain::limits::SPF_LOOKUPS_MAX;
use domain::organization_domain::registrable_domain;

use crate::ports::{Dns, PortFault, Signing};

/// Whose SPF record names the hosts that send for us ("Authenticating Email with SPF in Amazon SES").
const PROVIDER: &str = "amazonses.com";

/// How mail from a domain of ours fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authentication {
    /// It passes.
    Passes,
    /// The provider does not sign it.
    NotSigned,
    /// The SPF record of its envelope sender does not name the provider.
    SpfFails,
    /// There is no DMARC policy.
    NoPolicy,
}

/// How mail from this domain fares.
///
/// # Errors
/// The DNS gave no answer.
pub async fn own_authentication(
    dns: &dyn Dns,
    domain: &str,
    signing: &Signing,
) -> Result<Authentication, PortFault> {
    if !signing.signs {
        return Ok(Authentication::NotSigned);
    }
    if let Some(mail_from) = &signing.mail_from
        && !spf_names_provider(dns, mail_from).await?
    {
        return Ok(Authentication::SpfFails);
    }
    let published = has_policy(dns, domain).await?;
    Ok(if published { Authentication::Passes } else { Authentication::NoPolicy })
}

/// Whether a DMARC policy holds for a domain: its own, or that of its organization (RFC 7489 section
/// 6.6.3).
async fn has_policy(dns: &dyn Dns, domain: &str) -> Result<bool, PortFault> {
    let organization = registrable_domain(domain).unwrap_or(domain);
    for at in BTreeSet::from([domain, organization]) {
        let texts = dns.texts(&format!("_dmarc.{at}")).await?.records();
        let policies = texts.iter().filter(|text| is_record(text, "v=DMARC1", ';'));
        if policies.count() == 1 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether the SPF record of a domain lets the provider send, itself or by what it includes. Bounded
/// as RFC 7208 section 4.6.4 bounds it.
async fn spf_names_provider(dns: &dyn Dns, domain: &str) -> Result<bool, PortFault> {
    let mut waiting = VecDeque::from([domain.to_owned()]);
    let mut asked = BTreeSet::new();
    while let Some(name) = waiting.pop_front() {
        if asked.len() >= SPF_LOOKUPS_MAX || !asked.insert(name.clone()) {
            continue;
        }
        let texts = dns.texts(&name).await?.records();
        let mut records = texts.iter().filter(|text| is_record(text, "v=spf1", ' '));
        // More than one is an error (RFC 7208 section 4.5).
        let (Some(record), None) = (records.next(), records.next()) else { continue };
        let included = included(record);
        if included.iter().any(|name| name == PROVIDER) {
            return Ok(true);
        }
        waiting.extend(included);
    }
    Ok(false)
}

/// The domains whose hosts an SPF record lets pass.
fn included(record: &str) -> Vec<String> {
    let names = record.split_ascii_whitespace().filter_map(|term| {
        let term = term.to_ascii_lowercase();
        let passing = term.strip_prefix('+').unwrap_or(&term);
        let name = passing.strip_prefix("include:").or_else(|| term.strip_prefix("redirect="))?;
        // Macros tell of the mail, which is not here.
        (!name.contains('%')).then(|| name.trim_end_matches('.').to_owned())
    });
    names.collect()
}

/// Whether a text begins with this version and nothing longer.
fn is_record(text: &str, version: &str, separator: char) -> bool {
    let Some(rest) = text.trim_start().strip_prefix(version) else { return false };
    rest.trim_start_matches(|c: char| c.is_whitespace() && c != separator).starts_with(separator)
        || rest.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_begins_with_its_version_alone() {
        assert!(is_record("v=DMARC1; p=none", "v=DMARC1", ';'));
        assert!(is_record("v=DMARC1 ; p=none", "v=DMARC1", ';'));
        assert!(!is_record("v=DMARC12; p=none", "v=DMARC1", ';'));
        assert!(is_record("v=spf1 -all", "v=spf1", ' ') && is_record("v=spf1", "v=spf1", ' '));
        assert!(!is_record("v=spf10 -all", "v=spf1", ' ') && !is_record("spf", "v=spf1", ' '));
    }

    #[test]
    fn only_what_passes_is_included() {
        let record = "v=spf1 ip4:192.0.2.1 +include:AmazonSES.com. ?include:b.example \
                      include:%{d}.c.example redirect=d.example";
        assert_eq!(included(record), ["amazonses.com", "d.example"]);
    }
}
