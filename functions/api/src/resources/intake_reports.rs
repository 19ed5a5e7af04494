//! How it is shown what a mail told about mail we sent.

use domain::bounce::{BounceReason, Permanence};
use domain::bounce_category::BounceCategory;
use domain::email_address::EmailAddress;
use domain::intake::{MailReport, PassedOver, ReportedRecipient};
use serde::Serialize;
use utoipa::ToSchema;

/// What a mail told about mail we sent.
#[derive(Serialize, ToSchema)]
pub struct ReportView {
    /// `bounce`, `complaint`, `auto_reply`, `delivered`, `unsubscribe` or `unsubscribe_asked`.
    pub kind: &'static str,
    /// How many recipients' records it changed, or had changed before.
    pub applied: u64,
    /// How many recipients it names whom we did not write to in that mail.
    pub strangers: u64,
    /// Why nothing was changed: `not_ours` (it proves nothing), `strangers`, `no_recipient`; null where
    /// something was.
    #[schema(required)]
    pub passed_over: Option<&'static str>,
    /// What a person can make of that; null where something was changed.
    #[schema(required)]
    pub hint: Option<&'static str>,
    /// The first recipients that it names.
    pub recipients: Vec<ReportedView>,
    /// What was not in order with it, by code.
    pub flaws: Vec<String>,
}

/// What it says of a recipient.
#[derive(Serialize, ToSchema)]
pub struct ReportedView {
    /// Who.
    #[schema(value_type = String)]
    pub address: EmailAddress,
    /// The category; null of complaints and success.
    #[schema(required)]
    pub bounce_category: Option<&'static str>,
    /// Whether it came back for good; null of complaints and success.
    #[schema(required)]
    pub bounced_for_good: Option<bool>,
    /// Why, in the field's words; null where it does not tell.
    #[schema(required)]
    pub reason: Option<&'static str>,
    /// Enhanced status code (RFC 3463); null where it does not tell.
    #[schema(required)]
    pub status: Option<String>,
}

impl From<MailReport> for ReportView {
    fn from(report: MailReport) -> Self {
        Self {
            kind: report.sort.name(),
            applied: report.applied,
            strangers: report.strangers,
            passed_over: report.passed_over.map(PassedOver::name),
            hint: report.passed_over.map(PassedOver::hint),
            recipients: report.recipients.into_iter().map(ReportedView::from).collect(),
            flaws: report.flaws,
        }
    }
}

impl From<ReportedRecipient> for ReportedView {
    fn from(recipient: ReportedRecipient) -> Self {
        Self {
            bounce_category: recipient.category.map(BounceCategory::key),
            bounced_for_good: recipient.permanence.map(|it| it == Permanence::Permanent),
            reason: recipient.reason.map(BounceReason::name),
            status: recipient.status,
            address: recipient.address,
        }
    }
}
