//! What the receiving server said about a mail (B11).

use std::collections::BTreeMap;

use mail::parsed_mail::ParsedMail;

/// The verdicts on a mail by name: the receipt's go before those of the mail's own header fields.
pub(super) fn verdicts(
    of_receipt: BTreeMap<String, String>,
    mail: &ParsedMail,
) -> BTreeMap<String, String> {
    let own = &mail.verdicts;
    let named = [
        ("spam", own.spam),
        ("virus", own.virus),
        ("spf", own.spf),
        ("dkim", own.dkim),
        ("dmarc", own.dmarc),
    ];
    let given = named.into_iter().filter_map(|(name, verdict)| Some((name, verdict.word()?)));
    let mut all: BTreeMap<String, String> =
        given.map(|(name, word)| (name.to_owned(), word.to_owned())).collect();
    all.extend(of_receipt);
    all
}
