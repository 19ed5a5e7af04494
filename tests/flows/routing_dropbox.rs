//! The dropbox (B8): a user's own mail, copied to his secret address.

use std::collections::BTreeSet;

use domain::contact::ContactKind;
use domain::intake::QuarantineReason;
use domain::message::Direction;
use domain::notice::Matter;
use domain::route_purpose::{DropboxRules, Purpose, SearchPattern};
use domain::timestamp::Timestamp;
use flows::ports::Clock;
use testkit::raw_mail::Draft;

use crate::bench_of_inbound::{ANNA, BEN, Inbound};
use crate::bench_of_routes::{PASS, SECRET, address, dropbox};

async fn with(rules: DropboxRules) -> Inbound {
    let inbound = Inbound::with_domain().await;
    inbound.address_route(SECRET, "anna", Purpose::Dropbox(rules)).await;
    inbound
}

fn to_customers(id: &str) -> Draft {
    Draft::new(id, ANNA, "lena@harbour.example, kai@harbour.example").cc("mo@quay.example")
}

#[tokio::test]
async fn a_copied_mail_is_sent_mail_linked_to_everybody_it_went_to() {
    let inbound = with(dropbox()).await;
    let mut parties = BTreeSet::new();
    for address in ["lena@harbour.example", "kai@harbour.example", "mo@quay.example"] {
        parties.insert(inbound.contact(ContactKind::Contact, address, None).await);
    }
    let message = inbound.filed(&to_customers("copy"), &[SECRET], PASS).await;
    assert_eq!(message.direction, Direction::Sent);
    assert_eq!(message.contacts.iter().copied().collect::<BTreeSet<_>>(), parties);
}

#[tokio::test]
async fn it_works_from_to_and_cc_as_well_and_nobody_learns_the_address_from_the_message() {
    for draft in [
        Draft::new("to", ANNA, &format!("lena@harbour.example, {SECRET}")),
        Draft::new("cc", ANNA, "lena@harbour.example").cc(SECRET),
    ] {
        let inbound = with(DropboxRules { create: Some(ContactKind::Lead), ..dropbox() }).await;
        let message = inbound.filed(&draft, &[SECRET], PASS).await;
        assert_eq!(message.direction, Direction::Sent);
        let named: Vec<_> = message.parties.iter().map(|party| party.address.expose()).collect();
        assert_eq!(named, ["anna@crm.example.com", "lena@harbour.example"]);
        assert_eq!(inbound.contacts().len(), 1, "the dropbox itself is nobody");
    }
}

#[tokio::test]
async fn who_has_no_record_gets_one_only_where_the_route_says_so_and_never_a_colleague() {
    let inbound = with(dropbox()).await;
    inbound.filed(&to_customers("none"), &[SECRET], PASS).await;
    assert!(inbound.contacts().is_empty());

    let inbound = with(DropboxRules { create: Some(ContactKind::Lead), ..dropbox() }).await;
    let draft = to_customers("made").cc("ben@crm.example.com, desk@crm.example.com");
    inbound.filed(&draft, &[SECRET], PASS).await;
    let made = inbound.contacts();
    assert_eq!(made.len(), 2, "{made:?}");
    let anna = Some(inbound.tenant.people["anna"]);
    assert!(made.iter().all(|c| c.kind == ContactKind::Lead && c.owner == anna));
}

#[tokio::test]
async fn the_search_pattern_says_which_records_are_looked_for() {
    for (search, found) in [
        (SearchPattern::Leads, vec!["lead"]),
        (SearchPattern::Contacts, vec!["contact"]),
        (SearchPattern::Both, vec!["contact", "lead"]),
    ] {
        let inbound = with(DropboxRules { search, ..dropbox() }).await;
        inbound.contact(ContactKind::Lead, "lena@harbour.example", None).await;
        inbound.contact(ContactKind::Contact, "kai@harbour.example", None).await;
        let message = inbound.filed(&to_customers("copy"), &[SECRET], PASS).await;
        let contacts = inbound.contacts();
        let kinds: BTreeSet<String> = contacts
            .iter()
            .filter(|contact| message.contacts.contains(&contact.id))
            .map(|contact| contact.kind.name().to_owned())
            .collect();
        assert_eq!(kinds.into_iter().collect::<Vec<_>>(), found, "{search:?}");
    }
}

#[tokio::test]
async fn mail_of_anybody_else_is_quarantined_and_the_user_is_told_once() {
    let inbound = with(dropbox()).await;
    for (n, from) in ["anna@private.example", BEN].iter().enumerate() {
        let draft = Draft::new(&format!("s{n}"), from, "lena@harbour.example");
        let announced = inbound.judged(&draft, &[SECRET], PASS);
        for _ in 0..3 {
            inbound.take_in(&announced).await;
        }
        let notices = inbound.notices();
        assert_eq!(notices.len(), n + 1);
        assert!(notices.iter().all(|notice| notice.owner == Some(inbound.tenant.people["anna"])));
        let reason = QuarantineReason::SenderNotVerified.code();
        assert!(notices.iter().all(|n| matches!(n.matter, Matter::DropboxRefused { .. })));
        assert!(notices.iter().all(|n| n.matter.reason() == Some(reason)));
    }
    assert!(inbound.messages().is_empty());
}

#[tokio::test]
async fn a_verified_sender_address_is_the_users_own_and_its_mail_is_sent_mail_everywhere() {
    let inbound = with(dropbox()).await;
    let private = address("anna@private.example");
    let (hasher, anna) = (&inbound.world.records.hasher, inbound.tenant.people["anna"]);
    let claim = store::sender_addresses::claim(inbound.tenant.id, hasher, &private, anna);
    inbound.write(claim.unwrap()).await;
    let draft = |id: &str| Draft::new(id, "anna@private.example", "lena@harbour.example");
    let dropped = inbound.filed(&draft("dropped"), &[SECRET], PASS).await;
    let found = inbound.filed(&draft("found"), &[BEN], PASS).await;
    assert_eq!((dropped.direction, found.direction), (Direction::Sent, Direction::Sent));
    assert!(inbound.contacts().is_empty(), "nobody of ours becomes a contact");
}

#[tokio::test]
async fn a_forged_own_address_is_refused_by_the_dropbox_and_is_no_sent_mail_elsewhere() {
    let inbound = with(dropbox()).await;
    let spoofed: &[(&str, &str)] = &[("dmarc", "fail")];
    let (reason, _) = inbound.refused(&to_customers("forged"), &[SECRET], spoofed).await;
    assert_eq!(reason, QuarantineReason::NotAuthenticated);
    let message = inbound.filed(&to_customers("forged"), &[BEN], spoofed).await;
    assert_eq!(message.direction, Direction::Received);
}

#[tokio::test]
async fn a_changed_address_takes_mail_within_its_grace_and_is_dead_after() {
    let inbound = with(dropbox()).await;
    let hasher = &inbound.world.records.hasher;
    let routes: Vec<domain::route::Route> = inbound.records(store::table::TableName::Crm, "route");
    let mut old = routes.into_iter().find(|route| route.purpose.is_secret()).unwrap();
    let end = inbound.world.clock.now().plus(std::time::Duration::from_secs(86_400));
    (old.ends_at, old.rev) = (Some(end), 2);
    inbound.write(store::routes::retire(hasher, &old, 1).unwrap()).await;
    // A catch-all never gets what a dead address was for.
    let all = domain::route::RouteMatch::Domain("crm.example.com".to_owned());
    inbound.route(all, "ben", Purpose::Mailbox).await;

    inbound.world.clock.set(Timestamp::from_millis(end.millis() - 1));
    let in_time = inbound.judged(&to_customers("late"), &[SECRET], PASS);
    inbound.filed(&to_customers("in-grace"), &[SECRET], PASS).await;
    inbound.world.clock.set(end);
    let (reason, _) = inbound.refused(&to_customers("after"), &[SECRET], PASS).await;
    assert_eq!(reason, QuarantineReason::AddressRetired);
    let late = inbound.take_in(&in_time).await.outcome;
    assert_eq!(late.name(), "filed", "what came in time is filed whenever it is taken in");
}

#[tokio::test]
async fn a_large_mail_with_large_files_has_no_hole() {
    let inbound = with(dropbox()).await;
    let draft = to_customers("large").file("plan.bin", &vec![7; 12 * 1024 * 1024]);
    let message = inbound.filed(&draft, &[SECRET], PASS).await;
    assert_eq!(message.attachments[0].size_bytes, 12 * 1024 * 1024);
    assert!(message.raw.size_bytes > 36 * 1024 * 1024, "just below the bound of a raw mail");
}

#[tokio::test]
async fn a_mail_forwarded_to_the_dropbox_is_the_mail_of_its_author() {
    let inbound = with(DropboxRules { create: Some(ContactKind::Lead), ..dropbox() }).await;
    let text = "fyi\r\n\r\n-------- Forwarded Message --------\r\nSubject: Offer\r\n\
                Date: Sat, 21 Nov 2026 10:00:00 +0100\r\nFrom: Lena <lena@harbour.example>\r\n\
                To: anna@crm.example.com\r\n\r\nHere is the offer.\r\n";
    let draft = Draft::new("fwd", ANNA, SECRET).subject("Fwd: Offer").text(text);
    let message = inbound.filed(&draft, &[SECRET], PASS).await;
    assert_eq!(message.direction, Direction::Received);
    let [lead] = &inbound.contacts()[..] else { panic!("one lead") };
    assert_eq!(lead.addresses, [address("lena@harbour.example")]);
}
