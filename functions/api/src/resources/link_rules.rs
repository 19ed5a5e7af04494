//! Standing rules that link mail to records.

use axum::extract::State;
use domain::ids::{ContactId, LinkRuleId, UserId};
use domain::link_rule::LinkRule;
use domain::permission::{ReadContacts, Scope, WriteContacts};
use domain::timestamp::Timestamp;
use flows::manage_link_rules;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::app::App;
use crate::asked::{Asked, PathWords, Revision};
use crate::auth::Call;
use crate::endpoint::Endpoint;
use crate::idempotency::once;
use crate::pages::{ListQuery, page};
use crate::problem::ApiError;
use crate::schemas;

/// "Always link mails of this address to that record."
#[derive(Serialize, ToSchema)]
pub struct LinkRuleView {
    /// Its id.
    #[schema(schema_with = schemas::link_rule_id)]
    pub id: LinkRuleId,
    /// The address; whatever its plus tag, where it has none.
    pub email: String,
    /// The record.
    #[schema(schema_with = schemas::contact_id)]
    pub contact: ContactId,
    /// Who made the rule.
    #[schema(schema_with = schemas::user_id)]
    pub made_by: UserId,
    /// When it was made.
    #[schema(schema_with = schemas::moment)]
    pub created_at: Timestamp,
    /// Revision.
    pub rev: u64,
}

impl From<LinkRule> for LinkRuleView {
    fn from(rule: LinkRule) -> Self {
        Self {
            id: rule.id,
            email: rule.address.expose().to_owned(),
            contact: rule.contact,
            made_by: rule.made_by,
            created_at: rule.created_at,
            rev: rule.rev,
        }
    }
}

/// A rule to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkRuleToMake {
    /// The address; it may be anybody's.
    email: String,
    /// The record that its mail is linked to from now on.
    #[schema(schema_with = schemas::contact_id)]
    contact: ContactId,
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const ALL: &str = "/v1/link_rules";
    const ONE: &str = "/v1/link_rules/{id}";
    let create_summary = "From now on links every mail that names an address to a record.";
    let delete_summary = "Removes a rule; the links it made stay.";
    vec![
        Endpoint::get(ALL, "list_link_rules", "The standing rules, oldest first.", list)
            .needs(Scope::ReadContacts)
            .lists::<LinkRuleView>(),
        Endpoint::post(ALL, "create_link_rule", create_summary, create)
            .needs(Scope::WriteContacts)
            .takes::<LinkRuleToMake>()
            .creates::<LinkRuleView>(),
        Endpoint::delete(ONE, "delete_link_rule", delete_summary, delete)
            .needs(Scope::WriteContacts)
            .with_status(StatusCode::NO_CONTENT),
    ]
}

async fn list(
    State(app): State<App>,
    call: Call<ReadContacts>,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let (wish, seal) = query.open_whole(&app, &call.allowed)?;
    let listed = manage_link_rules::list(&app.records, &call.allowed, wish).await?;
    page(listed, &seal, LinkRuleView::from)
}

async fn create(
    State(app): State<App>,
    call: Call<WriteContacts>,
    asked: Asked<LinkRuleToMake>,
) -> Result<Answer, ApiError> {
    let LinkRuleToMake { email, contact } = asked.body;
    let (records, allowed, request) = (&app.records, &call.allowed, call.request);
    once(&app, &call, &asked.keyed, async |origin| {
        let made = manage_link_rules::create(records, allowed, request, origin, &email, contact);
        let rule = made.await?;
        Answer::created(&LinkRuleView::from(rule))
    })
    .await
}

async fn delete(
    State(app): State<App>,
    call: Call<WriteContacts>,
    path: PathWords,
    Revision(rev): Revision,
) -> Result<StatusCode, ApiError> {
    let (records, allowed, id) = (&app.records, &call.allowed, path.get("id")?);
    manage_link_rules::delete(records, allowed, call.request, id, rev).await?;
    Ok(StatusCode::NO_CONTENT)
}
