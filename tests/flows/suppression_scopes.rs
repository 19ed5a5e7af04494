//! Over what a block reaches (H9): a list's or campaign's stops that mail alone, wider ones stop more,
//! and both looks, at the snapshot of recipients and just before a mail goes out, ask all of them.

use domain::bounce::Permanence;
use domain::contact::{Contact, ContactKind, ContactSource};
use domain::email_address::EmailAddress;
use domain::ids::{CampaignId, ContactId, ListId, TenantId};
use domain::suppression::{Suppression, SuppressionCause, SuppressionScope};
use domain::tenant::TenantSettings;
use flows::address_to_send::{Picked, address_to_send};
use flows::ports::Clock;
use store::suppressions::{self, Asked};
use store::table::Table;
use testkit::world::World;

const LENA: &str = "lena@harbour.example";

fn list(number: u128) -> ListId {
    ListId::from_bits(number)
}

fn campaign(number: u128) -> CampaignId {
    CampaignId::from_bits(number)
}

fn tenant(number: u128) -> TenantId {
    TenantId::from_bits(number)
}

fn scopes() -> [SuppressionScope; 6] {
    [
        SuppressionScope::Global,
        SuppressionScope::Tenant,
        SuppressionScope::Bounces,
        SuppressionScope::List(list(1)),
        SuppressionScope::Campaign(campaign(1)),
        SuppressionScope::Domain,
    ]
}

/// Blocks Lena's address, or its domain, for the first tenant.
async fn block(world: &World, scope: SuppressionScope) {
    let to = EmailAddress::parse(LENA).unwrap();
    let of_domain = scope == SuppressionScope::Domain;
    let wanted = Suppression {
        scope,
        tenant: tenant(1),
        address_hash: (!of_domain).then(|| world.records.hasher.address(&to)),
        domain: to.domain().to_owned(),
        contact: None,
        cause: SuppressionCause::Unsubscribed,
        permanence: Permanence::Permanent,
        category: None,
        reason: None,
        status: None,
        source: None,
        blocked_at: world.clock.now(),
        blocked_until: None,
        review_at: Suppression::review_of(world.clock.now()),
        lifted_at: None,
        lifts: 0,
        rev: 1,
    };
    suppressions::block(world.table.as_ref(), &wanted, None).await.unwrap();
}

/// What stops this mail to an address of this tenant.
async fn stopped_by(
    world: &World,
    of: TenantId,
    address: &str,
    list: Option<ListId>,
    campaign: Option<CampaignId>,
) -> Option<SuppressionScope> {
    let address = EmailAddress::parse(address).unwrap();
    let asked = [Asked { address: address.clone(), list, campaign }];
    let (table, hasher) = (world.table.as_ref(), &world.records.hasher);
    let found = suppressions::blocking(table, of, hasher, &asked, world.clock.now()).await;
    found.unwrap().remove(&address).map(|block| block.scope)
}

#[tokio::test]
async fn a_block_stops_what_it_reaches_over_and_nothing_else() {
    // One mail by a person, one to the list, one to another, one of the campaign, one of another.
    let mails = [
        (None, None),
        (Some(list(1)), None),
        (Some(list(2)), None),
        (Some(list(1)), Some(campaign(1))),
        (Some(list(2)), Some(campaign(2))),
    ];
    for scope in scopes() {
        let world = World::new(1);
        block(&world, scope).await;
        for (list_of, campaign_of) in mails {
            let stopped = match scope {
                SuppressionScope::List(of) => list_of == Some(of),
                SuppressionScope::Campaign(of) => campaign_of == Some(of),
                _ => true,
            };
            let found = stopped_by(&world, tenant(1), LENA, list_of, campaign_of).await;
            assert_eq!(found, stopped.then_some(scope), "{scope:?} {list_of:?} {campaign_of:?}");
        }
        let everything = (Some(list(1)), Some(campaign(1)));
        let theirs = stopped_by(&world, tenant(2), LENA, everything.0, everything.1).await;
        let global = scope == SuppressionScope::Global;
        assert_eq!(theirs, global.then_some(scope), "another tenant: {scope:?}");
        let ole = "ole@harbour.example";
        let neighbour = stopped_by(&world, tenant(1), ole, everything.0, everything.1).await;
        let of_domain = scope == SuppressionScope::Domain;
        assert_eq!(neighbour, of_domain.then_some(scope), "another address: {scope:?}");
    }
}

#[tokio::test]
async fn of_several_blocks_the_widest_is_told_and_under_it_the_narrower_ones_stay() {
    let world = World::new(1);
    // The narrowest first, so that each new one is wider than those before.
    for scope in scopes().into_iter().rev().filter(|scope| *scope != SuppressionScope::Domain) {
        block(&world, scope).await;
        let found = stopped_by(&world, tenant(1), LENA, Some(list(1)), Some(campaign(1))).await;
        assert_eq!(found, Some(scope));
    }
    // The wide ones go, the narrow ones hold on.
    let to = EmailAddress::parse(LENA).unwrap();
    let (table, hasher) = (world.table.as_ref(), &world.records.hasher);
    let wide = [SuppressionScope::Global, SuppressionScope::Tenant, SuppressionScope::Bounces];
    for scope in wide {
        let found = suppressions::get(table, tenant(1), hasher, scope, &to).await.unwrap().unwrap();
        let mut lifted = found.clone();
        lifted.lift(world.clock.now(), true);
        table.write(suppressions::replace(&lifted, found.rev).unwrap()).await.unwrap();
    }
    let mail = |list_of, campaign_of| stopped_by(&world, tenant(1), LENA, list_of, campaign_of);
    assert_eq!(mail(None, None).await, None);
    let of_list = Some(SuppressionScope::List(list(1)));
    assert_eq!(mail(Some(list(1)), Some(campaign(1))).await, of_list);
    let of_campaign = Some(SuppressionScope::Campaign(campaign(1)));
    assert_eq!(mail(Some(list(2)), Some(campaign(1))).await, of_campaign);
}

fn lena(world: &World, addresses: &[&str]) -> Contact {
    let (id, kind, at) = (ContactId::from_bits(9), ContactKind::Contact, world.clock.now());
    let addresses = addresses.iter().map(|text| EmailAddress::parse(text).unwrap()).collect();
    Contact { addresses, ..Contact::new(id, kind, "Lena".to_owned(), ContactSource::Api, at) }
}

#[tokio::test]
async fn the_address_of_a_campaigns_recipient_is_picked_under_its_list_and_campaign() {
    let addresses = [LENA, "lena@home.example"];
    let settings = TenantSettings { secondary_address: true, ..TenantSettings::default() };
    for scope in scopes() {
        let world = World::new(1);
        let contact = lena(&world, &addresses);
        let pick = async |list_of, campaign_of| {
            let (records, tenant) = (&world.records, tenant(1));
            let picked =
                address_to_send(records, tenant, &settings, &contact, list_of, campaign_of).await;
            match picked.unwrap() {
                Picked::Send(address) => Ok(address.expose().to_owned()),
                Picked::Blocked(block) => Err(block.scope),
                Picked::NoAddress => panic!("it has two"),
            }
        };
        // The snapshot finds it free; who is blocked between the looks is seen by the second.
        assert_eq!(pick(Some(list(1)), Some(campaign(1))).await, Ok(LENA.to_owned()));
        block(&world, scope).await;
        let second = pick(Some(list(1)), Some(campaign(1))).await;
        let of_address = matches!(scope, SuppressionScope::Bounces | SuppressionScope::Domain);
        let wanted = if of_address { Ok("lena@home.example".to_owned()) } else { Err(scope) };
        assert_eq!(second, wanted, "a person's wish holds for all of his addresses");
        let other = pick(Some(list(2)), Some(campaign(2))).await;
        let narrow = matches!(scope, SuppressionScope::List(_) | SuppressionScope::Campaign(_));
        let wanted = if narrow { Ok(LENA.to_owned()) } else { wanted };
        assert_eq!(other, wanted, "{scope:?}: another list and campaign");
    }
}
