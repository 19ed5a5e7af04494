//! Keys of calendar mails, of answers to invitations, and of calendar feeds.

use domain::ids::{InvitationId, TenantId, UserId};
use domain::meeting::{CalendarMail, CalendarMethod};

use super::{ItemKeys, crm, only};

/// A calendar mail as one user got it. Invitations stand in two lists: index 1 lists the user's by
/// receipt, index 2 by the month in which they begin; what recurs stands in a list of its own, by its
/// end. `begins` is that month or none for what recurs, and the time that sorts it.
pub fn calendar_mail(
    tenant: TenantId,
    mail: &CalendarMail,
    begins: Option<(Option<String>, String)>,
) -> ItemKeys {
    let (user, message) = (mail.user, mail.message);
    let invites = mail.method == CalendarMethod::Request;
    let by_receipt = (invitations_of(tenant, user), format!("{}#{message}", mail.received_at));
    let by_time = begins.map(|(month, at)| {
        (meetings_of(tenant, user, month.as_deref()), format!("{at}#{message}"))
    });
    ItemKeys {
        key: crm(
            invitation_partition(tenant, mail.invitation),
            format!("{CALENDAR_MAIL}{message}"),
        ),
        gsi1: invites.then_some(by_receipt),
        gsi2: by_time.filter(|_| invites),
    }
}

/// Partition of an invitation: the calendar mails about it and the user's answer.
pub fn invitation_partition(tenant: TenantId, invitation: InvitationId) -> String {
    format!("TENANT#{tenant}#INVITATION#{invitation}")
}

/// What sort keys of calendar mails start with.
pub const CALENDAR_MAIL: &str = "MAIL#";

/// Index partition of the invitations that a user got.
pub fn invitations_of(tenant: TenantId, user: UserId) -> String {
    format!("TENANT#{tenant}#USER#{user}#INVITATIONS")
}

/// Index partition of the meetings of a user that begin in a month (`yyyymm`), or that recur.
pub fn meetings_of(tenant: TenantId, user: UserId, month: Option<&str>) -> String {
    format!("TENANT#{tenant}#USER#{user}#MEETINGS#{}", month.unwrap_or("RECURRING"))
}

/// A user's answer to an invitation.
pub fn invitation_answer(tenant: TenantId, invitation: InvitationId) -> ItemKeys {
    only(crm(invitation_partition(tenant, invitation), "ANSWER"))
}

/// A user's calendar feed: which secret opens it now.
pub fn calendar_feed(tenant: TenantId, user: UserId) -> ItemKeys {
    only(crm(format!("TENANT#{tenant}#USER#{user}"), "CALENDAR_FEED"))
}

/// What a feed's secret leads to, found before the tenant is known. `secret_hash` is the keyed hash of
/// the secret.
pub fn calendar_secret(secret_hash: &str) -> ItemKeys {
    only(crm(format!("CALENDAR#{secret_hash}"), "CALENDAR"))
}
