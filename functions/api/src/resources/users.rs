//! People of the tenant.

use axum::extract::State;
use domain::email_address::EmailAddress;
use domain::ids::{MailboxId, UserId};
use domain::permission::{ReadUsers, Scope, WriteUsers};
use domain::refusal::{RefusalCode, Refused};
use domain::timestamp::Timestamp;
use domain::user::{Role, User};
use flows::manage_users::{self, NewUser, UserChange};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::app::App;
use crate::asked::{Asked, PathWords, Revision};
use crate::auth::Call;
use crate::endpoint::Endpoint;
use crate::idempotency::once;
use crate::pages::{ListQuery, page};
use crate::patch::Member;
use crate::problem::ApiError;
use crate::schemas;

/// A user.
#[derive(Serialize, ToSchema)]
pub struct UserView {
    /// Its id.
    #[schema(schema_with = schemas::user_id)]
    pub id: UserId,
    /// What people call it.
    pub name: String,
    /// Where the person reads mail.
    #[schema(value_type = String)]
    pub email: EmailAddress,
    /// What the person may do at most.
    #[schema(schema_with = schemas::role)]
    pub role: Role,
    /// The person's own mailbox.
    #[schema(schema_with = schemas::mailbox_id)]
    pub mailbox: MailboxId,
    /// Since when the person may not log in; null for those who may.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub disabled_at: Option<Timestamp>,
    /// When it was made.
    #[schema(schema_with = schemas::moment)]
    pub created_at: Timestamp,
    /// Revision.
    pub rev: u64,
}

impl From<User> for UserView {
    fn from(user: User) -> Self {
        Self {
            id: user.id,
            name: user.name,
            email: user.email,
            role: user.role,
            mailbox: user.mailbox,
            disabled_at: user.disabled_at,
            created_at: user.created_at,
            rev: user.rev,
        }
    }
}

/// A user to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserToAdd {
    /// What people call the person.
    name: String,
    /// Where the person reads mail. Where its domain is the tenant's, mail for it comes in.
    email: String,
    /// What the person may do at most.
    #[schema(schema_with = schemas::role)]
    role: Role,
}

/// What to change of a user.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserPatch {
    /// Another name.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    name: Member<String>,
    /// Another role.
    #[serde(default)]
    #[schema(schema_with = schemas::role)]
    role: Member<Role>,
    /// Null lets a disabled user in again; DELETE disables.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    disabled_at: Member<String>,
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const ALL: &str = "/v1/users";
    const ONE: &str = "/v1/users/{id}";
    let read = Scope::ReadUsers;
    let write = Scope::WriteUsers;
    vec![
        Endpoint::get(ALL, "list_users", "The users, oldest first.", list)
            .needs(read)
            .lists::<UserView>(),
        Endpoint::post(ALL, "create_user", "Adds a user with a mailbox.", create)
            .needs(write)
            .takes::<UserToAdd>()
            .creates::<UserView>(),
        Endpoint::get(ONE, "show_user", "A user.", show).needs(read).gives::<UserView>(),
        Endpoint::patch(ONE, "change_user", "Changes a user.", change)
            .needs(write)
            .takes::<UserPatch>()
            .gives::<UserView>(),
        Endpoint::delete(ONE, "disable_user", "Disables a user; the record stays.", disable)
            .needs(write)
            .gives::<UserView>(),
    ]
}

async fn list(
    State(app): State<App>,
    call: Call<ReadUsers>,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let (wish, seal) = query.open_whole(&app, &call.allowed)?;
    page(manage_users::list(&app.records, &call.allowed, wish).await?, &seal, UserView::from)
}

async fn create(
    State(app): State<App>,
    call: Call<WriteUsers>,
    asked: Asked<UserToAdd>,
) -> Result<Answer, ApiError> {
    let UserToAdd { name, email, role } = asked.body;
    let (records, allowed) = (&app.records, &call.allowed);
    once(&app, &call, &asked.keyed, async |origin| {
        let new = NewUser { name, email, role };
        let user = manage_users::create(records, allowed, call.request, origin, new).await?;
        Answer::created(&UserView::from(user))
    })
    .await
}

async fn show(
    State(app): State<App>,
    call: Call<ReadUsers>,
    path: PathWords,
) -> Result<Answer, ApiError> {
    answer(manage_users::show(&app.records, &call.allowed, path.get("id")?).await?)
}

async fn change(
    State(app): State<App>,
    call: Call<WriteUsers>,
    path: PathWords,
    Revision(rev): Revision,
    asked: Asked<UserPatch>,
) -> Result<Answer, ApiError> {
    let patch = asked.body;
    let wanted = UserChange {
        name: patch.name.required("name")?,
        role: patch.role.required("role")?,
        active: active(&patch.disabled_at)?,
    };
    let (records, allowed, id) = (&app.records, &call.allowed, path.get("id")?);
    answer(manage_users::change(records, allowed, call.request, id, rev, wanted).await?)
}

fn active(disabled_at: &Member<String>) -> Result<Option<bool>, Refused> {
    match disabled_at {
        Member::Missing => Ok(None),
        Member::Null => Ok(Some(true)),
        Member::Value(_) => {
            let hint = "DELETE disables a user; null lets him in again";
            Err(Refused::field(RefusalCode::FieldInvalid, "disabled_at", hint))
        }
    }
}

async fn disable(
    State(app): State<App>,
    call: Call<WriteUsers>,
    path: PathWords,
    Revision(rev): Revision,
) -> Result<Answer, ApiError> {
    let wanted = UserChange { active: Some(false), ..UserChange::default() };
    let (records, allowed, id) = (&app.records, &call.allowed, path.get("id")?);
    answer(manage_users::change(records, allowed, call.request, id, rev, wanted).await?)
}

fn answer(user: User) -> Result<Answer, ApiError> {
    Answer::ok(&UserView::from(user))
}
