//! What came back, what was complained about, and what to do about each category.

use axum::extract::State;
use domain::bounce::Permanence;
use domain::bounce_category::BounceCategory;
use domain::day::Day;
use domain::ids::{CampaignId, ContactId, MessageId};
use domain::language::Language;
use domain::permission::{ReadBlocks, Scope};
use domain::send::{Send, SendPlace};
use domain::timestamp::Timestamp;
use flows::show_blocks::type_name;
use flows::show_bounces::{self, BounceFilter, listed_at};
use flows::texts_language;
use serde::Serialize;
use utoipa::ToSchema;

use super::suppressions::type_of;
use crate::answer::Answer;
use crate::app::App;
use crate::asked::QueryWords;
use crate::auth::Call;
use crate::endpoint::{Endpoint, QueryParameter};
use crate::pages::{ListQuery, page};
use crate::problem::ApiError;
use crate::schemas;

/// A mail that came back, for one recipient.
#[derive(Serialize, ToSchema)]
pub struct BounceView {
    /// The recipient.
    pub address: String,
    /// The record of the recipient, where one is known.
    #[schema(value_type = Option<String>, required)]
    pub contact: Option<ContactId>,
    /// The mail, where a person wrote it.
    #[schema(value_type = Option<String>, required)]
    pub message: Option<MessageId>,
    /// The campaign, where it was one's.
    #[schema(value_type = Option<String>, required)]
    pub campaign: Option<CampaignId>,
    /// When it came back.
    #[schema(schema_with = schemas::moment)]
    pub at: Timestamp,
    /// `temporary` or `permanent`.
    #[serde(rename = "type")]
    pub bounce_type: &'static str,
    /// The category, as `temporary/mailbox full`.
    pub category: &'static str,
    /// The category's name in the tenant's language.
    pub category_name: &'static str,
    /// What to do, in the tenant's language.
    pub recommendation: &'static str,
    /// Why, in the field's words.
    pub reason: &'static str,
    /// Whether the address is dead.
    pub hard: bool,
    /// Enhanced status code.
    #[schema(required)]
    pub status: Option<String>,
    /// SMTP reply code.
    #[schema(required)]
    pub reply: Option<u16>,
    /// What the receiving server said.
    pub diagnostic: String,
}

/// A complaint of a recipient.
#[derive(Serialize, ToSchema)]
pub struct ComplaintView {
    /// The recipient.
    pub address: String,
    /// The record of the recipient, where one is known.
    #[schema(value_type = Option<String>, required)]
    pub contact: Option<ContactId>,
    /// The mail, where a person wrote it.
    #[schema(value_type = Option<String>, required)]
    pub message: Option<MessageId>,
    /// The campaign, where it was one's.
    #[schema(value_type = Option<String>, required)]
    pub campaign: Option<CampaignId>,
    /// When.
    #[schema(value_type = Option<String>, required)]
    pub at: Option<Timestamp>,
    /// `abuse`, `fraud`, `not-spam` and the like, where it is told.
    #[schema(required)]
    pub feedback_type: Option<String>,
}

/// What a bounce category means and what to do.
#[derive(Serialize, ToSchema)]
pub struct CategoryView {
    /// The category.
    pub category: &'static str,
    /// `temporary` or `permanent`.
    #[serde(rename = "type")]
    pub bounce_type: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What happened.
    pub definition: &'static str,
    /// What to do.
    pub recommendation: &'static str,
}

/// Every category.
#[derive(Serialize, ToSchema)]
pub struct CategoriesView {
    /// The language of the texts.
    pub language: &'static str,
    /// The categories, the temporary ones first.
    pub items: Vec<CategoryView>,
}

/// An address that turned out invalid.
#[derive(Serialize, ToSchema)]
pub struct AddressStatusView {
    /// The address.
    pub address: String,
    /// The record of the recipient, where one is known.
    #[schema(value_type = Option<String>, required)]
    pub contact: Option<ContactId>,
    /// The campaign, where it was one's.
    #[schema(value_type = Option<String>, required)]
    pub campaign: Option<CampaignId>,
    /// Always `invalid`.
    pub status: &'static str,
    /// The category of the bounce.
    #[schema(required)]
    pub category: Option<&'static str>,
    /// When the mail was sent.
    #[schema(schema_with = schemas::moment)]
    pub sent_at: Timestamp,
    /// From when on the address is listed here: seven days later.
    #[schema(schema_with = schemas::moment)]
    pub listed_at: Timestamp,
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    let parameter = |name, description| QueryParameter { name, description, one_of: &[] };
    let time = [
        parameter("from", "Only of this day and later: 2026-11-22, in UTC."),
        parameter("to", "Only of this day and earlier."),
        parameter("campaign", "Only mail of this campaign."),
    ];
    let timed = |endpoint: Endpoint| {
        time.iter().fold(endpoint, |endpoint, parameter| endpoint.with_query(*parameter))
    };
    let types = &["temporary", "permanent"];
    let of_type = QueryParameter { name: "type", description: "Only this type.", one_of: types };
    let category = parameter("category", "Only this category: see /v1/bounce_categories.");
    let right = Scope::ReadBlocks;
    let back = "Mail that came back, the newest first.";
    let complained = "Complaints of recipients, the newest first.";
    let texts = "What each bounce category means and what to do.";
    let invalid = "Addresses that turned out invalid, from seven days after the mail was sent.";
    vec![
        timed(Endpoint::get("/v1/bounces", "list_bounces", back, list_bounces))
            .needs(right)
            .with_query(of_type)
            .with_query(category)
            .lists::<BounceView>(),
        timed(Endpoint::get("/v1/complaints", "list_complaints", complained, list_complaints))
            .needs(right)
            .lists::<ComplaintView>(),
        Endpoint::get("/v1/bounce_categories", "list_bounce_categories", texts, categories)
            .needs(right)
            .with_query(QueryParameter {
                name: "language",
                description: "In this language; in the tenant's where it is missing.",
                one_of: &["zh", "de", "en"],
            })
            .gives::<CategoriesView>(),
        Endpoint::get("/v1/address_statuses", "list_address_statuses", invalid, statuses)
            .needs(right)
            .with_query(parameter("campaign", "Only mail of this campaign."))
            .lists::<AddressStatusView>(),
    ]
}

/// Takes the words that bounces and complaints share.
fn time_filter(words: &mut QueryWords) -> Result<BounceFilter, ApiError> {
    let day = "use a day like 2026-11-22";
    let read_day = |text: &str| text.parse::<Day>().ok();
    Ok(BounceFilter {
        permanence: None,
        category: None,
        campaign: words.take("campaign", "copy the campaign's id", |text| text.parse().ok())?,
        from: words.take("from", day, read_day)?,
        to: words.take("to", day, read_day)?,
    })
}

fn parts_of(place: SendPlace) -> (Option<MessageId>, Option<CampaignId>, Option<ContactId>) {
    match place {
        SendPlace::OneOff { message } => (Some(message), None, None),
        SendPlace::Campaign { campaign, contact, .. } => (None, Some(campaign), Some(contact)),
    }
}

fn bounce_view(send: Send, language: Language) -> Option<BounceView> {
    let bounce = send.bounce()?.clone();
    let (message, campaign, of_place) = parts_of(send.place);
    let texts = bounce.category.texts(language);
    Some(BounceView {
        address: send.to.expose().to_owned(),
        contact: send.contact.or(of_place),
        message,
        campaign,
        at: bounce.at,
        bounce_type: type_name(bounce.permanence),
        category: bounce.category.key(),
        category_name: texts.name,
        recommendation: texts.recommendation,
        reason: bounce.reason.name(),
        hard: bounce.hard,
        status: bounce.status,
        reply: bounce.reply,
        diagnostic: bounce.diagnostic.expose().to_owned(),
    })
}

fn complaint_view(send: Send) -> ComplaintView {
    let (message, campaign, of_place) = parts_of(send.place);
    let complaint = send.complained;
    ComplaintView {
        address: send.to.expose().to_owned(),
        contact: send.contact.or(of_place),
        message,
        campaign,
        at: complaint.as_ref().map(|complaint| complaint.at),
        feedback_type: complaint.and_then(|complaint| complaint.feedback_type),
    }
}

async fn list_bounces(
    State(app): State<App>,
    call: Call<ReadBlocks>,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let (wish, seal, mut words) = query.open(&app, &call.allowed)?;
    let mut filter = time_filter(&mut words)?;
    filter.permanence = words.take("type", "use temporary or permanent", type_of)?;
    let hint = "see /v1/bounce_categories";
    filter.category = words.take("category", hint, |text| text.parse().ok())?;
    words.finish()?;
    let language = texts_language::of_tenant(&app.records, call.allowed.tenant()).await?;
    let mut listed = show_bounces::bounces(&app.records, &call.allowed, filter, wish).await?;
    let items = std::mem::take(&mut listed.items);
    let views: Vec<BounceView> =
        items.into_iter().filter_map(|send| bounce_view(send, language)).collect();
    page(flows::paging::Listed { items: views, next: listed.next }, &seal, |view| view)
}

async fn list_complaints(
    State(app): State<App>,
    call: Call<ReadBlocks>,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let (wish, seal, mut words) = query.open(&app, &call.allowed)?;
    let filter = time_filter(&mut words)?;
    words.finish()?;
    let listed = show_bounces::complaints(&app.records, &call.allowed, filter, wish).await?;
    page(listed, &seal, complaint_view)
}

async fn categories(
    State(app): State<App>,
    call: Call<ReadBlocks>,
    mut words: QueryWords,
) -> Result<Answer, ApiError> {
    let of_code = |text: &str| Language::ALL.into_iter().find(|one| one.code() == text);
    let asked = words.take("language", "use zh, de or en", of_code)?;
    words.finish()?;
    let language = match asked {
        Some(language) => language,
        None => texts_language::of_tenant(&app.records, call.allowed.tenant()).await?,
    };
    let view = |category: BounceCategory| {
        let texts = category.texts(language);
        let permanence: Permanence = category.permanence();
        CategoryView {
            category: category.key(),
            bounce_type: type_name(permanence),
            name: texts.name,
            definition: texts.definition,
            recommendation: texts.recommendation,
        }
    };
    let items = BounceCategory::ALL.into_iter().map(view).collect();
    Answer::ok(&CategoriesView { language: language.code(), items })
}

async fn statuses(
    State(app): State<App>,
    call: Call<ReadBlocks>,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let (wish, seal, mut words) = query.open(&app, &call.allowed)?;
    let campaign = words.take("campaign", "copy the campaign's id", |text| text.parse().ok())?;
    words.finish()?;
    let listed = show_bounces::address_statuses(&app.records, &call.allowed, campaign, wish);
    page(listed.await?, &seal, |send| {
        let (_, campaign, of_place) = parts_of(send.place);
        AddressStatusView {
            address: send.to.expose().to_owned(),
            contact: send.contact.or(of_place),
            campaign,
            status: "invalid",
            category: send.bounced_permanent.as_ref().map(|bounce| bounce.category.key()),
            sent_at: send.queued_at,
            listed_at: listed_at(&send),
        }
    })
}
