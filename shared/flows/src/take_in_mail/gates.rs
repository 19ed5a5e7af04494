//! Whether a mail passes the gate of the route it came by (B7, B8, B11).
//!
//! ```text
//! way in                 virus or spam fails   verdict lacks    sender not allowed   DMARC fails
//! mailbox, forwarding    filed, makes nobody   filed            filed                filed, makes nobody
//! organization address   quarantined           quarantined      quarantined          quarantined (trusted: filed, makes nobody)
//! dropbox                quarantined           quarantined      quarantined, told    quarantined (trusted: filed, makes nobody)
//! dead address           quarantined           quarantined      quarantined          quarantined
//! ```
//! What is filed with a virus is never served (`virus_found`).

use std::collections::BTreeMap;

use domain::email_address::EmailAddress;
use domain::ids::TenantId;
use domain::intake::{Intake, QuarantineReason};
use domain::route::Route;
use domain::route_purpose::{
    AllowedSenders, DropboxRules, OrganizationRules, Purpose, RequiredVerdict,
};
use domain::timestamp::Timestamp;
use mail::parsed_mail::ParsedMail;

use super::known::Known;
use super::notices;
use super::quarantine::{Stop, Why};

/// What is known of a mail at the gate.
pub(super) struct Evidence<'a> {
    /// See [`verdicts`].
    pub verdicts: &'a BTreeMap<String, String>,
    /// Who wrote it; of a forward, who passed it on.
    pub author: Option<&'a EmailAddress>,
    pub known: &'a Known,
    /// When it was announced: whether an address was dead then is the same at every try.
    pub announced_at: Timestamp,
}

impl Evidence<'_> {
    fn fails(&self, name: &str) -> bool {
        is(self.verdicts, name, "fail")
    }

    /// Whether it may make records and speak for its author.
    pub(super) fn is_tainted(&self) -> bool {
        ["virus", "spam", "dmarc"].into_iter().any(|name| self.fails(name))
    }

    /// Whether it claims an author that its domain denies.
    pub(super) fn is_spoofed(&self) -> bool {
        self.fails("dmarc")
    }
}

/// Whether a verdict is this word.
pub(super) fn is(verdicts: &BTreeMap<String, String>, name: &str, word: &str) -> bool {
    verdicts.get(name).is_some_and(|given| given == word)
}

/// Why a mail may not come in by a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Closed {
    pub reason: QuarantineReason,
    pub detail: String,
}

/// Why the mail may not come in by the route; none where it may.
pub(super) fn closed(route: &Route, seen: &Evidence<'_>) -> Option<Closed> {
    if route.is_dead(seen.announced_at) {
        let detail = "the secret address was changed, and its grace time is over";
        return Some(because(QuarantineReason::AddressRetired, detail));
    }
    match &route.purpose {
        Purpose::Mailbox | Purpose::Forwarding => None,
        Purpose::Organization(rules) => {
            unclean(seen).or_else(|| lacks(rules.verdict, seen)).or_else(|| denied(rules, seen))
        }
        Purpose::Dropbox(rules) => unclean(seen).or_else(|| not_own(route, rules, seen)),
    }
}

/// The routes that the mail may come in by: all of them where a person let it in.
///
/// # Errors
/// Quarantine, where every gate is closed, with what the first says; the users of dropboxes are told.
pub(super) fn pass<'r>(
    intake: &Intake,
    tenant: TenantId,
    routes: &'r [Route],
    seen: &Evidence<'_>,
) -> Result<Vec<&'r Route>, Stop> {
    if intake.released.is_some() {
        return Ok(routes.iter().collect());
    }
    let mut open = Vec::new();
    let mut shut = Vec::new();
    for route in routes {
        match closed(route, seen) {
            None => open.push(route),
            Some(closed) => shut.push((route, closed)),
        }
    }
    let notices = notices::refusals(intake, tenant, &shut);
    match shut.into_iter().next() {
        Some((_, Closed { reason, detail })) if open.is_empty() => {
            let why = Why { detail, tenant: Some(tenant), notices, ..Why::of(reason) };
            Err(Stop::Quarantine(Box::new(why)))
        }
        Some(_) | None => Ok(open),
    }
}

fn because(reason: QuarantineReason, detail: impl Into<String>) -> Closed {
    Closed { reason, detail: detail.into() }
}

fn unclean(seen: &Evidence<'_>) -> Option<Closed> {
    if seen.fails("virus") {
        return Some(because(QuarantineReason::VirusFound, "the receiving server found a virus"));
    }
    let detail = "the receiving server judged it spam";
    seen.fails("spam").then(|| because(QuarantineReason::SpamFound, detail))
}

fn lacks(required: RequiredVerdict, seen: &Evidence<'_>) -> Option<Closed> {
    let passes = |name| is(seen.verdicts, name, "pass");
    let enough = match required {
        RequiredVerdict::Trusted => true,
        RequiredVerdict::DmarcPass => passes("dmarc"),
        RequiredVerdict::Authenticated => {
            passes("dmarc") || (!seen.fails("dmarc") && (passes("spf") || passes("dkim")))
        }
    };
    if enough {
        return None;
    }
    let said = |name| seen.verdicts.get(name).map_or("nothing", String::as_str);
    let detail = format!(
        "the receiving server said: DMARC {}, SPF {}, DKIM {}",
        said("dmarc"),
        said("spf"),
        said("dkim")
    );
    Some(because(QuarantineReason::NotAuthenticated, detail))
}

fn denied(rules: &OrganizationRules, seen: &Evidence<'_>) -> Option<Closed> {
    let refused = |detail: &str| Some(because(QuarantineReason::SenderNotAllowed, detail));
    let Some(author) = seen.author else {
        return refused("the mail names no author");
    };
    let (allowed, detail) = match &rules.senders {
        AllowedSenders::Everyone => (true, ""),
        AllowedSenders::KnownContacts => {
            let known = seen.known.contacts.contains_key(author);
            (known, "the address takes mail of known contacts alone")
        }
        AllowedSenders::OwnUsers => {
            let own = seen.known.users.contains_key(author);
            (own, "the address takes mail of the tenant's own users alone")
        }
        AllowedSenders::Listed { addresses, domains } => {
            let listed = addresses.contains(author)
                || domains.iter().any(|domain| domain == author.domain());
            (listed, "the address takes mail of listed senders alone")
        }
    };
    if allowed { None } else { refused(detail) }
}

fn not_own(route: &Route, rules: &DropboxRules, seen: &Evidence<'_>) -> Option<Closed> {
    let owner = seen.author.and_then(|author| seen.known.users.get(author));
    if owner != Some(&route.owner) {
        let detail = "the sender is no verified address of the dropbox's user";
        return Some(because(QuarantineReason::SenderNotVerified, detail));
    }
    lacks(rules.verdict, seen)
}

/// The verdicts on a mail by name: the receipt's go before those of the mail's own header fields.
pub(super) fn verdicts(
    of_receipt: BTreeMap<String, String>,
    mail: &ParsedMail,
) -> BTreeMap<String, String> {
    let own = &mail.verdicts;
    let named = [
        ("spam", own.spam),
        ("virus", own.virus),
        ("spf", own.spf),
        ("dkim", own.dkim),
        ("dmarc", own.dmarc),
    ];
    let given = named.into_iter().filter_map(|(name, verdict)| Some((name, verdict.word()?)));
    let mut all: BTreeMap<String, String> =
        given.map(|(name, word)| (name.to_owned(), word.to_owned())).collect();
    all.extend(of_receipt);
    all
}
