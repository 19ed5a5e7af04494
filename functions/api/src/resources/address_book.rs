//! The address book. Letters may be the beginning of an address and URLs are logged, so they come in
//! the body.

use axum::extract::State;
use domain::email_address::EmailAddress;
use domain::ids::{ContactId, UserId};
use domain::limits::{BOOK_ITEMS_MAX, NAME_BYTES_MAX};
use domain::permission::{ReadContacts, ReadMail, Scope};
use domain::refusal::{RefusalCode, Refused};
use flows::look_up_people::{Person, Who, look_up_people};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::app::App;
use crate::asked::Asked;
use crate::auth::Call;
use crate::endpoint::Endpoint;
use crate::problem::ApiError;

/// Whom somebody means.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PeopleToLookUp {
    /// The beginning of words of a name, of an address or of its domain.
    letters: String,
    /// Most people, 1 to 20; 10 where it is missing.
    limit: Option<u32>,
}

/// People who may be meant, the likeliest first.
#[derive(Serialize, ToSchema)]
pub struct PeopleView {
    /// The people.
    items: Vec<PersonView>,
}

/// Somebody who may be meant.
#[derive(Serialize, ToSchema)]
pub struct PersonView {
    /// The name, where one is known.
    #[schema(required)]
    name: Option<String>,
    /// The address to write to.
    #[schema(value_type = String)]
    address: EmailAddress,
    /// The lead, contact or account whose address it is.
    #[schema(value_type = Option<String>, required)]
    contact: Option<ContactId>,
    /// The user whose address it is.
    #[schema(value_type = Option<String>, required)]
    user: Option<UserId>,
    /// How many of one's newest mails name the address.
    recent_mails: u32,
    /// Whether mail to the address is blocked now.
    blocked: bool,
}

impl From<Person> for PersonView {
    fn from(person: Person) -> Self {
        let (contact, user) = match person.who {
            Some(Who::Contact(contact)) => (Some(contact), None),
            Some(Who::User(user)) => (None, Some(user)),
            None => (None, None),
        };
        let Person { name, address, recent_mails, blocked, .. } = person;
        Self { name, address, contact, user, recent_mails, blocked }
    }
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    let summary = "Who may be meant by a few letters: recent correspondents, users, contacts.";
    vec![
        Endpoint::post("/v1/address_book/lookup", "look_up_people", summary, look_up)
            .needs(Scope::ReadContacts)
            .needs(Scope::ReadMail)
            .takes::<PeopleToLookUp>()
            .gives::<PeopleView>(),
    ]
}

async fn look_up(
    State(app): State<App>,
    call: Call<ReadContacts>,
    asked: Asked<PeopleToLookUp>,
) -> Result<Answer, ApiError> {
    let mail = call.actor.require::<ReadMail>()?;
    let PeopleToLookUp { letters, limit } = asked.body;
    let limit = limit.unwrap_or(BOOK_ITEMS_MAX / 2);
    if !(1..=BOOK_ITEMS_MAX).contains(&limit) {
        let hint = format!("ask for 1 to {BOOK_ITEMS_MAX} people");
        let refused = Refused::field(RefusalCode::FieldInvalid, "limit", hint);
        return Err(refused.with_limit(u64::from(BOOK_ITEMS_MAX)).into());
    }
    if letters.len() > NAME_BYTES_MAX {
        let hint = format!("send at most {NAME_BYTES_MAX} octets");
        return Err(Refused::field(RefusalCode::FieldInvalid, "letters", hint).into());
    }
    let (records, index) = (&app.records, app.index());
    let found = look_up_people(records, &index, &call.allowed, &mail, &letters, limit).await?;
    let items = found.into_iter().map(PersonView::from).collect();
    Answer::ok(&PeopleView { items })
}
