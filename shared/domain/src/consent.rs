//! Consents: what somebody agreed to, or what else allows mail to him, with its proof (J2, J5).
//!
//! A consent is a fact. It is never changed, only withdrawn, and that once: what held at a moment can be
//! told at any later one. Being withdrawn does not block an address; a suppression does.

use serde::{Deserialize, Serialize};

use crate::ids::{ConsentId, ContactId, MessageId, UserId};
use crate::timestamp::Timestamp;

/// That mail for a purpose is allowed, since when, and by what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consent {
    /// Its id.
    pub id: ConsentId,
    /// The record, by the id under which it was written down.
    pub contact: ContactId,
    /// By which way one may come to the person.
    pub channel: ConsentChannel,
    /// What for: "newsletter", "order status".
    pub purpose: String,
    /// What makes it lawful.
    pub basis: LawfulBasis,
    /// How it was given.
    pub source: ConsentSource,
    /// What shows it.
    pub proof: ConsentProof,
    /// When it was given.
    pub given_at: Timestamp,
    /// When it was written down.
    pub recorded_at: Timestamp,
    /// Who wrote it down.
    pub recorded_by: UserId,
    /// That it holds no more.
    pub withdrawn: Option<Withdrawal>,
}

impl Consent {
    /// Whether it holds at a moment.
    pub fn holds_at(&self, moment: Timestamp) -> bool {
        self.given_at <= moment && self.withdrawn.as_ref().is_none_or(|w| moment < w.at)
    }
}

/// That a consent was withdrawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// Since when it holds no more.
    pub at: Timestamp,
    /// When that was written down.
    pub recorded_at: Timestamp,
    /// Who wrote it down.
    pub recorded_by: UserId,
    /// How the person said so, where that is known.
    pub note: Option<String>,
}

/// What shows that a consent was given: a text that the person agreed to, a mail, or where the paper is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentProof {
    /// The words that the person agreed to, or gave.
    Text(String),
    /// The mail in which he did.
    Message(MessageId),
    /// Where the proof is kept: a file number, a URL.
    Reference(String),
}

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name {
            $($(#[$each])* #[serde(rename = $text)] $variant,)*
        }

        impl $name {
            /// The names of all in the API.
            pub const NAMES: &'static [&'static str] = &[$($text,)*];
        }
    };
}

named! {
    /// By which way one may come to a person.
    ConsentChannel {
        /// By mail.
        Email = "email",
    }
}

named! {
    /// What makes it lawful to process somebody's data: the six of GDPR article 6 paragraph 1.
    LawfulBasis {
        /// The person agreed (a).
        Consent = "consent",
        /// A contract with the person needs it (b).
        Contract = "contract",
        /// A law demands it (c).
        LegalObligation = "legal_obligation",
        /// It protects somebody's life (d).
        VitalInterests = "vital_interests",
        /// A public task needs it (e).
        PublicTask = "public_task",
        /// Interests of ours that the person's do not outweigh (f).
        LegitimateInterests = "legitimate_interests",
    }
}

named! {
    /// How a consent was given. Lists that were bought or harvested are none of these (S4.13).
    ConsentSource {
        /// In a form on a web page.
        WebForm = "web_form",
        /// By mail.
        Mail = "mail",
        /// On the telephone.
        Phone = "phone",
        /// Face to face.
        InPerson = "in_person",
        /// On paper.
        Paper = "paper",
        /// To another system, from which it was taken over.
        OtherSystem = "other_system",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_consent_holds_from_when_it_was_given_until_it_is_withdrawn() {
        let at = Timestamp::from_seconds;
        let mut consent = Consent {
            id: ConsentId::from_bits(1),
            contact: ContactId::from_bits(1),
            channel: ConsentChannel::Email,
            purpose: "newsletter".to_owned(),
            basis: LawfulBasis::Consent,
            source: ConsentSource::WebForm,
            proof: ConsentProof::Text("Yes, please.".to_owned()),
            given_at: at(100),
            recorded_at: at(200),
            recorded_by: UserId::from_bits(1),
            withdrawn: None,
        };
        let holds = |consent: &Consent| [99, 100, 299, 300].map(|s| consent.holds_at(at(s)));
        assert_eq!(holds(&consent), [false, true, true, true]);
        let by = UserId::from_bits(1);
        consent.withdrawn =
            Some(Withdrawal { at: at(300), recorded_at: at(300), recorded_by: by, note: None });
        assert_eq!(holds(&consent), [false, true, true, false]);
    }

    #[test]
    fn the_names_of_the_document_are_those_of_the_records() {
        for name in LawfulBasis::NAMES {
            let basis: LawfulBasis = serde_json::from_value((*name).into()).unwrap();
            assert_eq!(serde_json::to_value(basis).unwrap(), *name);
        }
        assert_eq!(LawfulBasis::NAMES.len(), 6);
        assert!(serde_json::from_str::<ConsentSource>("\"bought\"").is_err());
    }
}
