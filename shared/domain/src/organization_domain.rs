//! Which organization an address speaks of, and which addresses are no person's (B9).

use crate::email_address::EmailAddress;

/// Free-mail domains; the file says as of when.
const FREE_MAIL: &str = include_str!("../data/free_mail_domains_2026-11.txt");

/// Local parts that are a role or a program, not a person: RFC 2142 sections 2 to 6, and the usual
/// names of senders that read no answers.
const ROLES: [&str; 36] = [
    "abuse",
    "admin",
    "administrator",
    "billing",
    "bounce",
    "bounces",
    "do-not-reply",
    "do_not_reply",
    "donotreply",
    "ftp",
    "helpdesk",
    "hostmaster",
    "info",
    "list",
    "listserv",
    "mailer-daemon",
    "majordomo",
    "marketing",
    "news",
    "newsletter",
    "no-reply",
    "no_reply",
    "noc",
    "noreply",
    "notification",
    "notifications",
    "office",
    "owner",
    "postmaster",
    "root",
    "sales",
    "security",
    "support",
    "usenet",
    "uucp",
    "webmaster",
];

/// The registrable domain of an address's organization by the public-suffix list: of
/// `a@mail.firm.co.uk` it is `firm.co.uk`. None for free mail, for public suffixes themselves and
/// for address literals.
pub fn organization_domain(address: &EmailAddress) -> Option<&str> {
    let domain = address.domain();
    if domain.starts_with('[') {
        return None;
    }
    let registrable = psl::domain_str(domain)?;
    let is_free = FREE_MAIL.lines().any(|line| line == registrable);
    (!is_free).then_some(registrable)
}

/// The registrable domain above a name by the public-suffix list, free mail or not: what DMARC calls
/// the organizational domain (RFC 7489 section 3.2). None for public suffixes themselves.
pub fn registrable_domain(domain: &str) -> Option<&str> {
    psl::domain_str(domain)
}

/// Whether an address is a role's or a program's, tags left out.
pub fn is_role(address: &EmailAddress) -> bool {
    let local = address.local_part().split('+').next().unwrap_or_default();
    ROLES.contains(&local)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_organization_is_the_registrable_domain_and_free_mail_is_none() {
        let of = |text: &str| {
            let address = EmailAddress::parse(text).unwrap();
            organization_domain(&address).map(str::to_owned)
        };
        assert_eq!(of("a@harbour.example").as_deref(), Some("harbour.example"));
        assert_eq!(of("a@mail.eu.harbour.example").as_deref(), Some("harbour.example"));
        assert_eq!(of("a@post.firm.co.uk").as_deref(), Some("firm.co.uk"));
        for none in ["a@gmail.com", "a@yahoo.co.uk", "a@co.uk", "a@[192.0.2.1]"] {
            assert_eq!(of(none), None, "{none}");
        }
    }

    #[test]
    fn the_list_of_free_mail_is_sorted_enough_to_read_and_has_registrable_domains_only() {
        let listed = FREE_MAIL.lines().filter(|line| !line.starts_with('#'));
        for domain in listed {
            assert_eq!(psl::domain_str(domain), Some(domain));
        }
    }

    #[test]
    fn roles_are_told_from_people() {
        for (text, role) in [
            ("No-Reply@firm.example", true),
            ("info+spring@firm.example", true),
            ("informant@firm.example", false),
            ("anna@firm.example", false),
        ] {
            assert_eq!(is_role(&EmailAddress::parse(text).unwrap()), role, "{text}");
        }
    }
}
