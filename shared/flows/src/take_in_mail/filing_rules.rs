//! What the way a mail came in says about how it is filed.

use std::collections::{BTreeMap, BTreeSet};

use domain::contact::ContactKind;
use domain::ids::{ContactId, UserId};
use domain::message::{Direction, Wrapped};
use store::table::Write;

/// How a mail is filed. The default is a mail to a person's own mailbox.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct FilingRules {
    /// Its direction; none where the author's address decides.
    pub direction: Option<Direction>,
    /// Who gets a record if he has none.
    pub makes: Makes,
    /// What a made record begins as.
    pub made: MadeRecord,
    /// Known records that the way in does not look for: the mail is not linked to them.
    pub not_linked: BTreeSet<ContactId>,
    /// How it came within another mail.
    pub wrapped: Option<Wrapped>,
    /// What else is written when it is filed.
    pub with: Vec<Write>,
}

/// Who gets a record if he has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Makes {
    /// As the tenant's settings say.
    #[default]
    AsSettings,
    /// Nobody.
    Nobody,
    /// The author, whatever the settings say.
    Author,
    /// Everybody it was sent to, whatever the settings say.
    Recipients,
}

/// What a made record begins as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MadeRecord {
    /// Lead, contact or account.
    pub kind: ContactKind,
    /// Who looks after it.
    pub owner: Option<UserId>,
    /// Its first fields by name.
    pub fields: BTreeMap<String, String>,
}

impl Default for MadeRecord {
    fn default() -> Self {
        Self { kind: ContactKind::Contact, owner: None, fields: BTreeMap::new() }
    }
}
