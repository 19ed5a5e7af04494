//! What ties a mail to others (feature B4): identifiers, Outlook's thread fields, tokens in
//! addresses and text, and the subject without its reply and forward marks.

use domain::email_address::EmailAddress;

use crate::fields::ids;
use crate::parsed_mail::Party;
use crate::subject;

/// The clues of one mail. What they mean is decided where threads are known.
#[derive(Clone, Debug, Default)]
pub struct ThreadClues {
    /// Identifiers of `In-Reply-To`, without brackets.
    pub in_reply_to: Vec<String>,
    /// Identifiers of `References`, oldest first, without brackets.
    pub references: Vec<String>,
    /// The subject without reply and forward marks, white space collapsed. Case is kept.
    pub subject_base: String,
    /// The subject has a reply mark.
    pub is_reply: bool,
    /// The subject has a forward mark, or the mail a `Resent-` field.
    pub is_forward: bool,
    /// Outlook's `Thread-Index`: the conversation it belongs to.
    pub thread_index: Option<ThreadIndex>,
    /// Outlook's `Thread-Topic`: the first mail's subject.
    pub thread_topic: Option<String>,
    /// Addresses with a plus tag among the recipients: the tag may be a signed reply token.
    pub tagged_recipients: Vec<EmailAddress>,
    /// Tokens of the form `[ref:...]` in subject or text, in order.
    pub embedded_tokens: Vec<String>,
}

/// Outlook's `Thread-Index` (MS-OXOMSG section 2.2.1.3): 22 octets name the conversation, each
/// answer adds five.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThreadIndex {
    /// The first 22 octets as hexadecimal text: equal for all mails of a conversation.
    pub conversation: String,
    /// How many answers deep.
    pub depth: usize,
}

/// The raw material, all of it unfolded and decoded.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClueFields<'f> {
    /// `In-Reply-To`.
    pub in_reply_to: Option<&'f str>,
    /// `References`.
    pub references: Option<&'f str>,
    /// `Thread-Index`.
    pub thread_index: Option<&'f str>,
    /// `Thread-Topic`.
    pub thread_topic: Option<&'f str>,
    /// The subject.
    pub subject: Option<&'f str>,
    /// The text, for embedded tokens.
    pub text: &'f str,
}

impl ThreadClues {
    /// Collects the clues.
    pub fn collect<'p>(
        fields: ClueFields<'_>,
        recipients: impl Iterator<Item = &'p Party>,
    ) -> Self {
        let read = subject::read(fields.subject.unwrap_or_default());
        let mut tokens = embedded_tokens(fields.subject.unwrap_or_default());
        tokens.extend(embedded_tokens(fields.text));
        tokens.dedup();
        Self {
            in_reply_to: fields.in_reply_to.map(ids::parse).unwrap_or_default(),
            references: fields.references.map(ids::parse).unwrap_or_default(),
            subject_base: read.base,
            is_reply: read.replies > 0,
            is_forward: read.forwards > 0,
            thread_index: fields.thread_index.and_then(ThreadIndex::read),
            thread_topic: fields.thread_topic.map(str::to_owned),
            tagged_recipients: recipients
                .filter_map(|p| p.address.clone())
                .filter(|a| a.tag().is_some_and(|t| !t.is_empty()))
                .collect(),
            embedded_tokens: tokens,
        }
    }

    /// All identifiers that may be this mail's ancestors, the nearest first, in the form they are
    /// looked up by.
    pub fn ancestors(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for id in self.in_reply_to.iter().chain(self.references.iter().rev()) {
            let id = claimed_form(id);
            if !found.contains(&id) {
                found.push(id);
            }
        }
        found
    }
}

/// The one form under which an identifier is claimed and looked up. SES overwrites `Message-ID` with
/// `<id@region.amazonses.com>` (`@email.amazonses.com` in us-east-1) while its API gives the bare
/// id (AWS: Amazon SES header fields), so of these the region is left out. Everything else is
/// compared octet by octet (RFC 5322 section 3.6.4).
pub fn claimed_form(id: &str) -> String {
    match id.rsplit_once('@') {
        Some((bare, domain)) if !bare.is_empty() && is_of_ses(domain) => id_of_ses(bare),
        Some(_) | None => id.to_owned(),
    }
}

/// The form under which the identifier that SES gives a mail is claimed, from the id that its API
/// answered (B5).
pub fn id_of_ses(provider_id: &str) -> String {
    format!("{provider_id}@amazonses.com")
}

/// `amazonses.com`, and one label before it.
fn is_of_ses(domain: &str) -> bool {
    let domain = domain.to_ascii_lowercase();
    let region = domain.strip_suffix("amazonses.com");
    region.is_some_and(|r| {
        r.is_empty() || (r.ends_with('.') && !r.trim_end_matches('.').contains('.'))
    })
}

impl ThreadIndex {
    /// Reads the field's base64; None where it is too short to be one.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = crate::mime::transfer::base64(text.as_bytes()).bytes;
        let conversation = crate::parsed_mail::hex(bytes.get(..22)?);
        Some(Self { conversation, depth: (bytes.len() - 22) / 5 })
    }
}

/// Octets of a text that are searched for tokens.
const TOKEN_TEXT_OCTETS_MAX: usize = 1024 * 1024;
/// Most tokens kept.
const TOKENS_MAX: usize = 20;

/// `[ref:TOKEN]` and `ref:TOKEN:ref`, as help desks and CRMs write into the text they send.
fn embedded_tokens(text: &str) -> Vec<String> {
    let mut end = text.len().min(TOKEN_TEXT_OCTETS_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = text.get(..end).unwrap_or_default();
    let mut found = Vec::new();
    for at in memchr::memmem::find_iter(text.as_bytes(), b"ref:") {
        let rest = text.get(at + 4..).unwrap_or_default();
        let token: String = rest
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || "._-+=/".contains(*c))
            .collect();
        let after = rest.get(token.len()..).unwrap_or_default();
        let closed = after.starts_with(']') || after.starts_with(":ref");
        if closed && token.len() >= 8 && !found.contains(&token) {
            found.push(token);
            if found.len() >= TOKENS_MAX {
                break;
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clues_are_collected() {
        let to = Party {
            name: None,
            address: EmailAddress::parse("reply+k7f3@example.com").ok(),
            raw: String::new(),
            bracketed: true,
        };
        let fields = ClueFields {
            in_reply_to: Some("<b@example.com>"),
            references: Some("<a@example.com>\n <b@example.com>"),
            subject: Some("Re: AW: Offer [ref:00D20abc.X1]"),
            text: "> see ref:00D20abc.X1:ref",
            ..ClueFields::default()
        };
        let clues = ThreadClues::collect(fields, [&to].into_iter());
        assert_eq!(clues.references, ["a@example.com", "b@example.com"]);
        assert_eq!(clues.ancestors(), ["b@example.com", "a@example.com"]);
        assert_eq!(clues.embedded_tokens, ["00D20abc.X1"]);
        assert_eq!(clues.tagged_recipients[0].tag(), Some("k7f3"));
        assert!(clues.is_reply && !clues.is_forward);
    }

    #[test]
    fn an_id_rewritten_by_ses_has_one_form_whatever_the_region() {
        let id = id_of_ses("0102abc-000000");
        for domain in ["eu-west-1.amazonses.com", "email.amazonses.com", "EMAIL.AmazonSES.com"] {
            assert_eq!(claimed_form(&format!("0102abc-000000@{domain}")), id);
        }
        for other in
            ["a@example.com", "a@notamazonses.com", "a@x.y.amazonses.com", "a", "@amazonses.com"]
        {
            assert_eq!(claimed_form(other), other);
        }
    }

    #[test]
    fn mails_of_an_outlook_conversation_share_their_index() {
        let first = ThreadIndex::read("AdLo5LdFwfABAgMEBQYHCAkKCwwNDg==").unwrap();
        let answer = ThreadIndex::read("AdLo5LdFwfABAgMEBQYHCAkKCwwNDgAAAAAB").unwrap();
        assert_eq!(first.conversation, answer.conversation);
        assert_eq!((first.depth, answer.depth), (0, 1));
        assert_eq!(ThreadIndex::read("AAAA"), None);
    }
}
