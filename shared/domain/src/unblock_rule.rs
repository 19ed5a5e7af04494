//! Which blocks people may lift, and how (S4.8, Z12, H6).

use crate::bounce::Permanence;
use crate::bounce_category::BounceCategory;
use crate::limits::LIFTS_MAX;
use crate::refusal::{RefusalCode, Refused};
use crate::suppression::{Suppression, SuppressionCause};

/// How many people want to lift a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LiftedBy {
    /// One, who says that the cause is resolved.
    OnePerson,
    /// Two administrators, one of whom opened a request that the other confirms.
    TwoAdministrators,
}

/// Whether a block that stands may be lifted.
///
/// # Errors
/// `recipients_wish`, `block_permanent` or `lifts_exhausted`, each with the way that is left.
pub fn may_lift(block: &Suppression, by: LiftedBy) -> Result<(), Refused> {
    match block.cause {
        SuppressionCause::Complaint => {
            let hint = "the recipient complained: only he can ask for mail again, by subscribing \
                        and confirming it himself";
            return Err(Refused::new(RefusalCode::RecipientsWish, hint));
        }
        SuppressionCause::Unsubscribed => {
            let hint = "the recipient unsubscribed: only he can subscribe again";
            return Err(Refused::new(RefusalCode::RecipientsWish, hint));
        }
        SuppressionCause::Legal => {
            let hint = "the block is a legal demand: it ends when the demand is withdrawn, \
                        through the operator of the stack";
            return Err(Refused::new(RefusalCode::RecipientsWish, hint));
        }
        // A decision of our people is theirs to take back, however long it was meant to last.
        SuppressionCause::Manual => return Ok(()),
        SuppressionCause::Bounce
        | SuppressionCause::ProviderList
        | SuppressionCause::DomainIncident => {}
    }
    if block.permanence == Permanence::Permanent && by == LiftedBy::OnePerson {
        let hint = "an administrator opens a request at /v1/unblock_requests with the reason, and \
                    a second administrator confirms it";
        return Err(Refused::new(RefusalCode::BlockPermanent, hint));
    }
    if block.lifts >= LIFTS_MAX {
        let hint = "mail to this address comes back again and again: ask the recipient for another \
                    address";
        return Err(Refused::new(RefusalCode::LiftsExhausted, hint).with_limit(LIFTS_MAX));
    }
    Ok(())
}

/// Whether the provider's own suppression list may have the address of the block. SES puts
/// addresses on it for hard bounces and complaints, never for what is temporary.
/// See "Using the Amazon SES account-level suppression list" of the SES guide.
pub fn provider_may_list(block: &Suppression) -> bool {
    block.address_hash.is_some()
        && (block.cause == SuppressionCause::ProviderList
            || (block.cause == SuppressionCause::Bounce
                && block.permanence == Permanence::Permanent)
            || block.category == Some(BounceCategory::BadMailbox))
}
