//! The outcome of every raw mail, and the quarantine.

use axum::extract::State;
use domain::ids::{IntakeId, MessageId, ThreadId};
use domain::intake::{Intake, IntakeState, Outcome};
use domain::permission::{ReadIntake, Scope, WriteIntake};
use domain::timestamp::Timestamp;
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
    /// When it was first announced.
    #[schema(schema_with = schemas::moment)]
    pub announced_at: Timestamp,
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
    },
}

impl From<Outcome> for OutcomeView {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Filed { message, thread } => Self::Filed { message, thread },
            Outcome::Duplicate { message } => Self::Duplicate { message },
            Outcome::Quarantined { reason, detail } => {
                Self::Quarantined { reason: reason.code(), detail, hint: reason.hint() }
            }
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
            announced_at: intake.announced_at,
        }
    }
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const ALL: &str = "/v1/intake";
    const ONE: &str = "/v1/intake/{id}";
    const RETRY: &str = "/v1/intake/{id}/retry";
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
    Answer::ok(&IntakeView::from(found))
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
