//! The outcome of every raw mail, and the quarantine.

use axum::extract::State;
use domain::ids::{IntakeId, MessageId, ThreadId, UserId};
use domain::intake::{Intake, IntakeState, Outcome};
use domain::permission::{ReadIntake, Scope, WriteIntake};
use domain::timestamp::Timestamp;
use flows::decide_intake;
use flows::preview_intake::{self, Preview};
use flows::review_intakes::{self, WhichIntakes};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::app::App;
use crate::asked::{PathWords, QueryWords};
use crate::auth::Call;
use crate::endpoint::{Endpoint, QueryParameter};
use crate::pages::{ListQuery, page};
use crate::problem::ApiError;
use crate::resources::intake_reports::ReportView;
use crate::schemas;

/// What became of a raw mail.
#[derive(Serialize, ToSchema)]
pub struct IntakeView {
    /// Its id.
    #[schema(schema_with = schemas::intake_id)]
    pub id: IntakeId,
    /// Where it stands.
    pub state: StateView,
    /// What became of it; null until it is done.
    #[schema(required)]
    pub outcome: Option<OutcomeView>,
    /// How often a worker began.
    pub attempts: u64,
    /// Envelope recipients, where the receipt named them.
    pub recipients: Vec<String>,
    /// Size of the raw mail in octets; null where there is none.
    #[schema(required)]
    pub size_bytes: Option<u64>,
    /// When a person let it in although its route's gate was closed; null where nobody did.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub released_at: Option<Timestamp>,
    /// What the mail told about mail we sent (it came back, was complained about, was answered by a
    /// program, or its recipient unsubscribes); null where it told nothing.
    #[schema(required)]
    pub report: Option<ReportView>,
    /// When it was first announced.
    #[schema(schema_with = schemas::moment)]
    pub announced_at: Timestamp,
    /// The beginning of a mail that is in quarantine, where one intake is shown. Every text in it is
    /// escaped for HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preview: Option<PreviewView>,
}

/// The beginning of a quarantined mail.
#[derive(Serialize, ToSchema)]
pub struct PreviewView {
    /// Who wrote it, as it says.
    pub from: Vec<String>,
    /// To whom, as it says.
    pub to: Vec<String>,
    /// About what.
    pub subject: String,
    /// Its first header fields.
    pub fields: Vec<FieldView>,
    /// The beginning of its text.
    pub text: String,
    /// Names of its files.
    pub files: Vec<String>,
}

/// A header field.
#[derive(Serialize, ToSchema)]
pub struct FieldView {
    /// Its name in lower case.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl From<Preview> for PreviewView {
    fn from(preview: Preview) -> Self {
        let Preview { from, to, subject, fields, text, files } = preview;
        let field = |(name, value)| FieldView { name, value };
        let fields = fields.into_iter().map(field).collect();
        Self { from, to, subject, fields, text, files }
    }
}

/// Where an intake stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "name")]
pub enum StateView {
    /// A worker has it in hand.
    Working {
        /// When another worker may begin.
        #[schema(schema_with = schemas::moment)]
        until: Timestamp,
    },
    /// It waits for another try.
    Queued {
        /// Since when.
        #[schema(schema_with = schemas::moment)]
        since: Timestamp,
    },
    /// It is finished.
    Done {
        /// When.
        #[schema(schema_with = schemas::moment)]
        at: Timestamp,
    },
}

/// What became of a raw mail.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "name")]
pub enum OutcomeView {
    /// It is a message now.
    Filed {
        /// Which.
        #[schema(schema_with = schemas::message_id)]
        message: MessageId,
        /// In which conversation.
        #[schema(schema_with = schemas::thread_id)]
        thread: ThreadId,
    },
    /// The message was there already.
    Duplicate {
        /// Which.
        #[schema(schema_with = schemas::message_id)]
        message: MessageId,
    },
    /// It needs a person.
    Quarantined {
        /// Why, by code.
        #[schema(schema_with = schemas::quarantine_reason)]
        reason: &'static str,
        /// What was found.
        detail: String,
        /// What a person can do.
        hint: &'static str,
        /// Whether it can be released: filed in spite of the reason.
        may_be_released: bool,
    },
    /// A person decided that it is not wanted.
    Discarded {
        /// Why it was in quarantine.
        #[schema(schema_with = schemas::quarantine_reason)]
        reason: &'static str,
        /// Who decided.
        #[schema(schema_with = schemas::user_id)]
        by: UserId,
    },
}

impl From<Outcome> for OutcomeView {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Filed { message, thread } => Self::Filed { message, thread },
            Outcome::Duplicate { message } => Self::Duplicate { message },
            Outcome::Quarantined { reason, detail } => {
                let may_be_released = reason.is_gate();
                let (reason, hint) = (reason.code(), reason.hint());
                Self::Quarantined { reason, detail, hint, may_be_released }
            }
            Outcome::Discarded { reason, by } => Self::Discarded { reason: reason.code(), by },
        }
    }
}

impl From<Intake> for IntakeView {
    fn from(intake: Intake) -> Self {
        let (state, outcome) = match intake.state {
            IntakeState::Working { lease_until, .. } => {
                (StateView::Working { until: lease_until }, None)
            }
            IntakeState::Queued { queued_at } => (StateView::Queued { since: queued_at }, None),
            IntakeState::Done { finished_at, outcome } => {
                (StateView::Done { at: finished_at }, Some(outcome.into()))
            }
        };
        Self {
            id: intake.id,
            state,
            outcome,
            attempts: intake.attempts,
            recipients: intake.recipients,
            size_bytes: intake.raw.map(|raw| raw.size_bytes),
            report: intake.report.map(ReportView::from),
            released_at: intake.released.map(|decision| decision.at),
            announced_at: intake.announced_at,
            preview: None,
        }
    }
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const ALL: &str = "/v1/intake";
    const ONE: &str = "/v1/intake/{id}";
    const RETRY: &str = "/v1/intake/{id}/retry";
    const RELEASE: &str = "/v1/intake/{id}/release";
    const DISCARD: &str = "/v1/intake/{id}/discard";
    let state = QueryParameter {
        name: "state",
        description: "Only what waits in quarantine.",
        one_of: &["quarantined"],
    };
    let month = QueryParameter {
        name: "month",
        description: "Only what was announced in this month: `yyyymm`. Not with `state`.",
        one_of: &[],
    };
    let releases = "Files mail in quarantine in spite of the rule that keeps it there.";
    let discards = "Ends mail in quarantine that nobody wants; its raw mail is kept.";
    let retry_summary = "Asks for another try of mail in quarantine, or whose worker died.";
    vec![
        Endpoint::get(ALL, "list_intake", "What became of every raw mail, newest first.", list)
            .needs(Scope::ReadIntake)
            .with_query(state)
            .with_query(month)
            .lists::<IntakeView>(),
        Endpoint::get(ONE, "show_intake", "What became of one raw mail, and why.", show)
            .needs(Scope::ReadIntake)
            .gives::<IntakeView>(),
        Endpoint::post(RETRY, "retry_intake", retry_summary, retry)
            .needs(Scope::WriteIntake)
            .with_status(StatusCode::ACCEPTED)
            .gives::<IntakeView>(),
        Endpoint::post(RELEASE, "release_intake", releases, release)
            .needs(Scope::WriteIntake)
            .with_status(StatusCode::ACCEPTED)
            .gives::<IntakeView>(),
        Endpoint::post(DISCARD, "discard_intake", discards, discard)
            .needs(Scope::WriteIntake)
            .gives::<IntakeView>(),
    ]
}

async fn list(
    State(app): State<App>,
    call: Call<ReadIntake>,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let (wish, seal, filter) = query.open(&app, &call.allowed)?;
    let which = which(filter)?;
    let listed = review_intakes::list(&app.records, &call.allowed, which, wish).await?;
    page(listed, &seal, IntakeView::from)
}

fn which(mut filter: QueryWords) -> Result<WhichIntakes, domain::refusal::Refused> {
    let quarantined =
        filter.take("state", "use quarantined", |text| (text == "quarantined").then_some(()))?;
    if quarantined.is_some() {
        filter.finish()?;
        return Ok(WhichIntakes::Quarantined);
    }
    let month = filter.take("month", "use yyyymm, such as 202611", |text| {
        let digits = text.len() == 6 && text.bytes().all(|octet| octet.is_ascii_digit());
        digits.then(|| text.to_owned())
    })?;
    filter.finish()?;
    Ok(month.map_or(WhichIntakes::All, WhichIntakes::Month))
}

async fn show(
    State(app): State<App>,
    call: Call<ReadIntake>,
    path: PathWords,
) -> Result<Answer, ApiError> {
    let found = review_intakes::show(&app.records, &call.allowed, path.get("id")?).await?;
    let waits =
        matches!(found.state, IntakeState::Done { outcome: Outcome::Quarantined { .. }, .. });
    let preview =
        if waits { preview_intake::preview(app.archive.as_ref(), &found).await? } else { None };
    Answer::ok(&IntakeView { preview: preview.map(Into::into), ..IntakeView::from(found) })
}

async fn release(
    State(app): State<App>,
    call: Call<WriteIntake>,
    path: PathWords,
) -> Result<Answer, ApiError> {
    let (records, queue, allowed) = (&app.records, app.queue.as_ref(), &call.allowed);
    let id = path.get("id")?;
    let queued = decide_intake::release(records, queue, allowed, call.request, id).await?;
    Answer::accepted(&IntakeView::from(queued))
}

async fn discard(
    State(app): State<App>,
    call: Call<WriteIntake>,
    path: PathWords,
) -> Result<Answer, ApiError> {
    let (records, allowed, id) = (&app.records, &call.allowed, path.get("id")?);
    let ended = decide_intake::discard(records, allowed, call.request, id).await?;
    Answer::ok(&IntakeView::from(ended))
}

async fn retry(
    State(app): State<App>,
    call: Call<WriteIntake>,
    path: PathWords,
) -> Result<Answer, ApiError> {
    let (records, queue, allowed) = (&app.records, app.queue.as_ref(), &call.allowed);
    let id = path.get("id")?;
    let queued = review_intakes::retry(records, queue, allowed, call.request, id).await?;
    Answer::accepted(&IntakeView::from(queued))
}
