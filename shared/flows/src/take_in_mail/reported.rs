//! Whom a mail about mail we sent names, and what it says of them: for the person who reads the intake.

use domain::intake::ReportedRecipient;
use domain::limits::REPORTED_RECIPIENTS_SHOWN_MAX;
use mail::bounce::report::{BounceReport, Decoded};

/// The first of them.
pub(super) fn recipients(decoded: &Decoded) -> Vec<ReportedRecipient> {
    let named = decoded.reports.iter().filter_map(recipient);
    named.take(REPORTED_RECIPIENTS_SHOWN_MAX).collect()
}

fn recipient(report: &BounceReport) -> Option<ReportedRecipient> {
    Some(ReportedRecipient {
        address: report.recipient()?.clone(),
        category: report.verdict.and_then(|verdict| verdict.category),
        reason: report.verdict.map(|verdict| verdict.reason),
        permanence: report.verdict.and_then(|verdict| verdict.permanence),
        status: report.status.map(|status| status.to_string()),
    })
}
