//! The block state of contacts' addresses (S4.4): on the record, and as a filter of the list.

use axum::extract::State;
use domain::bounce_category::BounceCategory;
use domain::ids::ContactId;
use domain::language::Language;
use domain::permission::{ReadBlocks, ReadContacts, Scope};
use domain::suppression::Suppression;
use flows::blocked_contacts::{self, ContactBlocks};
use flows::show_blocks::{BlockClass, BlockFilter};
use flows::texts_language;
use serde::Serialize;
use utoipa::ToSchema;

use super::block_views::BlockView;
use super::suppressions::type_of;
use crate::answer::Answer;
use crate::app::App;
use crate::asked::PathWords;
use crate::auth::Call;
use crate::endpoint::{Endpoint, QueryParameter};
use crate::pages::{ListQuery, page};
use crate::problem::ApiError;
use crate::schemas;

/// A contact with the state of its addresses.
#[derive(Serialize, ToSchema)]
pub struct ContactBlocksView {
    /// The contact.
    #[schema(schema_with = schemas::contact_id)]
    pub contact: ContactId,
    /// What people call it.
    pub name: String,
    /// Its addresses, the primary one first.
    pub addresses: Vec<AddressStateView>,
}

/// The state of an address.
#[derive(Serialize, ToSchema)]
pub struct AddressStateView {
    /// The address.
    pub address: String,
    /// Whether anything stops mail to it.
    pub blocked: bool,
    /// Whether it is no address any more: its mailbox or domain is gone.
    pub invalid: bool,
    /// What stops mail to it, the widest first; each with the icon to show.
    pub blocks: Vec<BlockView>,
}

fn view(found: ContactBlocks, language: Language) -> ContactBlocksView {
    let ContactBlocks { contact, mut blocks } = found;
    let state = |address: &domain::email_address::EmailAddress| {
        let blocks = blocks.remove(address).unwrap_or_default();
        AddressStateView {
            address: address.expose().to_owned(),
            blocked: !blocks.is_empty(),
            invalid: blocks.iter().any(is_dead),
            blocks: blocks.into_iter().map(|block| BlockView::new(block, language)).collect(),
        }
    };
    let addresses = contact.addresses.iter().map(state).collect();
    ContactBlocksView { contact: contact.id, name: contact.name, addresses }
}

fn is_dead(block: &Suppression) -> bool {
    matches!(block.category, Some(BounceCategory::BadMailbox | BounceCategory::BadDomain))
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const ONE: &str = "/v1/contacts/{id}/address_states";
    const ALL: &str = "/v1/blocked_contacts";
    let of_type = QueryParameter {
        name: "type",
        description: "Only addresses that are blocked so; both where it is missing.",
        one_of: &["temporary", "permanent"],
    };
    let category = QueryParameter {
        name: "category",
        description: "Only addresses blocked for this bounce category or cause.",
        one_of: &[],
    };
    let one = "The state of a contact's addresses, with the icon to show at each.";
    let all = "The contacts with a blocked address, the newest block first.";
    vec![
        Endpoint::get(ONE, "show_address_states", one, show)
            .needs(Scope::ReadContacts)
            .needs(Scope::ReadBlocks)
            .gives::<ContactBlocksView>(),
        Endpoint::get(ALL, "list_blocked_contacts", all, list)
            .needs(Scope::ReadContacts)
            .needs(Scope::ReadBlocks)
            .with_query(of_type)
            .with_query(category)
            .lists::<ContactBlocksView>(),
    ]
}

async fn show(
    State(app): State<App>,
    call: Call<ReadContacts>,
    path: PathWords,
) -> Result<Answer, ApiError> {
    let sees = call.actor.require::<ReadBlocks>()?;
    let language = texts_language::of_tenant(&app.records, call.allowed.tenant()).await?;
    let id = path.get("id")?;
    let found = blocked_contacts::of_contact(&app.records, &call.allowed, &sees, id).await?;
    Answer::ok(&view(found, language))
}

async fn list(
    State(app): State<App>,
    call: Call<ReadContacts>,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let sees = call.actor.require::<ReadBlocks>()?;
    let (wish, seal, mut words) = query.open(&app, &call.allowed)?;
    let filter = BlockFilter {
        scope: None,
        permanence: words.take("type", "use temporary or permanent", type_of)?,
        class: words.take("category", "see /v1/bounce_categories", BlockClass::of_name)?,
    };
    words.finish()?;
    let language = texts_language::of_tenant(&app.records, call.allowed.tenant()).await?;
    let listed = blocked_contacts::list(&app.records, &call.allowed, &sees, filter, wish).await?;
    page(listed, &seal, |found| view(found, language))
}
