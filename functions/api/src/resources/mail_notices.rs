//! What the caller is told about mail that came for him.

use axum::extract::State;
use domain::ids::{IntakeId, MailNoticeId};
use domain::mail_notice::{MailNotice, What};
use domain::permission::{ReadMailNotices, Scope, WriteMailNotices};
use domain::timestamp::Timestamp;
use flows::read_mail_notices as flow;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::app::App;
use crate::asked::PathWords;
use crate::auth::Call;
use crate::endpoint::Endpoint;
use crate::pages::{ListQuery, page};
use crate::problem::ApiError;
use crate::schemas;

/// Something that the caller is told.
#[derive(Serialize, ToSchema)]
pub struct MailNoticeView {
    /// Its id.
    #[schema(schema_with = schemas::mail_notice_id)]
    pub id: MailNoticeId,
    /// `dropbox_refused`: mail to the dropbox waits in quarantine; `forwarding_confirmation`: Gmail asks
    /// whether it may forward.
    pub kind: &'static str,
    /// Why the dropbox refused the mail; null for other notices.
    #[schema(required)]
    pub reason: Option<String>,
    /// The code that Gmail asks for; null where there is none.
    #[schema(required)]
    pub code: Option<String>,
    /// The link that Gmail asks to open; null where there is none. Nothing of ours ever opens it.
    #[schema(required)]
    pub link: Option<String>,
    /// The raw mail it is about.
    #[schema(schema_with = schemas::intake_id)]
    pub intake: IntakeId,
    /// When that came.
    #[schema(schema_with = schemas::moment)]
    pub created_at: Timestamp,
}

impl From<MailNotice> for MailNoticeView {
    fn from(notice: MailNotice) -> Self {
        let kind = notice.what.name();
        let (reason, code, link) = match notice.what {
            What::DropboxRefused { reason } => (Some(reason), None, None),
            What::ForwardingConfirmation { code, link } => (None, code, link),
        };
        let (id, intake, created_at) = (notice.id, notice.intake, notice.created_at);
        Self { id, kind, reason, code, link, intake, created_at }
    }
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const ALL: &str = "/v1/mail_notices";
    const DISMISS: &str = "/v1/mail_notices/{id}/dismiss";
    let lists = "What one is told about mail that came, newest first.";
    vec![
        Endpoint::get(ALL, "list_mail_notices", lists, list)
            .needs(Scope::ReadMailNotices)
            .lists::<MailNoticeView>(),
        Endpoint::post(DISMISS, "dismiss_mail_notice", "Puts a notice away.", dismiss)
            .needs(Scope::WriteMailNotices)
            .with_status(StatusCode::NO_CONTENT),
    ]
}

async fn list(
    State(app): State<App>,
    call: Call<ReadMailNotices>,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let (wish, seal) = query.open_whole(&app, &call.allowed)?;
    page(flow::list(&app.records, &call.allowed, wish).await?, &seal, MailNoticeView::from)
}

async fn dismiss(
    State(app): State<App>,
    call: Call<WriteMailNotices>,
    path: PathWords,
) -> Result<StatusCode, ApiError> {
    flow::dismiss(&app.records, &call.allowed, path.get("id")?).await?;
    Ok(StatusCode::NO_CONTENT)
}
