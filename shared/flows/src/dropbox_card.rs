//! A dropbox as a card that an address book takes in (B8), so that nobody has to copy a secret address by
//! hand. It tells the present address: after a change, the card is fetched again and replaces the old one.

use domain::ids::RouteId;
use domain::permission::{Allowed, ReadRoutes};
use domain::refusal::{RefusalCode, Refused};
use domain::route::RouteMatch;
use domain::route_purpose::Purpose;
use domain::user::Role;
use mail::card_text::{self, Card};
use store::{routes, users};

use crate::error::FlowError;
use crate::ports::Records;

/// The card of a dropbox of the caller's own, or as an administrator of anybody's.
///
/// # Errors
/// `not_found`, also for another's; `route_not_secret` for a route that is no dropbox.
pub async fn card(
    records: &Records,
    allowed: &Allowed<ReadRoutes>,
    id: RouteId,
) -> Result<String, FlowError> {
    let (table, tenant) = (records.table.as_ref(), allowed.tenant());
    let route = routes::get(table, tenant, id).await?.ok_or_else(FlowError::not_found)?;
    if route.owner != allowed.user() && allowed.role() < Role::Admin {
        return Err(FlowError::not_found());
    }
    let (Purpose::Dropbox(_), RouteMatch::Address(address)) = (&route.purpose, &route.matches)
    else {
        let hint = "only a dropbox has a card";
        return Err(Refused::new(RefusalCode::RouteNotSecret, hint).into());
    };
    let owner = users::get(table, tenant, route.owner).await?.ok_or_else(FlowError::not_found)?;
    let name = format!("CRM dropbox of {}", owner.name);
    let card = Card {
        uid: &route.id.to_string(),
        name: &name,
        address,
        note: "Put this address into Bcc: the mail is filed in the CRM. Keep it to yourself.",
        made_at: records.clock.now(),
    };
    Ok(card_text::compose(&card))
}
