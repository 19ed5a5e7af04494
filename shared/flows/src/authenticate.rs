//! From the text of an API key to the one who asks, and those below him, in two reads.

use domain::permission::Actor;
use domain::refusal::{RefusalCode, Refused};

use crate::api_key_text::GivenKey;
use crate::error::FlowError;
use crate::ports::Records;

/// The actor whose key this is.
///
/// # Errors
/// `key_missing` where the text has not the form of a key. `key_invalid` where there is no such key, its
/// secret is another, it is revoked or has expired, or its user is disabled: one answer for all, so
/// that it tells a guesser nothing.
pub async fn authenticate(records: &Records, text: &str) -> Result<Actor, FlowError> {
    let table = records.table.as_ref();
    let given: GivenKey = text.parse().map_err(|_| {
        let hint = "send `Authorization: Bearer mailroom_...` with the whole key";
        Refused::new(RefusalCode::KeyMissing, hint)
    })?;
    let invalid = || {
        let hint = "check that the key is complete, has not expired and was not revoked";
        FlowError::from(Refused::new(RefusalCode::KeyInvalid, hint))
    };
    let key = store::api_keys::get(table, given.id).await?.ok_or_else(invalid)?;
    if !given.opens(&key) || !key.is_valid_at(records.clock.now()) {
        return Err(invalid());
    }
    let found = store::teams::user_and_place(table, key.tenant, key.user).await?;
    let (user, place) = found.ok_or_else(invalid)?;
    if user.disabled_at.is_some() {
        return Err(invalid());
    }
    Ok(Actor::new(key.tenant, user.id, user.role, key.scopes).above(place.team))
}
