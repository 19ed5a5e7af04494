//! What the reviews of blocks came to (H7).

use axum::extract::State;
use domain::block_review::{ReviewReport, ReviewedBlock};
use domain::day::Day;
use domain::permission::{ReadReports, Scope};
use domain::suppression_id::SuppressionId;
use flows::show_reviews;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::app::App;
use crate::auth::Call;
use crate::endpoint::Endpoint;
use crate::pages::{ListQuery, page};
use crate::problem::ApiError;

/// What the review of a day came to: blocks half a year old are looked at again.
#[derive(Serialize, ToSchema)]
pub struct ReviewView {
    /// The day, in UTC.
    #[schema(value_type = String)]
    pub day: Day,
    /// How many blocks were lifted.
    pub lifted_count: u64,
    /// How many were kept, to be looked at again half a year later.
    pub kept_count: u64,
    /// The first of those that were lifted.
    pub lifted: Vec<ReviewedBlockView>,
    /// The first of those that were kept.
    pub kept: Vec<ReviewedBlockView>,
}

/// A block that was looked at.
#[derive(Serialize, ToSchema)]
pub struct ReviewedBlockView {
    /// The block.
    #[schema(value_type = String)]
    pub id: SuppressionId,
    /// Its bounce category, like `temporary/mailbox full`; null where it came of no bounce.
    #[schema(required)]
    pub category: Option<&'static str>,
    /// Lifted: `ended`, `time_passed`, `authentication_passes`, `domain_takes_mail`. Kept:
    /// `authentication_fails`, `spf_fails`, `no_dmarc_policy`, `domain_takes_none`, `not_answered` (looked
    /// at again the next day), `not_checkable`, `never_lifted`.
    pub verdict: &'static str,
}

impl From<ReviewedBlock> for ReviewedBlockView {
    fn from(line: ReviewedBlock) -> Self {
        let category = line.category.map(|category| category.key());
        Self { id: line.block, category, verdict: line.verdict.name() }
    }
}

impl From<ReviewReport> for ReviewView {
    fn from(report: ReviewReport) -> Self {
        let views = |lines: Vec<ReviewedBlock>| lines.into_iter().map(Into::into).collect();
        Self {
            day: report.day,
            lifted_count: report.lifted_count,
            kept_count: report.kept_count,
            lifted: views(report.lifted),
            kept: views(report.kept),
        }
    }
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    let told = "What the reviews of blocks came to, a day each, the newest first.";
    vec![
        Endpoint::get("/v1/reports/reviews", "list_reviews", told, list)
            .needs(Scope::ReadReports)
            .lists::<ReviewView>(),
    ]
}

async fn list(
    State(app): State<App>,
    call: Call<ReadReports>,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let (wish, seal) = query.open_whole(&app, &call.allowed)?;
    let listed = show_reviews::list(&app.records, &call.allowed, wish).await?;
    page(listed, &seal, ReviewView::from)
}
