//! A wish to be unsubscribed, in words and without a token of ours (G8): fulfilled where the mail is
//! surely its author's, else a person is asked.

use domain::email_address::EmailAddress;
use domain::intake::ReportSort;
use domain::notice::{Matter, Notice};
use domain::suppression::SuppressionScope;
use store::suppressions::{self, Asked};
use store::table::TableName;
use testkit::raw_mail::Draft;

use crate::bench_of_inbound::{ANNA, CUSTOMER, Inbound};

const PASS: &[(&str, &str)] = &[("dmarc", "pass")];

fn wish() -> Draft {
    Draft::new("wish", CUSTOMER, ANNA).subject("Re: Offer").text("Abmelden!")
}

/// What the intake notes, over what the author is blocked, and how many are asked about it.
async fn brought(
    draft: &Draft,
    verdicts: &[(&str, &str)],
) -> (ReportSort, Option<SuppressionScope>, usize) {
    let inbound = Inbound::new().await;
    let settled = inbound.bring_to(draft, &[ANNA], verdicts).await;
    let report = inbound.intake(settled.intake).report.expect("it is noted");
    let records = &inbound.world.records;
    let author = EmailAddress::parse("lena@harbour.example").unwrap();
    let asked = [Asked::one_off(author.clone())];
    let (table, now) = (records.table.as_ref(), records.clock.now());
    let blocking =
        suppressions::blocking(table, inbound.tenant.id, &records.hasher, &asked, now).await;
    let scope = blocking.unwrap().remove(&author).map(|block| block.scope);
    let notices: Vec<Notice> = inbound.records(TableName::Delivery, "notice");
    let asks = |notice: &&Notice| matches!(notice.matter, Matter::UnsubscribeAsked { .. });
    (report.sort, scope, notices.iter().filter(asks).count())
}

#[tokio::test]
async fn a_wish_that_is_surely_its_authors_is_fulfilled_and_nobody_is_asked() {
    let fulfilled = (ReportSort::Unsubscribe, Some(SuppressionScope::Tenant), 0);
    assert_eq!(brought(&wish(), PASS).await, fulfilled);
}

#[tokio::test]
async fn a_wish_that_anybody_could_have_written_waits_for_a_person() {
    let asked = (ReportSort::UnsubscribeAsked, None, 1);
    for verdicts in [
        &[][..],
        &[("dmarc", "fail")],
        &[("dkim", "pass"), ("spf", "pass")],
        &[("dmarc", "pass"), ("spam", "fail")],
        &[("dmarc", "pass"), ("virus", "fail")],
    ] {
        assert_eq!(brought(&wish(), verdicts).await, asked, "{verdicts:?}");
    }
    let two = Draft::new("two", &format!("{CUSTOMER}, Tom <tom@harbour.example>"), ANNA);
    assert_eq!(brought(&two.text("Abmelden!"), PASS).await, asked);
}
