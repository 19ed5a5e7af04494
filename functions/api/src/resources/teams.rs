//! Who reports to whom. Who stands above somebody sees his mail.

use std::collections::BTreeSet;

use axum::extract::State;
use domain::ids::UserId;
use domain::permission::{ReadUsers, Scope, WriteUsers};
use flows::manage_teams::{self, Standing};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::app::App;
use crate::asked::{Asked, PathWords, Revision};
use crate::auth::Call;
use crate::endpoint::Endpoint;
use crate::patch::Member;
use crate::problem::ApiError;
use crate::schemas;

/// A user's place among the others.
#[derive(Serialize, ToSchema)]
pub struct TeamView {
    /// Whose it is.
    #[schema(schema_with = schemas::user_id)]
    pub user: UserId,
    /// To whom he reports.
    #[schema(value_type = Option<String>, required)]
    pub manager: Option<UserId>,
    /// Who stands above him, the manager first: they see his mail.
    #[schema(value_type = Vec<String>)]
    pub above: Vec<UserId>,
    /// Who report to him.
    #[schema(value_type = Vec<String>)]
    pub reports: Vec<UserId>,
    /// All who stand below him: he sees their mail.
    #[schema(value_type = Vec<String>)]
    pub team: BTreeSet<UserId>,
    /// Revision: grows with each change of the manager; 0 where there was none yet.
    pub rev: u64,
}

impl From<Standing> for TeamView {
    fn from(Standing { place, above, reports }: Standing) -> Self {
        let (user, manager, team, rev) = (place.user, place.manager, place.team, place.rev);
        Self { user, manager, above, reports, team, rev }
    }
}

/// Another manager.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TeamPatch {
    /// To whom the user reports from now on; null for nobody.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    manager: Member<UserId>,
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const ONE: &str = "/v1/users/{id}/team";
    let change_text = "Gives a user another manager, or none.";
    vec![
        Endpoint::get(ONE, "show_team", "Who stands above and below a user.", show)
            .needs(Scope::ReadUsers)
            .gives::<TeamView>(),
        Endpoint::patch(ONE, "change_team", change_text, change)
            .needs(Scope::WriteUsers)
            .takes::<TeamPatch>()
            .gives::<TeamView>(),
    ]
}

async fn show(
    State(app): State<App>,
    call: Call<ReadUsers>,
    path: PathWords,
) -> Result<Answer, ApiError> {
    answer(manage_teams::show(&app.records, &call.allowed, path.get("id")?).await?)
}

async fn change(
    State(app): State<App>,
    call: Call<WriteUsers>,
    path: PathWords,
    Revision(rev): Revision,
    asked: Asked<TeamPatch>,
) -> Result<Answer, ApiError> {
    let manager = asked.body.manager.or_none();
    let (records, allowed, id) = (&app.records, &call.allowed, path.get("id")?);
    answer(manage_teams::change(records, allowed, call.request, id, rev, manager).await?)
}

fn answer(standing: Standing) -> Result<Answer, ApiError> {
    Answer::ok(&TeamView::from(standing))
}
