//! What the caller is told without having asked.

use axum::extract::State;
use domain::email_address::EmailAddress;
use domain::ids::{ContactId, IntakeId, NoticeId};
use domain::notice::{Matter, Notice};
use domain::permission::{ReadNotices, Scope, WriteNotices};
use domain::timestamp::Timestamp;
use flows::confirm_notice;
use flows::read_notices as flow;
use http::StatusCode;
use serde::Serialize;
use store::notices::Mark;
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
pub struct NoticeView {
    /// Its id.
    #[schema(schema_with = schemas::notice_id)]
    pub id: NoticeId,
    /// `complaint`, `domain_refuses`, `unsubscribe_asked`, `dropbox_refused` or
    /// `forwarding_confirmation`.
    pub kind: &'static str,
    /// Whether the caller alone is told, or all administrators.
    pub to_administrators: bool,
    /// What happened, in one sentence.
    pub subject: &'static str,
    /// Why: the kind of a complaint, the category of the refusals, the code of the quarantine; null where
    /// none is known.
    #[schema(required)]
    pub reason: Option<String>,
    /// What to do.
    pub hint: &'static str,
    /// The record it is about; null where there is none.
    #[schema(value_type = Option<String>, required)]
    pub contact: Option<ContactId>,
    /// The raw mail it is about; null where it is about none that came in.
    #[schema(value_type = Option<String>, required)]
    pub intake: Option<IntakeId>,
    /// The domain that refuses; null for other notices.
    #[schema(required)]
    pub domain: Option<String>,
    /// Who asks to be unsubscribed; null for other notices.
    #[schema(value_type = Option<String>, required)]
    pub address: Option<EmailAddress>,
    /// The code that Gmail asks for; null where there is none.
    #[schema(required)]
    pub code: Option<String>,
    /// The link that Gmail asks to open; null where there is none. Nothing of ours ever opens it.
    #[schema(required)]
    pub link: Option<String>,
    /// When it happened.
    #[schema(schema_with = schemas::moment)]
    pub created_at: Timestamp,
    /// When it was marked as read; null until then.
    #[schema(value_type = Option<String>, required)]
    pub read_at: Option<Timestamp>,
}

impl From<Notice> for NoticeView {
    fn from(notice: Notice) -> Self {
        let mut view = Self {
            id: notice.id,
            kind: notice.matter.name(),
            to_administrators: notice.owner.is_none(),
            subject: notice.matter.subject(),
            reason: notice.matter.reason().map(str::to_owned),
            hint: notice.matter.hint(),
            contact: None,
            intake: None,
            domain: None,
            address: None,
            code: None,
            link: None,
            created_at: notice.created_at,
            read_at: notice.read_at,
        };
        match notice.matter {
            Matter::Complaint { contact, .. } => view.contact = contact,
            Matter::DomainRefuses { domain, .. } => view.domain = Some(domain),
            Matter::UnsubscribeAsked { address, contact, intake } => {
                (view.address, view.contact, view.intake) = (Some(address), contact, Some(intake));
            }
            Matter::DropboxRefused { intake, .. } => view.intake = Some(intake),
            Matter::ForwardingConfirmation { intake, code, link } => {
                (view.intake, view.code, view.link) = (Some(intake), code, link);
            }
        }
        view
    }
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const ALL: &str = "/v1/notices";
    const READ: &str = "/v1/notices/{id}/read";
    const DISMISS: &str = "/v1/notices/{id}/dismiss";
    const CONFIRM: &str = "/v1/notices/{id}/confirm";
    let confirms = "Unsubscribes who asks for it by mail, and puts the notice away.";
    let lists = "What one is told, and an administrator for all of them, newest first, until it is put \
                 away.";
    vec![
        Endpoint::get(ALL, "list_notices", lists, list)
            .needs(Scope::ReadNotices)
            .lists::<NoticeView>(),
        Endpoint::post(READ, "read_notice", "Marks a notice as read.", read)
            .needs(Scope::WriteNotices)
            .with_status(StatusCode::NO_CONTENT),
        Endpoint::post(DISMISS, "dismiss_notice", "Puts a notice away.", dismiss)
            .needs(Scope::WriteNotices)
            .with_status(StatusCode::NO_CONTENT),
        Endpoint::post(CONFIRM, "confirm_notice", confirms, confirm)
            .needs(Scope::WriteNotices)
            .with_status(StatusCode::NO_CONTENT),
    ]
}

async fn list(
    State(app): State<App>,
    call: Call<ReadNotices>,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let (wish, seal) = query.open_whole(&app, &call.allowed)?;
    page(flow::list(&app.records, &call.allowed, wish).await?, &seal, NoticeView::from)
}

async fn read(
    State(app): State<App>,
    call: Call<WriteNotices>,
    path: PathWords,
) -> Result<StatusCode, ApiError> {
    flow::mark(&app.records, &call.allowed, path.get("id")?, Mark::Read).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn dismiss(
    State(app): State<App>,
    call: Call<WriteNotices>,
    path: PathWords,
) -> Result<StatusCode, ApiError> {
    flow::mark(&app.records, &call.allowed, path.get("id")?, Mark::Dismissed).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn confirm(
    State(app): State<App>,
    call: Call<WriteNotices>,
    path: PathWords,
) -> Result<StatusCode, ApiError> {
    confirm_notice::confirm(&app.records, &call.allowed, call.request, path.get("id")?).await?;
    Ok(StatusCode::NO_CONTENT)
}
