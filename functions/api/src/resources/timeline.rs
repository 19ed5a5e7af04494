//! The mail of a contact: as lines of its timeline, and as messages.

use axum::extract::State;
use domain::bounce_category::BounceCategory;
use domain::contact::PartyRole;
use domain::email_address::EmailAddress;
use domain::permission::{ReadContacts, ReadMail, Scope};
use domain::send::{Send, SendStatus};
use domain::timestamp::Timestamp;
use flows::show_timeline::{TimelineLine, show_timeline};
use serde::Serialize;
use utoipa::ToSchema;

use super::mail_views::MailView;
use crate::answer::Answer;
use crate::app::App;
use crate::asked::PathWords;
use crate::auth::Call;
use crate::endpoint::Endpoint;
use crate::pages::{ListQuery, page};
use crate::problem::ApiError;
use crate::schemas;

/// A line of a contact's timeline.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "type")]
pub enum TimelineView {
    /// A mail.
    Mail {
        /// What the contact's addresses are in it.
        #[schema(schema_with = schemas::party_roles)]
        roles: Vec<PartyRole>,
        /// The mail.
        mail: MailView,
        /// What became of a mail we sent, for each address of the contact that it went to.
        sends: Vec<SentToView>,
    },
}

/// What became of a mail for one recipient.
#[derive(Serialize, ToSchema)]
pub struct SentToView {
    /// The recipient.
    #[schema(value_type = String)]
    to: EmailAddress,
    /// `queued`, `sent`, `delivered`, `delayed`, `bounced_temporary`, `bounced_permanent`, `complained`,
    /// `rejected`, `opened`, `clicked`, `unknown`, `failed` or `skipped`.
    status: &'static str,
    /// Of a bounce or delay: why, by category.
    #[schema(required)]
    bounce_category: Option<&'static str>,
    /// Of a bounce: whether it is for good; null where it did not come back.
    #[schema(required)]
    bounced_for_good: Option<bool>,
    /// Of `rejected`, `failed` and `skipped`: why, as a code or the provider's words.
    #[schema(required)]
    stopped_because: Option<String>,
    /// When a person first opened it.
    #[schema(value_type = Option<String>, required)]
    opened_at: Option<Timestamp>,
    /// When a proxy or scanner first opened it: that tells nothing of a person.
    #[schema(value_type = Option<String>, required)]
    opened_by_machine_at: Option<Timestamp>,
    /// When a person first followed a link of it.
    #[schema(value_type = Option<String>, required)]
    clicked_at: Option<Timestamp>,
}

impl From<Send> for SentToView {
    fn from(send: Send) -> Self {
        let stopped = [&send.rejected, &send.failed, &send.skipped];
        let stopped = stopped.into_iter().flatten().next();
        let in_the_end = matches!(
            send.status(),
            SendStatus::Rejected | SendStatus::Failed | SendStatus::Skipped
        );
        Self {
            stopped_because: stopped.filter(|_| in_the_end).map(|why| why.reason.clone()),
            status: send.status().name(),
            bounce_category: send.category().map(BounceCategory::key),
            bounced_for_good: send.bounce().map(|_| send.bounced_permanent.is_some()),
            opened_at: send.opened_at,
            opened_by_machine_at: send.opened_by_machine_at,
            clicked_at: send.clicked_at,
            to: send.to,
        }
    }
}

impl From<TimelineLine> for TimelineView {
    fn from(line: TimelineLine) -> Self {
        let sends = line.sends.into_iter().map(SentToView::from).collect();
        Self::Mail { roles: line.link.roles, mail: line.mail.into(), sends }
    }
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const TIMELINE: &str = "/v1/contacts/{id}/timeline";
    const MESSAGES: &str = "/v1/contacts/{id}/messages";
    let timeline =
        "What happened with the contact, newest first; what one may not see is left out.";
    let messages = "The mail that concerns the contact, newest first.";
    vec![
        Endpoint::get(TIMELINE, "show_timeline", timeline, show)
            .needs(Scope::ReadContacts)
            .needs(Scope::ReadMail)
            .lists::<TimelineView>(),
        Endpoint::get(MESSAGES, "list_messages_of_contact", messages, list_messages)
            .needs(Scope::ReadContacts)
            .needs(Scope::ReadMail)
            .lists::<MailView>(),
    ]
}

async fn show(
    State(app): State<App>,
    call: Call<ReadContacts>,
    path: PathWords,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    lines(&app, &call, &path, query, TimelineView::from).await
}

async fn list_messages(
    State(app): State<App>,
    call: Call<ReadContacts>,
    path: PathWords,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    lines(&app, &call, &path, query, |line| MailView::from(line.mail)).await
}

/// One page of the contact's mail, each line shown by `view`.
async fn lines<V: Serialize + ToSchema>(
    app: &App,
    call: &Call<ReadContacts>,
    path: &PathWords,
    query: ListQuery,
    view: impl Fn(TimelineLine) -> V,
) -> Result<Answer, ApiError> {
    let mail = call.actor.require::<ReadMail>()?;
    let (wish, seal, filter) = query.open(app, &call.allowed)?;
    filter.finish()?;
    let listed = show_timeline(&app.records, &call.allowed, &mail, path.get("id")?, wish).await?;
    page(listed, &seal, view)
}
