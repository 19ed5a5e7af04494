//! Search, and the mail of a mailbox.

use axum::extract::State;
use domain::email_address::EmailAddress;
use domain::ids::{ContactId, MailboxId, ThreadId};
use domain::limits::{PAGE_ITEMS_DEFAULT, PAGE_ITEMS_MAX};
use domain::message::Direction;
use domain::permission::{ReadMail, Scope};
use domain::refusal::{RefusalCode, Refused};
use domain::timestamp::Timestamp;
use flows::list_mail::list_mail;
use flows::paging::Wish;
use flows::search_mail::{Wanted, search_mail};
use serde::Deserialize;
use utoipa::ToSchema;

use super::mail_views::MailView;
use crate::answer::Answer;
use crate::app::App;
use crate::asked::Asked;
use crate::auth::Call;
use crate::cursor::CursorSeal;
use crate::endpoint::{Endpoint, QueryParameter};
use crate::pages::{ListQuery, page};
use crate::problem::ApiError;

/// What is looked for: every field that is given must fit.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchToDo {
    /// An address that the mail names, in any field.
    #[schema(value_type = Option<String>, required = false)]
    address: Option<EmailAddress>,
    /// A contact, lead or account that it concerns.
    #[schema(value_type = Option<String>, required = false)]
    contact: Option<ContactId>,
    /// Its conversation.
    #[schema(value_type = Option<String>, required = false)]
    thread: Option<ThreadId>,
    /// A mailbox where it arrived.
    #[schema(value_type = Option<String>, required = false)]
    mailbox: Option<MailboxId>,
    /// Received or sent, seen from the tenant.
    #[schema(value_type = Option<String>, required = false)]
    direction: Option<Direction>,
    /// What sort of mail it is: `ordinary`, `automatic`, `list` and so on.
    kind: Option<String>,
    /// Whether it brought files; pictures within its text are none.
    has_attachment: Option<bool>,
    /// Sent at this moment or later.
    #[schema(value_type = Option<String>, required = false)]
    from: Option<Timestamp>,
    /// Sent before this moment.
    #[schema(value_type = Option<String>, required = false)]
    until: Option<Timestamp>,
    /// Words of its subject and new text, in any order; case and accents do not count.
    #[serde(default)]
    words: String,
    /// Most items, 1 to 200; 50 where it is missing.
    limit: Option<u32>,
    /// The `next_cursor` of the same search.
    cursor: Option<String>,
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    let mailbox = QueryParameter {
        name: "mailbox",
        description: "Only what arrived in this mailbox: one's own where it is missing.",
        one_of: &[],
    };
    let direction = QueryParameter {
        name: "direction",
        description: "Only what was received, or sent.",
        one_of: &["received", "sent"],
    };
    let listed = "The mail of a mailbox, newest first. What came or was sent this month is on the first \
                  page at once; older mail that is taken in late, seconds after.";
    let searched = "Finds mail that one may see, newest first; new mail is found seconds after it came. \
                    A page may be empty and have a next.";
    vec![
        Endpoint::get("/v1/messages", "list_messages", listed, list)
            .needs(Scope::ReadMail)
            .with_query(mailbox)
            .with_query(direction)
            .lists::<MailView>(),
        Endpoint::post("/v1/search", "search", searched, search)
            .needs(Scope::ReadMail)
            .takes::<SearchToDo>()
            .gives_page::<MailView>(),
    ]
}

async fn list(
    State(app): State<App>,
    call: Call<ReadMail>,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let (wish, seal, mut filter) = query.open(&app, &call.allowed)?;
    let mailbox: Option<MailboxId> =
        filter.take("mailbox", "copy the id as the API gave it", |text| text.parse().ok())?;
    let direction = filter.take("direction", "use received or sent", |text| match text {
        "received" => Some(Direction::Received),
        "sent" => Some(Direction::Sent),
        _ => None,
    })?;
    filter.finish()?;
    let index = app.index();
    let listed = list_mail(&app.records, &index, &call.allowed, mailbox, direction, wish).await?;
    page(listed, &seal, MailView::from)
}

async fn search(
    State(app): State<App>,
    call: Call<ReadMail>,
    asked: Asked<SearchToDo>,
) -> Result<Answer, ApiError> {
    let SearchToDo { limit, cursor, .. } = &asked.body;
    let limit = limit.unwrap_or(PAGE_ITEMS_DEFAULT);
    if !(1..=PAGE_ITEMS_MAX).contains(&limit) {
        let hint = format!("ask for 1 to {PAGE_ITEMS_MAX} items");
        let refused = Refused::field(RefusalCode::FieldInvalid, "limit", hint);
        return Err(refused.with_limit(u64::from(PAGE_ITEMS_MAX)).into());
    }
    let cursor = cursor.clone();
    let wanted = wanted(asked.body);
    // What a search shows depends on who asks, and a cursor opens the same search only.
    let (allowed, own) = (&call.allowed, format!("{wanted:?} {:?}", wanted.address_text()));
    let (tenant, user, role) = (allowed.tenant(), allowed.user(), allowed.role());
    let list = format!("{tenant} {user} {role:?} /v1/search {own}");
    let seal = CursorSeal::new(app.records.hasher.clone(), list);
    let after = cursor.map(|cursor| seal.open(&cursor)).transpose()?;
    let wish = Wish { limit, after };
    let found = search_mail(&app.records, &app.index(), allowed, &wanted, wish).await?;
    page(found, &seal, MailView::from)
}

fn wanted(asked: SearchToDo) -> Wanted {
    Wanted {
        address: asked.address,
        contact: asked.contact,
        thread: asked.thread,
        mailbox: asked.mailbox,
        owner: None,
        direction: asked.direction,
        kind: asked.kind,
        has_attachment: asked.has_attachment,
        from: asked.from,
        until: asked.until,
        words: asked.words,
    }
}
