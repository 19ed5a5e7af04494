//! The ways a mail came in to one tenant: what of it is passed on by a forwarder, and what of it must
//! not be kept, as the secret addresses it was sent to.

use std::borrow::Cow;

use domain::email_address::EmailAddress;
use domain::message::{Wrapped, Wrapping};
use domain::route::{Route, RouteMatch};
use domain::route_purpose::Purpose;
use mail::parsed_mail::{ParsedMail, Party};

use crate::passed_on::passed_on;

/// The mail to file.
pub(super) struct ToFile<'m> {
    pub mail: Cow<'m, ParsedMail>,
    /// How it came within another; none where it is the raw mail itself.
    pub wrapped: Option<Wrapped>,
}

/// What of a mail is to be filed. A forwarder writes to a secret address itself, or his server sends
/// a journal report; what a server redirects as it is names the secret address nowhere, and is filed
/// as it is, even where it is a forward to its reader.
pub(super) fn to_file<'m>(mail: &'m ParsedMail, routes: &[Route]) -> ToFile<'m> {
    let secrets: Vec<&EmailAddress> = routes.iter().filter_map(secret).collect();
    if secrets.is_empty() {
        return ToFile { mail: Cow::Borrowed(mail), wrapped: None };
    }
    if let Some((inner, how)) = passed_on(mail)
        && (how == Wrapping::Journal || routes.iter().any(|route| forwarded_to(route, mail)))
    {
        let by = mail.from.iter().find_map(|party| party.address.clone());
        return ToFile {
            mail: Cow::Owned(without(inner, &secrets)),
            wrapped: Some(Wrapped { how, by }),
        };
    }
    let named = all_recipients(mail).any(|address| secrets.contains(&address));
    let mail =
        if named { Cow::Owned(without(mail.clone(), &secrets)) } else { Cow::Borrowed(mail) };
    ToFile { mail, wrapped: None }
}

fn secret(route: &Route) -> Option<&EmailAddress> {
    match &route.matches {
        RouteMatch::Address(address) if route.purpose.is_secret() => Some(address),
        RouteMatch::Address(_) | RouteMatch::Domain(_) => None,
    }
}

/// Whether somebody forwarded a mail to this very address. A dropbox among other recipients gets a
/// copy of what its user writes to them.
fn forwarded_to(route: &Route, mail: &ParsedMail) -> bool {
    let Some(address) = secret(route) else { return false };
    match route.purpose {
        Purpose::Forwarding => all_recipients(mail).any(|named| named == address),
        Purpose::Dropbox(_) => {
            all_recipients(mail).next().is_some() && all_recipients(mail).all(|to| to == address)
        }
        Purpose::Mailbox | Purpose::Organization(_) => false,
    }
}

fn all_recipients(mail: &ParsedMail) -> impl Iterator<Item = &EmailAddress> {
    let parties = mail.to.iter().chain(&mail.cc).chain(&mail.bcc);
    parties.filter_map(|party| party.address.as_ref())
}

/// Who may see the mail must not learn the address from it.
fn without(mut mail: ParsedMail, secrets: &[&EmailAddress]) -> ParsedMail {
    let others =
        |party: &Party| party.address.as_ref().is_none_or(|address| !secrets.contains(&address));
    mail.to.retain(others);
    mail.cc.retain(others);
    mail.bcc.retain(others);
    mail
}
