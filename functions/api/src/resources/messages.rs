//! Messages by themselves, with their whole new text and their files.

use axum::extract::State;
use domain::permission::{ReadMail, Scope};
use domain::timestamp::Timestamp;
use flows::show_message::{self, FileUrl, MessageWithText, NewText};
use serde::Serialize;
use utoipa::ToSchema;

use super::mail_views::MailView;
use super::sent_messages::SendView;
use crate::answer::Answer;
use crate::app::App;
use crate::asked::PathWords;
use crate::auth::Call;
use crate::endpoint::Endpoint;
use crate::problem::ApiError;
use crate::schemas;

/// A message with its text.
#[derive(Serialize, ToSchema)]
pub struct MessageView {
    /// The message.
    #[serde(flatten)]
    pub mail: MailView,
    /// What its writer wrote anew, without quotation and signature; null where the raw mail is gone.
    #[schema(required)]
    pub new_text: Option<String>,
    /// Whether the text is longer than an answer takes; the raw mail has all of it.
    pub new_text_is_cut: bool,
    /// What became of it for each recipient, where it was sent from here.
    pub sends: Vec<SendView>,
}

impl From<MessageWithText> for MessageView {
    fn from(MessageWithText { mail, text, sends }: MessageWithText) -> Self {
        let (new_text, new_text_is_cut) = match text {
            NewText::Whole(text) => (Some(text), false),
            NewText::Beginning(text) => (Some(text), true),
            NewText::Gone => (None, false),
        };
        let sends = sends.into_iter().map(SendView::from).collect();
        Self { mail: mail.into(), new_text, new_text_is_cut, sends }
    }
}

/// Where a file can be had for a short while.
#[derive(Serialize, ToSchema)]
pub struct FileUrlView {
    /// GET it without a key; whoever has the URL has the file.
    pub url: String,
    /// When it ends to work.
    #[schema(schema_with = schemas::moment)]
    pub expires_at: Timestamp,
}

impl From<FileUrl> for FileUrlView {
    fn from(FileUrl { url, expires_at }: FileUrl) -> Self {
        Self { url, expires_at }
    }
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const ONE: &str = "/v1/messages/{id}";
    const RAW: &str = "/v1/messages/{id}/raw";
    const ATTACHMENT: &str = "/v1/messages/{id}/attachments/{n}";
    let right = Scope::ReadMail;
    vec![
        Endpoint::get(ONE, "show_message", "A message with its whole new text.", show)
            .needs(right)
            .gives::<MessageView>(),
        Endpoint::get(RAW, "show_raw_message", "A short-lived URL of the raw mail.", raw)
            .needs(right)
            .gives::<FileUrlView>(),
        Endpoint::get(ATTACHMENT, "show_attachment", "A short-lived URL of a file.", attachment)
            .needs(right)
            .gives::<FileUrlView>(),
    ]
}

async fn show(
    State(app): State<App>,
    call: Call<ReadMail>,
    path: PathWords,
) -> Result<Answer, ApiError> {
    let (records, archive) = (&app.records, app.archive.as_ref());
    let id = path.get("id")?;
    let shown = show_message::show_message(records, archive, &call.allowed, id).await?;
    Answer::ok(&MessageView::from(shown))
}

async fn raw(
    State(app): State<App>,
    call: Call<ReadMail>,
    path: PathWords,
) -> Result<Answer, ApiError> {
    let (records, archive) = (&app.records, app.archive.as_ref());
    let url = show_message::raw_url(records, archive, &call.allowed, path.get("id")?).await?;
    Answer::ok(&FileUrlView::from(url))
}

async fn attachment(
    State(app): State<App>,
    call: Call<ReadMail>,
    path: PathWords,
) -> Result<Answer, ApiError> {
    let (records, archive) = (&app.records, app.archive.as_ref());
    let (id, number) = (path.get("id")?, path.get("n")?);
    let url = show_message::attachment_url(records, archive, &call.allowed, id, number).await?;
    Answer::ok(&FileUrlView::from(url))
}
