//! Keys of hand-overs to the provider.

use domain::ids::{MessageId, TenantId};
use domain::send::SendPlace;

use super::{ItemKeys, delivery_table, only, sends_of};

/// The hand-over of one mail. It lies with the mail's recipients.
pub fn hand_over(tenant: TenantId, message: MessageId) -> ItemKeys {
    only(delivery_table(sends_of(tenant, &SendPlace::OneOff { message }), "HAND_OVER"))
}
