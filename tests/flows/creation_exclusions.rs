//! Of whom mail makes nothing by itself (B9): lists, bulk mail, roles, our own domains, blocked people;
//! and what it makes of the others.

use domain::bounce::Permanence;
use domain::contact::ContactKind;
use domain::email_address::EmailAddress;
use domain::suppression::{Suppression, SuppressionCause, SuppressionScope};
use domain::tenant::{ContactCreation, CreatedAs, Tenant};
use flows::ports::Clock;
use store::table::{Table, TableName};
use store::{suppressions, tenants};
use testkit::raw_mail::Draft;

use crate::bench_of_inbound::{ANNA, CUSTOMER, Inbound};

async fn set(inbound: &Inbound, creation: ContactCreation, created_as: CreatedAs) {
    let mut tenant: Tenant = inbound.records(TableName::Crm, "tenant").remove(0);
    tenant.settings.contact_creation = creation;
    tenant.settings.created_as = created_as;
    tenant.rev += 1;
    let write = tenants::replace(&tenant, tenant.rev - 1).unwrap();
    inbound.world.table.write(write).await.unwrap();
}

async fn block(inbound: &Inbound, email: &str, scope: SuppressionScope, cause: SuppressionCause) {
    let address = EmailAddress::parse(email).unwrap();
    let now = inbound.world.clock.now();
    let block = Suppression {
        scope,
        tenant: inbound.tenant.id,
        address_hash: Some(inbound.world.records.hasher.address(&address)),
        domain: address.domain().to_owned(),
        contact: None,
        cause,
        permanence: Permanence::Permanent,
        category: None,
        reason: None,
        status: None,
        source: None,
        blocked_at: now,
        blocked_until: None,
        review_at: now,
        lifted_at: None,
        lifts: 0,
        rev: 1,
    };
    suppressions::block(inbound.world.table.as_ref(), &block, None).await.unwrap();
}

/// All records, accounts too.
fn made(inbound: &Inbound) -> usize {
    inbound.records::<domain::contact::Contact>(TableName::Crm, "contact").len()
}

#[tokio::test]
async fn newsletters_and_bulk_mail_make_nobody_whoever_they_name() {
    let fields: [&[&str]; 5] = [
        &["List-Id: <news.harbour.example>"],
        &["Precedence: bulk"],
        &["Precedence: list"],
        &["List-Unsubscribe: <https://harbour.example/u>", "Precedence: bulk"],
        &["Auto-Submitted: auto-generated"],
    ];
    let inbound = Inbound::with_domain().await;
    set(&inbound, ContactCreation::SentAndReceived, CreatedAs::Contact).await;
    for (n, fields) in fields.iter().enumerate() {
        for (from, to) in [(CUSTOMER, ANNA), (ANNA, "lena@harbour.example")] {
            let draft = Draft::new(&format!("n{n}{}", to.len()), from, to);
            let draft = fields.iter().fold(draft, |draft, field| draft.field(field));
            inbound.message(&draft).await;
            assert_eq!(made(&inbound), 0, "{fields:?} from {from}");
        }
    }
}

#[tokio::test]
async fn roles_and_addresses_of_our_own_domains_get_no_record_in_either_direction() {
    let inbound = Inbound::with_domain().await;
    set(&inbound, ContactCreation::SentAndReceived, CreatedAs::Contact).await;
    let nobodies = [
        "info@harbour.example",
        "no-reply@harbour.example",
        "Support@harbour.example",
        "printer@crm.example.com",
        "ben@crm.example.com",
        "ben+crm@crm.example.com",
    ];
    for (n, nobody) in nobodies.iter().enumerate() {
        inbound.message(&Draft::new(&format!("in{n}"), nobody, ANNA)).await;
        assert_eq!(made(&inbound), 0, "from {nobody}");
        inbound.message(&Draft::new(&format!("out{n}"), ANNA, nobody)).await;
        assert_eq!(made(&inbound), 0, "to {nobody}");
    }
    inbound.message(&Draft::new("person", CUSTOMER, ANNA)).await;
    assert_eq!(made(&inbound), 2, "a person gets one, with the account of his domain");
}

#[tokio::test]
async fn blocked_people_get_no_record_until_the_block_is_lifted() {
    let inbound = Inbound::with_domain().await;
    set(&inbound, ContactCreation::SentAndReceived, CreatedAs::Contact).await;
    use SuppressionScope::{Bounces, Global, Tenant};
    let cases = [
        ("a@one.example", Tenant, SuppressionCause::Unsubscribed),
        ("b@two.example", Global, SuppressionCause::Complaint),
        ("c@three.example", Bounces, SuppressionCause::Bounce),
    ];
    for (n, (email, scope, cause)) in cases.into_iter().enumerate() {
        block(&inbound, email, scope, cause).await;
        inbound.message(&Draft::new(&format!("in{n}"), email, ANNA)).await;
        inbound.message(&Draft::new(&format!("out{n}"), ANNA, email)).await;
        assert_eq!(made(&inbound), 0, "{email}");
    }
    inbound.message(&Draft::new("beside", "d@one.example", ANNA)).await;
    assert_eq!(made(&inbound), 2, "somebody else of the same domain");
}

#[tokio::test]
async fn what_the_settings_say_becomes_of_people_and_a_lead_has_no_account() {
    for (created_as, kind, accounts) in
        [(CreatedAs::Contact, ContactKind::Contact, 1), (CreatedAs::Lead, ContactKind::Lead, 0)]
    {
        let inbound = Inbound::with_domain().await;
        set(&inbound, ContactCreation::SentAndReceived, created_as).await;
        inbound.message(&Draft::new("in", CUSTOMER, ANNA)).await;
        inbound.message(&Draft::new("out", ANNA, "omar@quay.example")).await;
        let kinds: Vec<ContactKind> = inbound
            .contacts()
            .into_iter()
            .map(|made| made.kind)
            .filter(|kind| *kind != ContactKind::Account)
            .collect();
        assert_eq!(kinds, [kind, kind]);
        assert_eq!(made(&inbound), 2 + 2 * accounts);
    }
}
