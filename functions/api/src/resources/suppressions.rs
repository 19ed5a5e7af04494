//! Addresses and domains that are not mailed: listed, looked up, and lifted (S4.8, Z12).

use axum::extract::State;
use domain::bounce::Permanence;
use domain::ids::ContactId;
use domain::permission::{LiftBlocks, ReadBlocks, Scope};
use domain::suppression_id::SuppressionId;
use flows::show_blocks::{self, BlockClass, BlockFilter};
use flows::texts_language;
use flows::unblock::{self, UnblockLine, UnblockOutcome};
use flows::unblock_targets::{Addresses, Named};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::block_views::BlockView;
use crate::answer::Answer;
use crate::app::App;
use crate::asked::Asked;
use crate::auth::Call;
use crate::endpoint::{Endpoint, QueryParameter};
use crate::pages::{ListQuery, page};
use crate::problem::ApiError;
use crate::schemas;

/// An address to ask for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressToLookUp {
    /// The address.
    email: String,
}

/// What stops mail to an address.
#[derive(Serialize, ToSchema)]
pub struct AddressBlocksView {
    /// Whether anything does.
    pub blocked: bool,
    /// What does, the widest first.
    pub blocks: Vec<BlockView>,
}

/// What to unblock: at most 500 blocks and contacts together.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlocksToLift {
    /// Blocks.
    #[serde(default)]
    #[schema(value_type = Vec<String>, max_items = 500)]
    ids: Vec<SuppressionId>,
    /// Contacts.
    #[serde(default)]
    #[schema(schema_with = schemas::contact_ids)]
    contacts: Vec<ContactId>,
    /// Which of the contacts' addresses.
    #[serde(default)]
    addresses: AddressesToLift,
    /// That what led to the blocks is resolved: must be true.
    #[serde(default)]
    cause_resolved: bool,
}

/// Which addresses of a contact.
#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AddressesToLift {
    /// The first.
    Primary,
    /// All but the first.
    Secondary,
    /// All.
    #[default]
    Both,
}

/// What became of each.
#[derive(Serialize, ToSchema)]
pub struct LiftsView {
    /// One entry for each block that was met, and for each address or id without one.
    pub items: Vec<LiftView>,
}

/// What became of one.
#[derive(Serialize, ToSchema)]
pub struct LiftView {
    /// The block.
    #[schema(value_type = Option<String>, required)]
    pub id: Option<SuppressionId>,
    /// The contact that was named.
    #[schema(value_type = Option<String>, required)]
    pub contact: Option<ContactId>,
    /// `lifted`, `not_blocked`, `refused` or `failed`.
    pub outcome: &'static str,
    /// How often people may still lift it.
    #[schema(required)]
    pub lifts_left: Option<u64>,
    /// The code of the refusal.
    #[schema(required)]
    pub code: Option<&'static str>,
    /// What the caller can do.
    #[schema(required)]
    pub hint: Option<String>,
}

impl From<UnblockLine> for LiftView {
    fn from(line: UnblockLine) -> Self {
        let (outcome, lifts_left, code, hint) = match line.outcome {
            UnblockOutcome::Lifted { lifts_left } => ("lifted", Some(lifts_left), None, None),
            UnblockOutcome::NotBlocked => ("not_blocked", None, None, None),
            UnblockOutcome::Refused(refused) => {
                ("refused", None, Some(refused.code.code()), Some(refused.hint))
            }
            UnblockOutcome::ProviderFailed => {
                let hint = "the provider's list still has the address: try again".to_owned();
                ("failed", None, None, Some(hint))
            }
        };
        Self { id: line.block, contact: line.contact, outcome, lifts_left, code, hint }
    }
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const ALL: &str = "/v1/suppressions";
    const LOOKUP: &str = "/v1/suppressions/lookup";
    const UNBLOCK: &str = "/v1/suppressions/unblock";
    let scope = QueryParameter {
        name: "scope",
        description: "Only blocks that reach over this.",
        one_of: SCOPES,
    };
    let block_type = QueryParameter {
        name: "type",
        description: "Only this type.",
        one_of: &["temporary", "permanent"],
    };
    let category = QueryParameter {
        name: "category",
        description: "Only blocks for this bounce category (`permanent/bad mailbox`) or, without a \
                      bounce, this cause (`complaint`).",
        one_of: &[],
    };
    let listed = "Addresses and domains that are not mailed, the newest first.";
    let lifts = "Lifts blocks whose cause is resolved; permanent ones need two administrators.";
    vec![
        Endpoint::get(ALL, "list_suppressions", listed, list)
            .needs(Scope::ReadBlocks)
            .with_query(scope)
            .with_query(block_type)
            .with_query(category)
            .lists::<BlockView>(),
        Endpoint::post(LOOKUP, "look_up_suppressions", "What stops mail to an address.", look_up)
            .needs(Scope::ReadBlocks)
            .takes::<AddressToLookUp>()
            .gives::<AddressBlocksView>(),
        Endpoint::post(UNBLOCK, "unblock", lifts, lift)
            .needs(Scope::LiftBlocks)
            .takes::<BlocksToLift>()
            .gives::<LiftsView>(),
    ]
}

const SCOPES: &[&str] = &["global", "tenant", "bounces", "list", "campaign", "domain"];

/// Reads the name of a type.
pub(super) fn type_of(text: &str) -> Option<Permanence> {
    match text {
        "temporary" => Some(Permanence::Temporary),
        "permanent" => Some(Permanence::Permanent),
        _ => None,
    }
}

async fn list(
    State(app): State<App>,
    call: Call<ReadBlocks>,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let (wish, seal, mut words) = query.open(&app, &call.allowed)?;
    let scope_of = |text: &str| SCOPES.iter().copied().find(|name| *name == text);
    let filter = BlockFilter {
        scope: words.take("scope", "use one of the scopes that blocks have", scope_of)?,
        permanence: words.take("type", "use temporary or permanent", type_of)?,
        class: words.take("category", "see /v1/bounce_categories", BlockClass::of_name)?,
    };
    words.finish()?;
    let language = texts_language::of_tenant(&app.records, call.allowed.tenant()).await?;
    let listed = show_blocks::list(&app.records, &call.allowed, filter, wish).await?;
    page(listed, &seal, |block| BlockView::new(block, language))
}

async fn look_up(
    State(app): State<App>,
    call: Call<ReadBlocks>,
    asked: Asked<AddressToLookUp>,
) -> Result<Answer, ApiError> {
    let language = texts_language::of_tenant(&app.records, call.allowed.tenant()).await?;
    let blocks = show_blocks::look_up(&app.records, &call.allowed, &asked.body.email).await?;
    let blocks: Vec<BlockView> =
        blocks.into_iter().map(|block| BlockView::new(block, language)).collect();
    Answer::ok(&AddressBlocksView { blocked: !blocks.is_empty(), blocks })
}

async fn lift(
    State(app): State<App>,
    call: Call<LiftBlocks>,
    asked: Asked<BlocksToLift>,
) -> Result<Answer, ApiError> {
    let BlocksToLift { ids, contacts, addresses, cause_resolved } = asked.body;
    let addresses = match addresses {
        AddressesToLift::Primary => Addresses::Primary,
        AddressesToLift::Secondary => Addresses::Secondary,
        AddressesToLift::Both => Addresses::Both,
    };
    let list = app.suppression_list.as_ref();
    let named = Named { ids, contacts, addresses };
    let (records, allowed) = (&app.records, &call.allowed);
    let lines =
        unblock::unblock(records, list, allowed, call.request, named, cause_resolved).await?;
    Answer::ok(&LiftsView { items: lines.into_iter().map(LiftView::from).collect() })
}
