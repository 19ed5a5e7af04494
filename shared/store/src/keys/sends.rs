//! Keys of what we sent and of the addresses that are not mailed.

use domain::day::Day;
use domain::ids::TenantId;
use domain::send::SendPlace;
use domain::suppression::SuppressionScope;
use domain::timestamp::Timestamp;

use super::{IndexKey, ItemKeys, crm, delivery_table, only};

/// One recipient of a mail we sent. `recipient_hash` is the keyed hash of the address. Once it came
/// back index 1 lists it, once it was complained about index 2.
pub fn send(
    tenant: TenantId,
    place: &SendPlace,
    recipient_hash: &str,
    bounced_at: Option<Timestamp>,
    complained_at: Option<Timestamp>,
) -> ItemKeys {
    let pk = sends_of(tenant, place);
    let sk = match place {
        SendPlace::OneOff { .. } => format!("{SEND}{recipient_hash}"),
        SendPlace::Campaign { contact, .. } => format!("{SEND}{contact}"),
    };
    let entry = |partition: String, at: Timestamp| (partition, format!("{at}#{pk}#{sk}"));
    ItemKeys {
        gsi1: bounced_at.map(|at| entry(bounces_of_month(tenant, &at.month()), at)),
        gsi2: complained_at.map(|at| entry(complaints_of_month(tenant, &at.month()), at)),
        key: delivery_table(pk, sk),
    }
}

/// Partition of the recipients of one mail, or of one chunk of a campaign.
pub fn sends_of(tenant: TenantId, place: &SendPlace) -> String {
    match place {
        SendPlace::OneOff { message } => format!("TENANT#{tenant}#MESSAGE#{message}"),
        SendPlace::Campaign { campaign, chunk, .. } => {
            format!("TENANT#{tenant}#CAMPAIGN#{campaign}#CHUNK#{chunk:05}")
        }
    }
}

/// What sort keys of sends start with.
pub const SEND: &str = "SEND#";

/// Index partition of what came back in a month (`yyyymm`) of the tenant's mail.
pub fn bounces_of_month(tenant: TenantId, month: &str) -> String {
    format!("TENANT#{tenant}#BOUNCES#{month}")
}

/// Index partition of the complaints in a month (`yyyymm`) about the tenant's mail.
pub fn complaints_of_month(tenant: TenantId, month: &str) -> String {
    format!("TENANT#{tenant}#COMPLAINTS#{month}")
}

/// What became of a chunk, counted. It lies with the chunk's sends.
pub fn chunk_tally(tenant: TenantId, place: &SendPlace) -> ItemKeys {
    only(delivery_table(sends_of(tenant, place), "TALLY"))
}

/// What lists of blocks need of one.
pub struct ListedBlock<'a> {
    /// When it began.
    pub blocked_at: Timestamp,
    /// When it is looked at again.
    pub review_at: Timestamp,
    /// `temporary` or `permanent`.
    pub permanence: &'a str,
    /// The bounce category, or else the cause.
    pub category: &'a str,
}

/// A block; `subject` is the keyed hash of the address, or the domain. While it stands, index 1 lists
/// it by type and time, and index 2 by category and the time of its review.
pub fn suppression(
    tenant: TenantId,
    scope: SuppressionScope,
    subject: &str,
    listed: Option<ListedBlock<'_>>,
) -> ItemKeys {
    let of_address = format!("TENANT#{tenant}#EMAIL#{subject}");
    let key = match scope {
        SuppressionScope::Global => crm(format!("EMAIL#{subject}"), "SUPPRESSED"),
        SuppressionScope::Bounces => crm(of_address, "SUPPRESSED#BOUNCES"),
        SuppressionScope::Tenant => crm(of_address, "SUPPRESSED#ALL"),
        SuppressionScope::List(list) => crm(of_address, format!("SUPPRESSED#LIST#{list}")),
        SuppressionScope::Campaign(campaign) => {
            crm(of_address, format!("SUPPRESSED#CAMPAIGN#{campaign}"))
        }
        SuppressionScope::Domain => crm(format!("TENANT#{tenant}#DOMAIN#{subject}"), "SUPPRESSED"),
    };
    let index = |at: Timestamp| format!("{at}#{}#{}", key.pk, key.sk);
    let gsi1 = |l: &ListedBlock<'_>| (blocks_of_type(tenant, l.permanence), index(l.blocked_at));
    let gsi2 = |l: &ListedBlock<'_>| (blocks_of_category(tenant, l.category), index(l.review_at));
    let (by_type, by_category): (Option<IndexKey>, Option<IndexKey>) =
        (listed.as_ref().map(gsi1), listed.as_ref().map(gsi2));
    ItemKeys { gsi1: by_type, gsi2: by_category, key }
}

/// Index partition of the blocks of one type (`temporary`, `permanent`), by time.
pub fn blocks_of_type(tenant: TenantId, permanence: &str) -> String {
    format!("TENANT#{tenant}#BLOCKED#{permanence}")
}

/// Index partition of the blocks of one category, by the time of their review.
pub fn blocks_of_category(tenant: TenantId, category: &str) -> String {
    format!("TENANT#{tenant}#BLOCKED_FOR#{category}")
}

/// The temporary bounces of an address, for the rule of three in thirty days.
pub fn temporary_bounces(tenant: TenantId, address_hash: &str) -> ItemKeys {
    only(crm(format!("TENANT#{tenant}#EMAIL#{address_hash}"), "BOUNCES"))
}

/// The recipients of a domain that refused for one category on one day.
pub fn domain_refusals(tenant: TenantId, domain: &str, category: &str, day: Day) -> ItemKeys {
    let pk = format!("TENANT#{tenant}#DOMAIN#{domain}");
    only(delivery_table(pk, format!("REFUSALS#{category}#{day}")))
}
