//! How a block is shown: on lists, on the contact that has the address, and to who asks for one.

use domain::bounce::Permanence;
use domain::ids::ContactId;
use domain::language::Language;
use domain::suppression::{Suppression, SuppressionCause};
use domain::suppression_id::SuppressionId;
use domain::timestamp::Timestamp;
use flows::show_blocks::type_name;
use flows::unblock::lifts_left;
use serde::Serialize;
use utoipa::ToSchema;

use crate::schemas;

/// A block of an address or a domain.
#[derive(Serialize, ToSchema)]
pub struct BlockView {
    /// Its id.
    #[schema(value_type = String)]
    pub id: SuppressionId,
    /// What it reaches over: global, tenant, bounces, list, campaign or domain.
    pub scope: &'static str,
    /// `temporary` or `permanent`.
    #[serde(rename = "type")]
    pub block_type: &'static str,
    /// The bounce category, as `permanent/bad mailbox`; null where it came of no bounce.
    #[schema(required)]
    pub category: Option<&'static str>,
    /// What led to it.
    pub cause: &'static str,
    /// What people see of it.
    pub icon: IconView,
    /// What to do, in the tenant's language; null where it came of no bounce.
    #[schema(required)]
    pub recommendation: Option<&'static str>,
    /// The record that had the address.
    #[schema(value_type = Option<String>, required)]
    pub contact: Option<ContactId>,
    /// The domain of the address, or the domain itself.
    pub domain: String,
    /// The bounce reason in the field's words.
    #[schema(required)]
    pub reason: Option<&'static str>,
    /// The enhanced status code of the bounce.
    #[schema(required)]
    pub status: Option<String>,
    /// When what led to it happened.
    #[schema(schema_with = schemas::moment)]
    pub blocked_at: Timestamp,
    /// Until when it holds by itself; null for good.
    #[schema(value_type = Option<String>, required)]
    pub blocked_until: Option<Timestamp>,
    /// When it is looked at again.
    #[schema(schema_with = schemas::moment)]
    pub review_at: Timestamp,
    /// How often people may still lift it.
    pub lifts_left: u64,
}

/// The warning sign at an address, and what hovering over it tells.
#[derive(Serialize, ToSchema)]
pub struct IconView {
    /// `warning` for temporary blocks, `blocked` for permanent ones, `complaint` for complaints,
    /// `unsubscribed` where the recipient unsubscribed.
    pub name: &'static str,
    /// The category's name, or the cause, in the tenant's language where there is a text.
    pub title: &'static str,
    /// What happened, in the tenant's language; the title again where there is no text.
    pub hover: &'static str,
}

impl BlockView {
    /// The block with texts in a language.
    pub fn new(block: Suppression, language: Language) -> Self {
        let texts = block.category.map(|category| category.texts(language));
        let title = texts.map_or(block.cause.name(), |texts| texts.name);
        let icon = IconView {
            name: icon_name(&block),
            title,
            hover: texts.map_or(title, |texts| texts.definition),
        };
        Self {
            id: SuppressionId::of(&block),
            scope: block.scope.name(),
            block_type: type_name(block.permanence),
            category: block.category.map(|category| category.key()),
            cause: block.cause.name(),
            icon,
            recommendation: texts.map(|texts| texts.recommendation),
            contact: block.contact,
            lifts_left: lifts_left(&block),
            domain: block.domain,
            reason: block.reason.map(|reason| reason.name()),
            status: block.status,
            blocked_at: block.blocked_at,
            blocked_until: block.blocked_until,
            review_at: block.review_at,
        }
    }
}

fn icon_name(block: &Suppression) -> &'static str {
    match (block.cause, block.permanence) {
        (SuppressionCause::Complaint, _) => "complaint",
        (SuppressionCause::Unsubscribed, _) => "unsubscribed",
        (_, Permanence::Temporary) => "warning",
        (_, Permanence::Permanent) => "blocked",
    }
}
