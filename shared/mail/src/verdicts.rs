//! What receiving servers said about a mail: spam, virus, SPF, DKIM, DMARC (feature B11).
//!
//! Anybody can write such fields into a mail. Only those count that a trusted server put on top.

use serde::Serialize;

use crate::parsed_mail::HeaderField;

/// One verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nobody who is trusted said anything.
    #[default]
    Absent,
    /// Good.
    Pass,
    /// Bad.
    Fail,
    /// Neither: a soft failure, a policy of none, a scan that could not decide.
    Gray,
    /// The check itself broke.
    Broken,
}

impl Verdict {
    /// The word that records keep, as in the receipts of SES; none where nobody said anything.
    pub fn word(self) -> Option<&'static str> {
        match self {
            Self::Absent => None,
            Self::Pass => Some("pass"),
            Self::Fail => Some("fail"),
            Self::Gray => Some("gray"),
            Self::Broken => Some("processing_failed"),
        }
    }
}

impl Verdict {
    /// Stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Gray => "gray",
            Self::Broken => "broken",
        }
    }
}

/// All verdicts on a mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verdicts {
    /// Is it free of spam?
    pub spam: Verdict,
    /// Is it free of viruses?
    pub virus: Verdict,
    /// Was the sending host allowed to (RFC 7208)?
    pub spf: Verdict,
    /// Is a signature right (RFC 6376)?
    pub dkim: Verdict,
    /// Do they speak for the author's domain (RFC 7489)?
    pub dmarc: Verdict,
    /// A field claims to be a verdict but no trusted server wrote it.
    pub untrusted_present: bool,
}

/// Whose verdicts are believed.
#[derive(Clone, Copy, Debug)]
pub struct TrustedServers<'t> {
    /// Names that `Authentication-Results` begins with (RFC 8601 section 2.5).
    pub names: &'t [&'t str],
    /// Hosts whose `Received` field must be the newest, as ends of their names.
    pub received_by: &'t [&'t str],
}

/// Amazon SES receiving, which is where our mail comes in: its verdict fields stand on top of the
/// mail, right behind its own `Received` (AWS: Amazon SES email receiving, header fields added).
pub const SES: TrustedServers<'static> = TrustedServers {
    names: &["amazonses.com"],
    received_by: &[".amazonaws.com", ".amazonses.com"],
};

impl Verdicts {
    /// Reads the verdicts of a mail's header fields.
    pub fn read(headers: &[HeaderField], trusted: TrustedServers<'_>) -> Self {
        let mut verdicts = Self::default();
        let mut received = headers.iter().enumerate().filter(|(_, h)| h.name == "received");
        let newest = received.next();
        let second = received.next().map_or(headers.len(), |(at, _)| at);
        let by_trusted = newest.is_some_and(|(_, h)| is_received_by(&h.value, trusted));
        let mut results_seen = false;
        for (at, field) in headers.iter().enumerate() {
            let on_top = by_trusted && at < second;
            match field.name.as_str() {
                "x-ses-spam-verdict" => verdicts.ses_field(on_top, field, |v| &mut v.spam),
                "x-ses-virus-verdict" => verdicts.ses_field(on_top, field, |v| &mut v.virus),
                "authentication-results" => {
                    let named = is_named(&field.value, trusted);
                    if on_top && named && !results_seen {
                        results_seen = true;
                        verdicts.authentication_results(&field.value);
                    } else if named {
                        // The trusted name under which a server that is not trusted writes.
                        verdicts.untrusted_present = true;
                    }
                }
                _ => {}
            }
        }
        verdicts
    }

    /// Whether automations may act on this mail: it speaks for its author's domain and is clean.
    pub fn speaks_for_author(&self) -> bool {
        self.dmarc == Verdict::Pass && self.virus != Verdict::Fail && self.spam != Verdict::Fail
    }

    fn ses_field(
        &mut self,
        on_top: bool,
        field: &HeaderField,
        slot: fn(&mut Self) -> &mut Verdict,
    ) {
        if on_top && *slot(self) == Verdict::Absent {
            *slot(self) = of_word(&field.value);
        } else {
            self.untrusted_present = true;
        }
    }

    /// `server; spf=pass (...) smtp.mailfrom=...; dkim=fail ...; dkim=pass ...`. One good
    /// signature is enough, whatever the others (RFC 6376 section 6.1).
    fn authentication_results(&mut self, value: &str) {
        for clause in without_comments(value).split(';').skip(1) {
            let Some((method, rest)) = clause.trim().split_once('=') else { continue };
            let word = rest.split_whitespace().next().unwrap_or_default();
            let verdict = of_word(word);
            match method.trim().to_ascii_lowercase().as_str() {
                "spf" => self.spf = verdict,
                "dmarc" => self.dmarc = verdict,
                "dkim" if self.dkim != Verdict::Pass => self.dkim = verdict,
                _ => {}
            }
        }
    }
}

fn of_word(word: &str) -> Verdict {
    match word.trim().to_ascii_lowercase().as_str() {
        "pass" => Verdict::Pass,
        "fail" | "hardfail" | "permerror" | "policy" => Verdict::Fail,
        "gray" | "softfail" | "neutral" | "none" | "bestguesspass" => Verdict::Gray,
        "processing_failed" | "temperror" => Verdict::Broken,
        _ => Verdict::Absent,
    }
}

fn is_named(value: &str, trusted: TrustedServers<'_>) -> bool {
    let name = value.split(';').next().unwrap_or_default().split_whitespace().next();
    name.is_some_and(|n| trusted.names.iter().any(|t| t.eq_ignore_ascii_case(n)))
}

fn is_received_by(value: &str, trusted: TrustedServers<'_>) -> bool {
    let mut words = value.split_whitespace();
    words.find(|w| w.eq_ignore_ascii_case("by"));
    let host = words.next().unwrap_or_default().trim_end_matches(';').to_ascii_lowercase();
    trusted.received_by.iter().any(|end| host.ends_with(end))
}

fn without_comments(value: &str) -> String {
    let mut depth = 0usize;
    let keep = |c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => return depth == 0,
        }
        false
    };
    value
        .chars()
        .filter({
            let mut keep = keep;
            move |c| keep(*c)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &[(&str, &str)]) -> Verdicts {
        let field = |(n, v): &(&str, &str)| HeaderField { name: (*n).into(), value: (*v).into() };
        Verdicts::read(&fields.iter().map(field).collect::<Vec<_>>(), SES)
    }

    const BY_SES: (&str, &str) =
        ("received", "from mx.example by inbound-smtp.eu-west-1.amazonaws.com with SMTP id 1; x");
    const RESULTS: &str = "amazonses.com; spf=pass (x; y) a=b; dkim=fail; dkim=pass header.i=@e; \
                           dmarc=pass header.from=e;";

    #[test]
    fn what_the_receiving_server_put_on_top_counts() {
        let got = read(&[
            BY_SES,
            ("x-ses-spam-verdict", "PASS"),
            ("x-ses-virus-verdict", "FAIL"),
            ("authentication-results", RESULTS),
            ("received", "from a by mx.example"),
        ]);
        assert_eq!((got.spam, got.virus), (Verdict::Pass, Verdict::Fail));
        assert_eq!((got.spf, got.dkim, got.dmarc), (Verdict::Pass, Verdict::Pass, Verdict::Pass));
        assert!(!got.untrusted_present && !got.speaks_for_author());
    }

    #[test]
    fn what_came_with_the_mail_does_not() {
        let got = read(&[
            BY_SES,
            ("received", "from a by mx.example"),
            ("x-ses-virus-verdict", "PASS"),
            ("authentication-results", RESULTS),
        ]);
        assert!(got.untrusted_present);
        assert_eq!((got.virus, got.dmarc), (Verdict::Absent, Verdict::Absent));
        let got = read(&[("received", "by mx.example"), ("authentication-results", RESULTS)]);
        assert!(got.untrusted_present && got.dmarc == Verdict::Absent);
    }

    #[test]
    fn a_second_field_under_the_trusted_name_is_forged() {
        let forged = "amazonses.com; dmarc=pass";
        let first = "amazonses.com; dmarc=fail";
        let got =
            read(&[BY_SES, ("authentication-results", first), ("authentication-results", forged)]);
        assert!(got.untrusted_present && got.dmarc == Verdict::Fail);
    }

    #[test]
    fn other_servers_results_are_neither_believed_nor_suspect() {
        let got = read(&[BY_SES, ("authentication-results", "mx.example; dmarc=pass")]);
        assert_eq!(got, Verdicts::default());
    }
}
