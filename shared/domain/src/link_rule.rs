//! Standing rules: mail of an address always belongs to a record (B15).

use serde::{Deserialize, Serialize};

use crate::email_address::EmailAddress;
use crate::ids::{ContactId, LinkRuleId, UserId};
use crate::timestamp::Timestamp;

/// "Always link mails of this address to that record". It does not change whose the address is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkRule {
    /// Its id.
    pub id: LinkRuleId,
    /// Whoever a mail names with this address; there is one rule an address.
    pub address: EmailAddress,
    /// The record its mail is linked to.
    pub contact: ContactId,
    /// Who made the rule.
    pub made_by: UserId,
    /// When it was made.
    pub created_at: Timestamp,
    /// Revision: 1, for a rule is made and removed and never changed.
    pub rev: u64,
}
