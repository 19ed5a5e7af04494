//! Fixtures name nobody: their addresses are of the domains that RFC 2606 and RFC 6761 keep for
//! examples.

use std::path::Path;

use regex::Regex;

use crate::tree;

/// Domains nobody can own (RFC 2606, RFC 6761), and right sides of identifiers that are no mail
/// domains of persons: SES's own, which it writes into Message-IDs.
const RESERVED: &[&str] = &[
    "example",
    "example.com",
    "example.net",
    "example.org",
    "test",
    "invalid",
    "localhost",
    "amazonses.com",
];

fn is_fixture(file: &Path) -> bool {
    file.components().any(|part| part.as_os_str().to_string_lossy().contains("fixtures"))
}

fn is_reserved(domain: &str) -> bool {
    let domain = domain.to_ascii_lowercase();
    RESERVED.iter().any(|r| domain == *r || domain.ends_with(&format!(".{r}")))
}

#[test]
fn addresses_in_fixtures_are_of_example_domains() {
    let address =
        Regex::new(r"[A-Za-z0-9._%+=-]+@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})")
            .expect("a good pattern");
    let mut wrong = Vec::new();
    let mut seen = 0;
    for file in tree::files().into_iter().filter(|file| is_fixture(file)) {
        let text = tree::text(&file);
        for found in address.captures_iter(&text) {
            seen += 1;
            if !is_reserved(&found[1]) {
                wrong.push(format!("{}: a domain {}", file.display(), &found[1]));
            }
        }
    }
    assert!(seen > 20, "only {seen} addresses found in fixtures");
    wrong.sort();
    wrong.dedup();
    tree::none("addresses outside the example domains", &wrong);
}

#[test]
fn the_rule_knows_reserved_domains_from_others() {
    assert!(is_reserved("mail.Example.com") && is_reserved("a.test") && is_reserved("example"));
    assert!(!is_reserved("notexample.com") && !is_reserved("example.com.co"));
}
