//! The mail that came back: its ids, and our own tokens in it.
//!
//! Whether a token is ours and true is not judged here: what is found is handed on as text, and
//! whoever holds the signing secret verifies it.

use domain::email_address::EmailAddress;
use serde::{Deserialize, Serialize};

use super::address_scan;
use super::header_fields::HeaderFields;

/// Tokens that are kept.
const TOKENS_MAX: usize = 16;
/// Recipients of the returned mail that are kept.
const RECIPIENTS_MAX: usize = 50;
/// Octets of an id or a token.
const TEXT_OCTETS_MAX: usize = 998;

/// What is known of the mail that came back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OriginalMail {
    /// Message-ID without its angle brackets.
    pub message_id: Option<String>,
    /// The id SES gave it (`mail.messageId`).
    pub ses_message_id: Option<String>,
    /// ENVID as we gave it (RFC 3461).
    pub envelope_id: Option<String>,
    /// List-Id.
    pub list_id: Option<String>,
    /// Feedback-ID.
    pub feedback_id: Option<String>,
    /// Who sent it.
    pub from: Option<EmailAddress>,
    /// To and Cc, or the destinations SES names.
    pub to: Vec<EmailAddress>,
    /// Texts that may be our tokens: plus tags of the addresses the report came to and the
    /// returned mail was sent from, and values of fields whose name starts with `X-Mailroom-`.
    pub tokens: Vec<String>,
}

impl OriginalMail {
    /// Takes what the returned mail's own header says; what is known already stays.
    pub fn read_header(&mut self, fields: &HeaderFields<'_>) {
        set_id(&mut self.message_id, fields.get("message-id").as_deref());
        set_text(&mut self.list_id, fields.get("list-id").as_deref());
        set_text(&mut self.feedback_id, fields.get("feedback-id").as_deref());
        let from = fields.get("from").or_else(|| fields.get("return-path"));
        if self.from.is_none() {
            self.from = from.as_deref().and_then(address_scan::find).map(|found| found.address);
        }
        for name in ["to", "cc", "x-original-to", "delivered-to"] {
            for value in fields.all(name) {
                let room = RECIPIENTS_MAX.saturating_sub(self.to.len());
                self.to.extend(address_scan::find_all(&value, room).into_iter().map(|f| f.address));
            }
            if !self.to.is_empty() {
                break;
            }
        }
        for name in ["return-path", "from", "reply-to", "sender", "errors-to"] {
            for value in fields.all(name) {
                self.read_tags(&value);
            }
        }
        for (name, value) in fields.iter() {
            let ours = name.get(..11).is_some_and(|n| n.eq_ignore_ascii_case(b"x-mailroom-"));
            if ours {
                self.token(&value);
            }
        }
    }

    /// Takes the plus tags of the addresses in `value`.
    pub fn read_tags(&mut self, value: &str) {
        for found in address_scan::find_all(value, TOKENS_MAX) {
            if let Some(tag) = found.address.tag() {
                self.token(tag);
            }
        }
    }

    /// Takes the Message-ID out of `value`, unless one is known.
    pub fn read_message_id(&mut self, value: &str) {
        set_id(&mut self.message_id, Some(value));
    }

    fn token(&mut self, text: &str) {
        let text = text.trim();
        let fits = !text.is_empty() && text.len() <= TEXT_OCTETS_MAX;
        if fits && self.tokens.len() < TOKENS_MAX && !self.tokens.iter().any(|t| t == text) {
            self.tokens.push(text.to_owned());
        }
    }
}

fn set_text(slot: &mut Option<String>, value: Option<&str>) {
    if slot.is_none() {
        let value = value.map(str::trim).filter(|v| !v.is_empty() && v.len() <= TEXT_OCTETS_MAX);
        *slot = value.map(str::to_owned);
    }
}

fn set_id(slot: &mut Option<String>, value: Option<&str>) {
    let inside = value.and_then(|v| {
        let (_, after) = v.split_once('<')?;
        let (id, _) = after.split_once('>')?;
        Some(id)
    });
    set_text(slot, inside);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_tokens_of_the_returned_mail_are_kept() {
        let mail = b"Return-Path: <reply+abc123@crm.example>\nMessage-ID: <m1@crm.example>\n\
            From: Sales <sales@crm.example>\nTo: anna@example.com, bert@example.org\n\
            X-Mailroom-Campaign: k7\nFeedback-ID: f1\n\n";
        let (fields, _) = HeaderFields::split(mail);
        let mut original = OriginalMail::default();
        original.read_header(&fields);
        assert_eq!(original.message_id.as_deref(), Some("m1@crm.example"));
        assert_eq!(original.feedback_id.as_deref(), Some("f1"));
        assert_eq!(original.tokens, ["abc123", "k7"]);
        assert_eq!(original.to.len(), 2);
        assert_eq!(original.from.unwrap().normal(), "sales@crm.example");
    }
}
