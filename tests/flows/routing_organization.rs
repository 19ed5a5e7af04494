//! Organization addresses (B7): who may write, what is made, and what the verdicts allow (B11).

use domain::contact::ContactKind;
use domain::field_value::FieldValue;
use domain::intake::QuarantineReason;
use domain::route_purpose::{
    AllowedSenders, Assignment, DropboxRules, OrganizationRules, Purpose, RequiredVerdict,
};
use testkit::raw_mail::Draft;

use crate::bench_of_inbound::{ANNA, Inbound};
use crate::bench_of_routes::{PASS, SALES, SECRET, address, dropbox, organization};

const STRANGER: &str = "Lena <lena@harbour.example>";

async fn with(rules: OrganizationRules) -> Inbound {
    let inbound = Inbound::with_domain().await;
    inbound.address_route(SALES, "anna", Purpose::Organization(rules)).await;
    inbound
}

#[tokio::test]
async fn mail_to_an_alias_makes_a_record_of_its_module_with_owner_and_defaults() {
    let defaults = [("company".to_owned(), FieldValue::Text("by mail".to_owned()))];
    let inbound = with(OrganizationRules { defaults: defaults.into(), ..organization() }).await;
    let message = inbound.filed(&Draft::new("one", STRANGER, SALES), &[SALES], PASS).await;
    let [lead] = &inbound.contacts()[..] else { panic!("one lead") };
    assert_eq!((lead.kind, lead.owner), (ContactKind::Lead, Some(inbound.tenant.people["anna"])));
    assert_eq!(lead.fields["company"], FieldValue::Text("by mail".to_owned()));
    assert!(message.flaws.is_empty());
    assert_eq!(message.contacts, [lead.id]);
}

#[tokio::test]
async fn each_policy_lets_its_own_in_and_nobody_else() {
    let known = "known@harbour.example";
    let listed = AllowedSenders::Listed {
        addresses: vec![address("friend@one.example")],
        domains: vec!["two.example".to_owned()],
    };
    let cases: [(AllowedSenders, &[&str], &[&str]); 4] = [
        (AllowedSenders::Everyone, &[STRANGER, known, "ben@crm.example.com"], &[]),
        (AllowedSenders::KnownContacts, &[known], &[STRANGER, "ben@crm.example.com"]),
        (AllowedSenders::OwnUsers, &["ben@crm.example.com"], &[STRANGER, known]),
        (listed, &["friend@one.example", "any@two.example"], &[known, "foe@one.example"]),
    ];
    for (senders, allowed, denied) in cases {
        let inbound = with(OrganizationRules { senders: senders.clone(), ..organization() }).await;
        inbound.contact(ContactKind::Contact, known, None).await;
        for (n, from) in denied.iter().enumerate() {
            let draft = Draft::new(&format!("denied{n}"), from, SALES);
            let (reason, intake) = inbound.refused(&draft, &[SALES], PASS).await;
            assert_eq!(reason, QuarantineReason::SenderNotAllowed, "{senders:?} {from}");
            assert!(reason.hint().contains("release"), "{intake}");
        }
        for (n, from) in allowed.iter().enumerate() {
            let draft = Draft::new(&format!("allowed{n}"), from, SALES);
            inbound.filed(&draft, &[SALES], PASS).await;
        }
    }
}

#[tokio::test]
async fn round_robin_gives_each_new_lead_to_the_next_and_counts_no_known_sender() {
    let inbound = Inbound::with_domain().await;
    let people = ["anna", "ben"].map(|name| inbound.tenant.people[name]);
    let assignment = Assignment::RoundRobin(people.to_vec());
    let rules = OrganizationRules { assignment, ..organization() };
    inbound.address_route(SALES, "anna", Purpose::Organization(rules)).await;
    for (id, from) in
        [("a", "a@x.example"), ("b", "b@x.example"), ("b2", "b@x.example"), ("c", "c@x.example")]
    {
        inbound.filed(&Draft::new(id, from, SALES), &[SALES], PASS).await;
    }
    let mut leads = inbound.contacts();
    leads.sort_by_key(|lead| lead.name.clone());
    let owners: Vec<_> = leads.iter().map(|lead| lead.owner.unwrap()).collect();
    assert_eq!(owners, [people[0], people[1], people[0]]);
}

#[tokio::test]
async fn a_lead_can_go_to_a_fixed_user_or_to_who_looks_after_a_known_party() {
    let inbound = Inbound::with_domain().await;
    let ben = inbound.tenant.people["ben"];
    inbound.contact(ContactKind::Contact, "boss@harbour.example", Some(ben)).await;
    for (alias, assignment) in [
        ("fixed@crm.example.com", Assignment::User(ben)),
        ("owner@crm.example.com", Assignment::OwnerOfKnownContact),
    ] {
        let rules = OrganizationRules { assignment, ..organization() };
        inbound.address_route(alias, "anna", Purpose::Organization(rules)).await;
        let from = format!("new-{alias}").replace("crm.example.com", "harbour.example");
        let draft = Draft::new(alias, &from, alias).cc("boss@harbour.example");
        inbound.filed(&draft, &[alias], PASS).await;
        let lead = inbound.contacts().into_iter().find(|c| c.addresses[0] == address(&from));
        assert_eq!(lead.unwrap().owner, Some(ben), "{alias}");
    }
}

#[tokio::test]
async fn spoofed_mail_never_makes_a_record_whatever_way_it_comes() {
    let spoofed: &[(&str, &str)] = &[("spf", "pass"), ("dkim", "pass"), ("dmarc", "fail")];
    let inbound = Inbound::with_domain().await;
    let trusted = OrganizationRules { verdict: RequiredVerdict::Trusted, ..organization() };
    inbound.address_route(SALES, "anna", Purpose::Organization(trusted)).await;
    inbound.address_route(SECRET, "anna", Purpose::Forwarding).await;
    let alias = "info@crm.example.com";
    inbound.address_route(alias, "anna", Purpose::Organization(organization())).await;
    for (n, way) in [ANNA, SALES, SECRET].iter().enumerate() {
        let draft = Draft::new(&format!("s{n}"), STRANGER, "somebody@crm.example.com");
        inbound.filed(&draft, &[way], spoofed).await;
    }
    let (reason, _) = inbound.refused(&Draft::new("s9", STRANGER, alias), &[alias], spoofed).await;
    assert_eq!(reason, QuarantineReason::NotAuthenticated);
    assert!(inbound.contacts().is_empty());
}

/// B11: each combination of verdicts meets the gate of each way in. A trusting route opens for all that
/// is clean; an authenticating one also where a domain says nothing about DMARC.
#[tokio::test]
async fn every_combination_of_verdicts_meets_its_gate() {
    use RequiredVerdict::{Authenticated, DmarcPass, Trusted};
    let words = ["pass", "fail", "gray", "processing_failed"];
    let inbound = Inbound::with_domain().await;
    let mut doors = vec![(ANNA.to_owned(), None)];
    for (required, name) in [(DmarcPass, "d"), (Authenticated, "a"), (Trusted, "t")] {
        let alias = format!("{name}@crm.example.com");
        let rules = OrganizationRules { verdict: required, ..organization() };
        inbound.address_route(&alias, "anna", Purpose::Organization(rules)).await;
        doors.push((alias, Some(required)));
        let secret = format!("bcc+{name}@crm.example.com");
        let rules = DropboxRules { verdict: required, ..dropbox() };
        inbound.address_route(&secret, "anna", Purpose::Dropbox(rules)).await;
        doors.push((secret, Some(required)));
    }
    let mut combinations = 0;
    for dmarc in words {
        for spf in words {
            for dkim in ["pass", "fail"] {
                for (spam, virus) in [("pass", "pass"), ("fail", "pass"), ("pass", "fail")] {
                    let verdicts = [
                        ("dmarc", dmarc),
                        ("spf", spf),
                        ("dkim", dkim),
                        ("spam", spam),
                        ("virus", virus),
                    ];
                    combinations += 1;
                    for (n, (door, required)) in doors.iter().enumerate() {
                        let one = spf == "pass" || dkim == "pass";
                        let expected = match required {
                            None => "filed",
                            Some(_) if virus == "fail" => "virus_found",
                            Some(_) if spam == "fail" => "spam_found",
                            Some(Trusted) => "filed",
                            Some(DmarcPass) if dmarc == "pass" => "filed",
                            Some(Authenticated) if dmarc == "pass" => "filed",
                            Some(Authenticated) if dmarc != "fail" && one => "filed",
                            Some(DmarcPass | Authenticated) => "not_authenticated",
                        };
                        let draft =
                            Draft::new(&format!("v{combinations}-{n}"), ANNA, "x@y.example");
                        let got = inbound.bring_to(&draft, &[door], &verdicts).await.outcome;
                        let got = match &got {
                            domain::intake::Outcome::Quarantined { reason, .. } => reason.code(),
                            other => other.name(),
                        };
                        assert_eq!(got, expected, "{door} {required:?} {verdicts:?}");
                    }
                }
            }
        }
    }
    assert_eq!(combinations, 96);
}

#[tokio::test]
async fn a_mail_that_one_gate_refuses_still_reaches_the_others_it_was_sent_to() {
    let inbound =
        with(OrganizationRules { senders: AllowedSenders::OwnUsers, ..organization() }).await;
    let draft = Draft::new("both", STRANGER, "sales@crm.example.com, anna@crm.example.com");
    inbound.filed(&draft, &[SALES, ANNA], PASS).await;
    let deliveries: Vec<domain::delivery::Delivery> =
        inbound.records(store::table::TableName::Crm, "delivery");
    assert_eq!(deliveries.len(), 1);
}

#[tokio::test]
async fn a_tag_on_an_alias_and_a_catch_all_lead_to_their_routes() {
    use domain::route::RouteMatch;
    let inbound = with(organization()).await;
    let all = RouteMatch::Domain("crm.example.com".to_owned());
    inbound.route(all, "ben", Purpose::Mailbox).await;
    let tagged = "sales+fair@crm.example.com";
    inbound.filed(&Draft::new("tag", STRANGER, tagged), &[tagged], PASS).await;
    assert_eq!(inbound.contacts()[0].kind, ContactKind::Lead);
    let other = "whoever@crm.example.com";
    inbound.filed(&Draft::new("all", "x@one.example", other), &[other], PASS).await;
}
