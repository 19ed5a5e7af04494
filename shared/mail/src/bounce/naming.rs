//! How a line of a notice names a recipient: in front, behind a label, behind a reply code.

use domain::email_address::EmailAddress;

use super::address_scan::{self, Found};

/// How a line names a recipient.
pub enum Naming {
    /// The address leads the line.
    Leading(Found),
    /// A label leads to it.
    Labelled(Found),
    /// A reply code leads to it: `550 <anna@example.com>... User unknown`.
    Answered(Found),
}

/// Words in front of an address that say: this one could not be reached. Lower case; what stands
/// between them and the address (blanks, colons, brackets) is left out.
const LABELS: &[&str] = &[
    "recipient",
    "recipient address",
    "original address",
    "recipients",
    "recipient(s)",
    "rcpt to",
    "unknown user",
    "user mailbox exceeds allowed size",
    "invalid final delivery userid",
    "undeliverable to",
    "attempts",
    "unknown host",
    "intended recipient",
    "error-for",
    "failed recipient",
    "could not be delivered to",
    "not be delivered to",
    "wasn't delivered to",
    "was not delivered to",
    "not delivered to",
    "delivery failed",
    "failed to deliver to",
    "unable to deliver message to",
    "unable to deliver to",
    "deliver message to",
    "delivering your mail to",
    "delivering your message to",
    "deliver your message to",
    "deliver your mail to",
    "your message to",
    "your email to",
    "your mail to",
    "message to",
    "mail to",
    "you sent mail to",
    "addressed to",
    "to this address",
    "email address",
    "rejected recipient",
    "permanent errors",
    "address",
    "server message",
    "undeliverable address",
    "invalid receiver address",
    "invalid address",
    "user's mailbox is full",
    "mailbox is full",
    "following user",
    "following recipient",
    "failed address",
    "bad address",
    "unknown recipient",
    "no such user",
    "user unknown",
    "account",
    "mailbox",
    "user",
    "err.nosuchuser",
    "sent to",
    "empfänger",
    "destinataire",
    "destinatario",
    "destinatário",
    "odbiorca",
    "получатель",
    "получателю",
    "адрес",
    "duplicated message-id in",
    "mailing list",
    "收件人",
    "收件人地址",
    "收件人邮箱",
    "宛先",
    "送信先",
];

/// Which way `trimmed` names a recipient, if any.
pub fn of(trimmed: &str) -> Option<Naming> {
    // Answers within a transcript repeat what the command before them named.
    if trimmed.starts_with("<<<") || trimmed.starts_with("In:  MAIL") {
        return None;
    }
    let found = address_scan::find(trimmed)?;
    if is_daemon(&found.address) {
        return None;
    }
    let lead = trimmed.get(..found.start)?.trim();
    let bare = lead.trim_matches(|c: char| " \t<>\"'`[(*-•·".contains(c));
    if bare.is_empty() || bare.eq_ignore_ascii_case("mailto:") {
        return Some(Naming::Leading(behind_a_name(trimmed, found)));
    }
    if leads_with_code(bare).is_some_and(|rest| rest.trim_matches([' ', '<']).is_empty()) {
        return Some(Naming::Answered(found));
    }
    // X.400 and LDAP names of Exchange: `c=US;a= ;p=Org;dda:SMTP=anna@example.com`.
    let lower = lead.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    if lower.ends_with("smtp=") || lower.ends_with("smtp:") {
        return Some(Naming::Leading(found));
    }
    let label = lower.trim_end_matches(|c: char| " \t<>\"'`[(:-=：「".contains(c));
    let labelled = LABELS.iter().any(|&known| {
        label.strip_suffix(known).is_some_and(|before| {
            before.is_empty() || !before.ends_with(|c: char| c.is_ascii_alphanumeric())
        })
    });
    // `-- anna@example.com` and `#< #5.1.1 ... >` aside, a label is short or closes a sentence.
    labelled.then_some(Naming::Labelled(found))
}

/// In `anna@example.com <bert@example.com>` the first address is only a display name.
fn behind_a_name(trimmed: &str, found: Found) -> Found {
    let tail = trimmed.get(found.end..).unwrap_or_default();
    if !tail.starts_with(" <") {
        return found;
    }
    let next = address_scan::find_from(trimmed, found.end);
    next.filter(|next| next.start == found.end + 2).unwrap_or(found)
}

/// Mailer daemons and postmasters sign notices; they are not who could not be reached.
pub fn is_daemon(address: &EmailAddress) -> bool {
    matches!(address.local_part(), "postmaster" | "mailer-daemon" | "mail-daemon" | "abuse")
}

/// What follows the codes a line starts with (`550 5.1.1 ...`).
pub fn leads_with_code(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = text.len() - rest.len();
    if digits != 3 || !text.starts_with(['4', '5']) {
        return None;
    }
    Some(rest.trim_start_matches(|c: char| " -#.:".contains(c) || c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_ways_are_told_apart() {
        assert!(matches!(of("<anna@example.com>: no"), Some(Naming::Leading(_))));
        assert!(matches!(of("Recipient: <anna@example.com>"), Some(Naming::Labelled(_))));
        assert!(matches!(of("550 <anna@example.com>... no"), Some(Naming::Answered(_))));
        assert!(of("write to anna@example.com").is_none());
        assert!(of("<<< 550 <anna@example.com> no").is_none());
    }

    #[test]
    fn an_address_as_a_display_name_is_passed_over() {
        let Some(Naming::Leading(found)) = of("a@example.com <b@example.com>: malformed") else {
            panic!("an address leads");
        };
        assert_eq!(found.address.normal(), "b@example.com");
    }
}
