//! The mail that another mail passes on, as a mail of its own (A16): what is filed, and what is shown
//! of it later.

use domain::message::Wrapping;
use mail::body;
use mail::forwarded::{self, Original};
use mail::kind::{KindReason, MailKind};
use mail::parsed_mail::{ParsedMail, Party};
use mail::parts::Texts;

/// The mail that `mail` passes on, and how it held it; none where it passes nothing on, or where
/// nobody can tell who wrote what it passes on.
pub fn passed_on(mail: &ParsedMail) -> Option<(ParsedMail, Wrapping)> {
    let original = forwarded::original(mail)?;
    if original.from.iter().all(|party| party.address.is_none()) {
        return None;
    }
    let how = match original.wrapping {
        forwarded::Wrapping::Journal => Wrapping::Journal,
        forwarded::Wrapping::Attached => Wrapping::Attached,
        forwarded::Wrapping::Inline => Wrapping::Inline,
    };
    Some((as_mail(original, mail), how))
}

/// What servers said, and the size, are those of the wrapper: it is the mail they saw.
fn as_mail(original: Original, wrapper: &ParsedMail) -> ParsedMail {
    let Original { from, to, cc, envelope_recipients, subject, date, text, mail, .. } = original;
    let inner = match mail {
        Some(inner) => *inner,
        None => {
            let texts = Texts { plain: vec![(text, true)], ..Texts::default() };
            ParsedMail {
                from,
                to,
                cc,
                bcc: Vec::new(),
                reply_to: Vec::new(),
                sender: None,
                subject: subject.or_else(|| wrapper.subject.clone()),
                date: date.or(wrapper.date),
                body: body::assemble(texts, &mut Vec::new()),
                kind: MailKind::Ordinary,
                kind_reason: KindReason::NoMark,
                ..wrapper.clone()
            }
        }
    };
    let mut bcc = inner.bcc;
    for address in envelope_recipients {
        let named = inner.to.iter().chain(&inner.cc).chain(&bcc);
        if !named.into_iter().any(|party| party.address.as_ref() == Some(&address)) {
            let raw = address.expose().to_owned();
            bcc.push(Party { name: None, address: Some(address), raw, bracketed: true });
        }
    }
    ParsedMail {
        bcc,
        verdicts: wrapper.verdicts.clone(),
        return_path: wrapper.return_path.clone(),
        size: wrapper.size,
        ..inner
    }
}
