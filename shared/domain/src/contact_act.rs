//! Conversions and merges of records: what they change, and how they are undone (J2).
//!
//! What hangs on a record (mail, groups, addresses) is not moved by any of them: a conversion keeps the
//! id, and a merge leaves everything with the id it hangs on, which then leads to the survivor.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::contact::{Contact, ContactKind, Conversion};
use crate::email_address::EmailAddress;
use crate::ids::{ContactId, UserId};
use crate::refusal::{RefusalCode, Refused};
use crate::timestamp::Timestamp;

/// Something that was done to a record, with all that is needed to undo it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// The record: of a merge the survivor.
    pub contact: ContactId,
    /// The revision that it gave the record.
    pub rev: u64,
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub by: UserId,
    /// Which request did it, however often it was sent.
    pub origin: String,
    /// What was done.
    pub what: Deed,
    /// The record as it was.
    pub before: Contact,
}

/// What is done to a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// A lead became a contact.
    Converted {
        /// The account it belongs to since.
        account: Option<ContactId>,
        /// Whether that account was made for it.
        account_made: bool,
    },
    /// Another record was merged into it.
    Merged {
        /// The other one.
        other: ContactId,
        /// What was taken of the other one although this one had a value.
        take: BTreeSet<Part>,
    },
}

/// A part of a record that is chosen in a merge.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// What people call it.
    Name,
    /// Its kind.
    Kind,
    /// Whose addresses come first.
    Addresses,
    /// Who looks after it.
    Owner,
    /// The account it belongs to.
    Account,
    /// How it came to be; the other source is kept beside it.
    Source,
    /// The value of a field.
    Field(String),
}

impl Part {
    /// The part of that name: a member of a record, or `fields.<name>`.
    ///
    /// # Errors
    /// `field_invalid`, naming `path`.
    pub fn of(path: &str, name: &str) -> Result<Self, Refused> {
        match name {
            "name" => Ok(Self::Name),
            "kind" => Ok(Self::Kind),
            "addresses" => Ok(Self::Addresses),
            "owner" => Ok(Self::Owner),
            "account" => Ok(Self::Account),
            "source" => Ok(Self::Source),
            other => match other.strip_prefix("fields.") {
                Some(field) => Ok(Self::Field(field.to_owned())),
                None => {
                    let hint =
                        "take name, kind, addresses, owner, account, source or fields.<name>";
                    Err(Refused::field(RefusalCode::FieldInvalid, path, hint))
                }
            },
        }
    }
}

/// A lead after its conversion.
pub fn converted(lead: &Contact, account: Option<ContactId>, at: Timestamp) -> Contact {
    Contact {
        kind: ContactKind::Contact,
        account: account.or(lead.account),
        converted: Some(Conversion { from: lead.kind, at }),
        ..lead.clone()
    }
}

/// The survivor after a merge: its own values, those of the other one where it has none or where they
/// are taken, and the addresses of both.
pub fn merged(survivor: &Contact, other: &Contact, take: &BTreeSet<Part>) -> Contact {
    let mut after = survivor.clone();
    let taken = |part: Part| take.contains(&part);
    if taken(Part::Name) {
        after.name.clone_from(&other.name);
    }
    if taken(Part::Kind) {
        after.kind = other.kind;
    }
    if taken(Part::Owner) || after.owner.is_none() {
        after.owner = other.owner;
    }
    if taken(Part::Account) || after.account.is_none() {
        after.account = other.account;
    }
    let mut source = other.source;
    if taken(Part::Source) {
        std::mem::swap(&mut source, &mut after.source);
    }
    after.merged_sources.push(source);
    after.merged_sources.extend(other.merged_sources.iter().copied());
    for (name, value) in &other.fields {
        if taken(Part::Field(name.clone())) || !after.fields.contains_key(name) {
            after.fields.insert(name.clone(), value.clone());
        }
    }
    let (first, second) = if taken(Part::Addresses) {
        (&other.addresses, &survivor.addresses)
    } else {
        (&survivor.addresses, &other.addresses)
    };
    after.addresses = first.clone();
    after.addresses.extend(second.iter().filter(|a| !first.contains(a)).cloned());
    after.merged.extend(other.identities());
    after
}

/// A record after something that was done to it is undone: what has not been changed since is as it
/// was before, what has been changed since stays. `after` is what was done made of it; `gone` are the
/// addresses that are another record's from now on.
pub fn undone(
    now: &Contact,
    before: &Contact,
    after: &Contact,
    gone: &BTreeSet<EmailAddress>,
) -> Contact {
    fn back<T: PartialEq + Clone>(now: &T, before: &T, after: &T) -> T {
        if now == after { before.clone() } else { now.clone() }
    }
    let mut fields = now.fields.clone();
    for name in before.fields.keys().chain(after.fields.keys()) {
        if now.fields.get(name) == after.fields.get(name) {
            match before.fields.get(name) {
                Some(value) => fields.insert(name.clone(), value.clone()),
                None => fields.remove(name),
            };
        }
    }
    let mut addresses = back(&now.addresses, &before.addresses, &after.addresses);
    addresses.retain(|address| !gone.contains(address));
    Contact {
        kind: back(&now.kind, &before.kind, &after.kind),
        name: back(&now.name, &before.name, &after.name),
        addresses,
        owner: back(&now.owner, &before.owner, &after.owner),
        account: back(&now.account, &before.account, &after.account),
        fields,
        // These change by what is done to records alone, and the last is undone first.
        source: before.source,
        merged_sources: before.merged_sources.clone(),
        converted: before.converted.clone(),
        merged: before.merged.clone(),
        ..now.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contact::ContactSource;
    use crate::field_value::FieldValue;
    use crate::ids::MessageId;

    fn text(text: &str) -> FieldValue {
        FieldValue::Text(text.to_owned())
    }

    fn contact(number: u128, name: &str, addresses: &[&str]) -> Contact {
        let at = Timestamp::from_seconds(1_000);
        let id = ContactId::from_parts(at, number);
        let source = ContactSource::Mail(MessageId::from_bits(number));
        let mut contact = Contact::new(id, ContactKind::Contact, name.to_owned(), source, at);
        contact.addresses = addresses.iter().map(|a| EmailAddress::parse(a).unwrap()).collect();
        contact
    }

    fn both() -> (Contact, Contact) {
        let mut one = contact(1, "Lena", &["lena@harbour.example"]);
        one.fields.insert("phone".to_owned(), text("1"));
        let mut two = contact(2, "L. Harbour", &["l@pier.example"]);
        two.fields.insert("phone".to_owned(), text("2"));
        two.fields.insert("title".to_owned(), text("Pilot"));
        two.owner = Some(UserId::from_bits(9));
        (one, two)
    }

    #[test]
    fn the_survivor_keeps_its_values_unless_others_are_taken() {
        let (one, two) = both();
        let plain = merged(&one, &two, &BTreeSet::new());
        assert_eq!((plain.name.as_str(), plain.owner), ("Lena", two.owner));
        assert_eq!((&plain.fields["phone"], &plain.fields["title"]), (&text("1"), &text("Pilot")));
        assert_eq!(plain.addresses, [one.addresses.clone(), two.addresses.clone()].concat());
        assert_eq!((plain.merged, plain.source), (vec![two.id], one.source));
        assert_eq!(plain.merged_sources, std::slice::from_ref(&two.source));
        let take = ["name", "addresses", "source", "fields.phone"];
        let take = take.iter().map(|name| Part::of("take", name).unwrap()).collect();
        let taken = merged(&one, &two, &take);
        assert_eq!((taken.name.as_str(), &taken.fields["phone"]), ("L. Harbour", &text("2")));
        assert_eq!(taken.addresses, [two.addresses.clone(), one.addresses.clone()].concat());
        assert_eq!((taken.source, taken.merged_sources), (two.source, vec![one.source]));
        assert!(Part::of("take[0]", "rev").is_err());
    }

    #[test]
    fn undoing_restores_what_nobody_changed_since() {
        let (one, two) = both();
        let take = BTreeSet::from([Part::Name, Part::Field("phone".to_owned())]);
        let after = merged(&one, &two, &take);
        let gone: BTreeSet<_> = two.addresses.iter().cloned().collect();
        assert_eq!(undone(&after, &one, &after, &gone), one);
        let mut now = after.clone();
        now.name = "Lena Harbour".to_owned();
        now.fields.insert("title".to_owned(), text("Captain"));
        now.addresses.push(EmailAddress::parse("new@harbour.example").unwrap());
        let back = undone(&now, &one, &after, &gone);
        assert_eq!((back.name.as_str(), &back.fields["phone"]), ("Lena Harbour", &text("1")));
        assert_eq!((&back.fields["title"], back.owner), (&text("Captain"), None));
        assert_eq!(back.addresses.len(), 2, "its own, and the one it got since");
        assert!(back.merged.is_empty());
    }

    #[test]
    fn undoing_a_conversion_gives_the_lead_back() {
        let lead = Contact { kind: ContactKind::Lead, ..contact(1, "Lena", &[]) };
        let account = Some(ContactId::from_bits(7));
        let after = converted(&lead, account, Timestamp::from_seconds(9));
        assert_eq!((after.kind, after.account), (ContactKind::Contact, account));
        assert_eq!(undone(&after, &lead, &after, &BTreeSet::new()), lead);
    }
}
