//! What the large providers mean by their own words and codes. It outranks the generic reading.
//!
//! A provider is known by the host that answered, or by the recipient's domain.

use domain::bounce::{BounceReason, EnhancedStatus, StatusClass};

use super::row::status_fits;

mod apple;
mod cox;
mod docomo;
mod facebook;
mod godaddy;
mod google;
mod iua;
mod kddi;
mod messagelabs;
mod microsoft;
mod mimecast;
mod netease;
mod orange;
mod tencent;
mod yahoo;

/// A provider: its hosts, and what it says.
pub struct Provider {
    /// Ends of host names and recipient domains.
    hosts: &'static [&'static str],
    wordings: &'static [Wording],
}

/// One wording: words, or a code, or both together.
pub struct Wording {
    status: &'static str,
    phrase: &'static str,
    reason: BounceReason,
}

/// A row of a provider's table; an empty text stands for "whatever".
const fn wording(status: &'static str, phrase: &'static str, reason: BounceReason) -> Wording {
    Wording { status, phrase, reason }
}

/// Every provider. A new one is a file and a line here.
const PROVIDERS: &[Provider] = &[
    apple::PROVIDER,
    cox::PROVIDER,
    docomo::PROVIDER,
    facebook::PROVIDER,
    godaddy::PROVIDER,
    google::PROVIDER,
    iua::PROVIDER,
    kddi::PROVIDER,
    messagelabs::PROVIDER,
    microsoft::PROVIDER,
    mimecast::PROVIDER,
    netease::PROVIDER,
    orange::PROVIDER,
    tencent::PROVIDER,
    yahoo::PROVIDER,
];

/// The reason in the words of the provider that runs one of `hosts`; the first row that fits wins.
pub fn reason<'h>(
    hosts: impl Iterator<Item = &'h str> + Clone,
    status: Option<EnhancedStatus>,
    text: &str,
) -> Option<BounceReason> {
    let runs = |provider: &&Provider| hosts.clone().any(|host| provider.runs(host));
    let provider = PROVIDERS.iter().find(runs)?;
    provider.wordings.iter().find(|row| row.fits(status, text)).map(|row| row.reason)
}

impl Provider {
    fn runs(&self, host: &str) -> bool {
        self.hosts.iter().any(|end| {
            host.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        })
    }
}

impl Wording {
    fn fits(&self, status: Option<EnhancedStatus>, text: &str) -> bool {
        let worded = match self.phrase.split_once(" * ") {
            Some((first, second)) => {
                text.split_once(first).is_some_and(|(_, rest)| rest.contains(second))
            }
            None => text.contains(self.phrase),
        };
        worded && self.coded(status)
    }

    fn coded(&self, status: Option<EnhancedStatus>) -> bool {
        let class = status.map(|status| status.class);
        match self.status {
            "" => true,
            "4.x.x" => class == Some(StatusClass::Transient),
            "5.x.x" => class == Some(StatusClass::Permanent),
            pattern => status.is_some_and(|status| status_fits(pattern, status)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_is_known_by_the_end_of_a_host_name_and_not_by_a_lookalike() {
        let reason = |host: &str| {
            reason([host].into_iter(), "5.7.606".parse().ok(), "access denied, banned sending ip")
        };
        assert_eq!(reason("a.mail.protection.outlook.com"), Some(BounceReason::Blocked));
        assert_eq!(reason("notoutlook.com"), None);
    }

    #[test]
    fn every_row_has_a_code_or_words_in_lower_case_and_is_reachable() {
        for provider in PROVIDERS {
            for (at, row) in provider.wordings.iter().enumerate() {
                assert!(!row.status.is_empty() || !row.phrase.is_empty());
                assert_eq!(row.phrase, row.phrase.to_lowercase());
                let earlier = provider.wordings.iter().take(at);
                let same = |other: &&Wording| {
                    other.status == row.status && row.phrase.contains(other.phrase)
                };
                assert!(earlier.clone().find(same).is_none(), "{} {}", row.status, row.phrase);
            }
        }
    }
}
