//! Whether the sender of a mail to an address that does not exist may be told so (B7, B10).

use std::time::Duration;

use domain::email_address::EmailAddress;
use domain::ids::TenantId;
use domain::intake::Intake;
use domain::timestamp::Timestamp;
use mail::parsed_mail::ParsedMail;

use super::gates;
use crate::answer_unknown_address::UnknownAddress;

/// Later than this, a person retries: his sender got his answer, or does not wait for it any more.
const ANSWERED_WITHIN: Duration = Duration::from_secs(86_400);

/// The sender, if he may be answered. He is not:
/// - where no receipt tells for whom the mail was: other writers bring old mail too;
/// - where a program sent the mail, or the return path is null (RFC 3834 section 2);
/// - where it is bad, or nothing shows that who is named as the sender sent it: the answer would be
///   the unwanted mail of a stranger.
pub(super) fn of(
    intake: &Intake,
    mail: &ParsedMail,
    tenant: TenantId,
    unknown: &[EmailAddress],
    now: Timestamp,
) -> Option<UnknownAddress> {
    let verdicts = gates::verdicts(intake.verdicts.clone(), mail);
    let bad = ["spam", "virus", "dmarc"].into_iter().any(|name| gates::is(&verdicts, name, "fail"));
    let known = ["spf", "dkim", "dmarc"].into_iter().any(|name| gates::is(&verdicts, name, "pass"));
    let fresh = now < intake.announced_at.plus(ANSWERED_WITHIN);
    // Programs of Microsoft mark so also what a person wrote ([MS-OXCMAIL] section 2.1.3.2.18).
    let suppressed = mail
        .header("x-auto-response-suppress")
        .is_some_and(|value| !value.trim().eq_ignore_ascii_case("none"));
    if suppressed {
        return None;
    }
    if intake.recipients.is_empty() || mail.kind.forbids_auto_reply() || bad || !known || !fresh {
        return None;
    }
    Some(UnknownAddress {
        tenant,
        intake: intake.id,
        recipient: unknown.first()?.clone(),
        // Automatic answers go to the return path (RFC 3834 section 4).
        sender: EmailAddress::parse(mail.return_path.as_deref()?).ok()?,
        message_id: mail.message_id.clone(),
        subject: mail.subject.clone(),
    })
}
