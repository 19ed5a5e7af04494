//! The addresses that the caller writes from, each verified by a code.

use axum::extract::State;
use domain::permission::{ReadSenderAddresses, Scope, WriteSenderAddresses};
use domain::sender_address::{SenderAddress, SenderState};
use domain::timestamp::Timestamp;
use flows::verify_sender_address as flow;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::app::App;
use crate::asked::Asked;
use crate::auth::Call;
use crate::endpoint::Endpoint;
use crate::pages::{ListQuery, page};
use crate::problem::ApiError;
use crate::schemas;

/// An address that the caller writes from.
#[derive(Serialize, ToSchema)]
pub struct SenderAddressView {
    /// The address.
    pub address: String,
    /// `unverified`: ask for a code; `pending`: give the code back; `verified`.
    #[schema(schema_with = schemas::sender_state)]
    pub state: &'static str,
    /// When it was verified; null before.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub verified_at: Option<Timestamp>,
    /// Until when the code that is under way is good; null where none is.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub code_expires_at: Option<Timestamp>,
}

impl SenderAddressView {
    fn of(sender: &SenderAddress, now: Timestamp) -> Self {
        let state = sender.state(now);
        let pending = sender.code.as_ref().filter(|_| state == SenderState::Pending);
        Self {
            address: sender.address.expose().to_owned(),
            state: match state {
                SenderState::Unverified => "unverified",
                SenderState::Pending => "pending",
                SenderState::Verified => "verified",
            },
            verified_at: sender.verified_at,
            code_expires_at: pending.map(|code| code.expires_at),
        }
    }
}

/// An address of the caller.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnAddress {
    /// The address.
    address: String,
}

/// A code that was mailed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailedCode {
    /// The address it was mailed to.
    address: String,
    /// The code.
    code: String,
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const ALL: &str = "/v1/sender_addresses";
    const CONFIRM: &str = "/v1/sender_addresses/confirm";
    const REMOVE: &str = "/v1/sender_addresses/remove";
    let asks = "Adds an address the caller writes from, and mails a code to it.";
    vec![
        Endpoint::get(ALL, "list_sender_addresses", "The addresses one writes from.", list)
            .needs(Scope::ReadSenderAddresses)
            .lists::<SenderAddressView>(),
        Endpoint::post(ALL, "initiate_sender_address", asks, initiate)
            .needs(Scope::WriteSenderAddresses)
            .takes::<OwnAddress>()
            .with_status(StatusCode::ACCEPTED)
            .gives::<SenderAddressView>(),
        Endpoint::post(CONFIRM, "confirm_sender_address", "Gives a mailed code back.", confirm)
            .needs(Scope::WriteSenderAddresses)
            .takes::<MailedCode>()
            .gives::<SenderAddressView>(),
        Endpoint::post(REMOVE, "remove_sender_address", "Removes an own address.", remove)
            .needs(Scope::WriteSenderAddresses)
            .takes::<OwnAddress>()
            .with_status(StatusCode::NO_CONTENT),
    ]
}

async fn list(
    State(app): State<App>,
    call: Call<ReadSenderAddresses>,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let (wish, seal) = query.open_whole(&app, &call.allowed)?;
    let listed = flow::list(&app.records, &call.allowed, wish).await?;
    let now = app.records.clock.now();
    page(listed, &seal, |sender| SenderAddressView::of(&sender, now))
}

async fn initiate(
    State(app): State<App>,
    call: Call<WriteSenderAddresses>,
    asked: Asked<OwnAddress>,
) -> Result<Answer, ApiError> {
    let (records, sender, allowed) = (&app.records, app.sender.as_ref(), &call.allowed);
    let address = &asked.body.address;
    let kept = flow::initiate(records, sender, allowed, call.request, address).await?;
    Answer::accepted(&SenderAddressView::of(&kept, records.clock.now()))
}

async fn confirm(
    State(app): State<App>,
    call: Call<WriteSenderAddresses>,
    asked: Asked<MailedCode>,
) -> Result<Answer, ApiError> {
    let (records, allowed) = (&app.records, &call.allowed);
    let MailedCode { address, code } = &asked.body;
    let verified = flow::confirm(records, allowed, call.request, address, code).await?;
    Answer::ok(&SenderAddressView::of(&verified, records.clock.now()))
}

async fn remove(
    State(app): State<App>,
    call: Call<WriteSenderAddresses>,
    asked: Asked<OwnAddress>,
) -> Result<StatusCode, ApiError> {
    flow::remove(&app.records, &call.allowed, call.request, &asked.body.address).await?;
    Ok(StatusCode::NO_CONTENT)
}
