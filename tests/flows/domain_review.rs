//! What the DNS says in a review of blocks: domains that take mail again, and how our own mail
//! fares.

use std::net::IpAddr;

use domain::block_review::Verdict;
use domain::bounce_category::BounceCategory;
use domain::limits::{BLOCK_REVIEW, DNS_FAILURES_MAX, REVIEW_RETRY};
use flows::review_blocks::Reviewed;
use flows::takes_mail::takes_mail;
use testkit::memory_dns::MemoryDns;

use crate::review::{DAY, Firm, OURS, verdicts};

#[tokio::test]
async fn a_domain_takes_mail_by_its_exchangers_or_by_itself() {
    let dns = MemoryDns::default();
    dns.host("mx.harbour.example");
    dns.exchangers("harbour.example", &["gone.harbour.example", "mx.harbour.example"]);
    dns.host("plain.example");
    dns.text("empty.example", "hello");
    dns.exchangers("null.example", &["."]);
    dns.host("null.example");
    dns.exchangers("dead.example", &["gone.harbour.example"]);
    dns.exchangers("odd.example", &[".", "mx.harbour.example"]);
    dns.exchangers("own.example", &["localhost.own.example"]);
    dns.host_at("localhost.own.example", IpAddr::from([127, 0, 0, 1]));
    for (domain, wanted) in [
        ("harbour.example", true),
        ("plain.example", true),
        ("odd.example", true),
        ("empty.example", false),
        ("null.example", false),
        ("dead.example", false),
        ("own.example", false),
        ("nobody.example", false),
    ] {
        assert_eq!(takes_mail(&dns, domain).await.unwrap(), wanted, "{domain}");
    }
}

#[tokio::test]
async fn an_exchanger_of_which_nothing_is_known_leaves_the_domain_unknown() {
    let dns = MemoryDns::default();
    dns.exchangers("harbour.example", &["a.harbour.example", "b.harbour.example"]);
    dns.silence("a.harbour.example");
    assert!(takes_mail(&dns, "harbour.example").await.is_err());
    dns.host("b.harbour.example");
    assert!(takes_mail(&dns, "harbour.example").await.unwrap(), "one that takes mail is enough");
}

#[tokio::test]
async fn a_bad_domain_that_takes_mail_again_is_lifted_and_one_that_does_not_is_kept() {
    let firm = Firm::new().await;
    firm.block("a@back.example", BounceCategory::BadDomain).await;
    firm.block("b@back.example", BounceCategory::BadMailbox).await;
    firm.block("c@lost.example", BounceCategory::BadDomain).await;
    firm.dns.host("back.example");
    firm.world.clock.advance(BLOCK_REVIEW);
    assert_eq!(firm.review().await, Reviewed { lifted: 1, kept: 2, undecided: 0 });
    assert!(!firm.is_blocked("a@back.example").await);
    assert!(firm.is_blocked("b@back.example").await, "a bad mailbox never");
    assert!(firm.is_blocked("c@lost.example").await);
    let reports = firm.reports().await;
    let mut told = verdicts(&reports[0]);
    told.sort();
    let wanted = [
        (Some(BounceCategory::BadMailbox), Verdict::NeverLifted),
        (Some(BounceCategory::BadDomain), Verdict::DomainTakesMail),
        (Some(BounceCategory::BadDomain), Verdict::DomainTakesNone),
    ];
    let mut wanted = wanted.to_vec();
    wanted.sort();
    assert_eq!(told, wanted);
    // Again: the same, and nobody is asked.
    let asked = firm.dns.asked();
    assert_eq!(firm.review().await, Reviewed::default());
    assert_eq!((firm.reports().await, firm.dns.asked()), (reports, asked));
}

#[tokio::test]
async fn a_domain_whose_servers_are_silent_is_kept_and_looked_at_the_next_day() {
    let firm = Firm::new().await;
    firm.block("a@silent.example", BounceCategory::BadDomain).await;
    firm.dns.host("silent.example");
    firm.dns.silence("silent.example");
    firm.world.clock.advance(BLOCK_REVIEW);
    assert_eq!(firm.review().await, Reviewed { lifted: 0, kept: 1, undecided: 0 });
    assert_eq!(verdicts(&firm.reports().await[0])[0].1, Verdict::NotAnswered);
    assert_eq!(firm.review().await, Reviewed::default(), "not the same day");
    firm.world.clock.advance(REVIEW_RETRY);
    assert_eq!(firm.review().await, Reviewed { lifted: 0, kept: 1, undecided: 0 });
    assert!(firm.is_blocked("a@silent.example").await);
}

#[tokio::test]
async fn a_run_without_a_way_to_the_dns_asks_a_few_times_and_leaves_the_rest_due() {
    let firm = Firm::new().await;
    let failures = u64::from(DNS_FAILURES_MAX);
    for n in 0..failures + 4 {
        firm.block(&format!("a@d{n}.example"), BounceCategory::BadDomain).await;
        firm.dns.host(&format!("d{n}.example"));
    }
    firm.dns.fail(true);
    firm.world.clock.advance(BLOCK_REVIEW);
    assert_eq!(firm.review().await, Reviewed { lifted: 0, kept: failures, undecided: 4 });
    assert_eq!(firm.dns.asked(), failures);
    firm.dns.fail(false);
    assert_eq!(firm.review().await.lifted, 4, "those are due still");
    firm.world.clock.advance(DAY);
    assert_eq!(firm.review().await.lifted, failures);
}

#[tokio::test]
async fn a_policy_block_waits_for_signatures_an_envelope_that_passes_and_a_published_policy() {
    let firm = Firm::new().await;
    firm.block("policy", BounceCategory::PolicyRelated).await;
    firm.world.clock.advance(BLOCK_REVIEW);
    let verdict = async || {
        firm.review().await;
        let reports = firm.reports().await;
        firm.world.clock.advance(BLOCK_REVIEW);
        verdicts(&reports[0])[0].1
    };
    assert_eq!(verdict().await, Verdict::AuthenticationFails);
    firm.health.mend_with_envelope(OURS, "bounce.crm.example.com");
    assert_eq!(verdict().await, Verdict::SpfFails);
    firm.dns.text("bounce.crm.example.com", "v=spf1 include:mail.example.com ~all");
    assert_eq!(verdict().await, Verdict::SpfFails);
    firm.dns.text("mail.example.com", "v=spf1 include:amazonses.com -all");
    firm.dns.forget(&format!("_dmarc.{OURS}"));
    assert_eq!(verdict().await, Verdict::NoDmarcPolicy);
    assert!(firm.is_blocked("policy").await);
    firm.dns.text("_dmarc.example.com", "v=DMARC1; p=reject");
    assert_eq!(verdict().await, Verdict::AuthenticationPasses, "the organization's policy");
    assert!(!firm.is_blocked("policy").await);
}

#[tokio::test]
async fn records_that_lead_in_circles_end() {
    let firm = Firm::new().await;
    firm.block("policy", BounceCategory::PolicyRelated).await;
    firm.health.mend_with_envelope(OURS, "a.example");
    firm.dns.text("a.example", "v=spf1 include:b.example");
    firm.dns.text("b.example", "v=spf1 redirect=a.example");
    firm.world.clock.advance(BLOCK_REVIEW);
    firm.review().await;
    assert_eq!(verdicts(&firm.reports().await[0])[0].1, Verdict::SpfFails);
    assert_eq!(firm.dns.asked(), 2);
}
