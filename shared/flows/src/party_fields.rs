//! What a mail says of somebody it names: his name, and from his signature or his card job, company,
//! phone and page (J8).

use std::collections::BTreeMap;
use std::panic::catch_unwind;

use domain::contact::PartyRole;
use domain::email_address::EmailAddress;
use domain::given_value::GivenValue;
use domain::limits::NAME_BYTES_MAX;
use domain::message::{Message, Party};
use mail::cards::{self, Card};
use mail::parsed_mail::{Attachment, ParsedMail};
use mail::reply_text::SegmentKind;
use mail::signature_fields;

use crate::cut;
use crate::error::FlowError;
use crate::ports::MailArchive;

/// What a mail says of somebody. Texts are as they stand in the mail: whoever keeps them judges them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PartyFields {
    /// What he is called.
    pub name: Option<String>,
    /// By the names of the standard modules' fields: `title`, `company`, `phone`, `site`.
    pub values: BTreeMap<&'static str, GivenValue>,
}

/// Reads it from the raw mail. A signature tells of the author alone; a card of whom it has the
/// address of, and goes before the signature. Where the raw mail is gone the display name is left.
///
/// # Errors
/// Faults of the archive.
pub(crate) async fn read(
    archive: &dyn MailArchive,
    message: &Message,
    party: &Party,
) -> Result<PartyFields, FlowError> {
    let parsed = match archive.read(&message.raw).await? {
        Some(octets) => catch_unwind(|| mail::parse::parse(&octets)).ok().and_then(Result::ok),
        None => None,
    };
    let mut found = PartyFields { name: party.name.clone(), values: BTreeMap::new() };
    let Some(parsed) = parsed else { return Ok(found) };
    if party.role == PartyRole::From {
        take_signature(&mut found, &parsed, &party.address);
    }
    if let Some(card) = card_of(&parsed, &party.address) {
        take_card(&mut found, card);
    }
    Ok(found)
}

fn take_signature(found: &mut PartyFields, parsed: &ParsedMail, author: &EmailAddress) {
    let text = parsed.body.split.text_of(&parsed.body.text, SegmentKind::Signature);
    let signature = signature_fields::read(&text);
    // A signature with other addresses alone is of somebody whose mail was passed on.
    if !signature.emails.is_empty() && !signature.emails.contains(author) {
        return;
    }
    found.name = found.name.take().or(signature.name);
    put(found, "title", signature.title);
    put(found, "company", signature.company);
    put(found, "phone", signature.phones.into_iter().next());
    put(found, "site", signature.site);
}

fn put(found: &mut PartyFields, name: &'static str, text: Option<String>) {
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        let text = cut::to_octets(&text, NAME_BYTES_MAX).to_owned();
        found.values.insert(name, GivenValue::Text(text));
    }
}

/// The first card with the address.
fn card_of(parsed: &ParsedMail, address: &EmailAddress) -> Option<Card> {
    let read = |file: &Attachment| cards::read(&String::from_utf8_lossy(&file.bytes));
    let files = parsed.attachments.iter().filter(|file| is_card(file));
    files.flat_map(read).find(|card| card.emails.contains(address))
}

fn is_card(file: &Attachment) -> bool {
    let typed = ["text/vcard", "text/x-vcard", "text/directory"];
    let named = file.file_name().is_some_and(|name| name.to_ascii_lowercase().ends_with(".vcf"));
    typed.contains(&file.media_type.as_str()) || named
}

fn take_card(found: &mut PartyFields, card: Card) {
    found.name = card.name.or_else(|| found.name.take());
    put(found, "title", card.title);
    put(found, "company", card.organization.into_iter().next());
    put(found, "phone", card.phones.into_iter().next());
    put(found, "site", card.urls.into_iter().next());
}
