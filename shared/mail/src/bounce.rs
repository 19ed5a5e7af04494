//! Bounces, complaints, automatic replies and delivery events: any mail or event to facts.
//!
//! [`decode`] never fails: a mail that is none of these is [`report::Kind::Mail`]. It reads at most
//! the beginning of a mail (see [`line_ends::SCAN_OCTETS_MAX`]), follows nesting and counts
//! recipients within bounds, and notes as [`report::Flaw`] what it passed over.
//!
//! What is deliberately not here: no judgement whether a report is about a mail of ours (the
//! tokens are handed on as text), no signature check, no state.

pub mod address_scan;
pub mod assemble;
pub mod automatic;
pub mod codes;
pub mod delivery_status;
pub mod family;
pub mod feedback;
pub mod forwarded;
pub mod header_fields;
pub mod line_ends;
pub mod naming;
pub mod notice;
pub mod original;
pub mod parts;
pub mod report;
pub mod sender_signs;
pub mod separator;
pub mod ses_event;
pub mod smtp_codes;
pub mod text;

use assemble::Frame;
use delivery_status::StatusReport;
use family::Weight;
use header_fields::HeaderFields;
use notice::Notice;
use parts::Parts;
use report::{Decoded, Flaw, Kind};
use sender_signs::SenderSigns;

/// Octets of the notice in which family marks and vacation words are looked for.
const MARK_OCTETS_MAX: usize = 8 * 1024;

/// Mails within mails that are opened: a forwarded notice, a notice that a gateway wrapped.
const INNER_MAILS_MAX: usize = 3;

/// Decodes a mail (any line ends) or the JSON of an SES event.
pub fn decode(raw: &[u8]) -> Decoded {
    let mut decoded = if raw.trim_ascii_start().first() == Some(&b'{') {
        ses_event::decode(raw).unwrap_or_else(|| {
            let mut unread = Decoded::new(Kind::Mail, "ses");
            unread.note(Flaw::NotAnEvent);
            unread
        })
    } else {
        decode_mail(&line_ends::to_lf(raw), INNER_MAILS_MAX)
    };
    if raw.len() > line_ends::SCAN_OCTETS_MAX {
        decoded.note(Flaw::TooLong);
    }
    decoded
}

fn decode_mail(mail: &[u8], inner_mails: usize) -> Decoded {
    let (fields, body) = HeaderFields::split(mail);
    let parts = parts::flatten(fields.clone(), body);
    let mut decoded = judge(&fields, &parts, inner_mails);
    if parts.cut {
        decoded.note(Flaw::TooManyParts);
    }
    if decoded.kind != Kind::Mail {
        read_trail(&fields, &mut decoded);
    }
    decoded
}

fn judge(fields: &HeaderFields<'_>, parts: &Parts<'_>, inner_mails: usize) -> Decoded {
    let complaint = feedback::decode(parts).or_else(|| feedback::decode_free_form(fields, parts));
    if let Some(complaint) = complaint {
        return complaint;
    }
    let signs = SenderSigns::of(fields);
    let status = status_report(parts);
    let text = notice_text(parts);
    if let Some(event) = notified_event(fields, &text) {
        return event;
    }
    if inner_mails > 0
        && !signs.any()
        && let Some(inner) = forwarded::inner_mail(&text)
    {
        let mut decoded = decode_mail(inner.as_bytes(), inner_mails - 1);
        decoded.note(Flaw::Forwarded);
        return if decoded.kind == Kind::Bounce {
            decoded
        } else {
            Decoded::new(Kind::Mail, "none")
        };
    }
    let end = text.floor_char_boundary(MARK_OCTETS_MAX);
    let lower = text::lower(text.get(..end).unwrap_or_default());
    if is_challenge(status.as_ref()) {
        return Decoded::new(Kind::AutoReply, "challenge");
    }
    let bounce = of_report(&signs, status, &text, &lower, parts)
        .or_else(|| of_enclosed(&signs, &text, parts, inner_mails))
        .or_else(|| of_notice(&signs, &text, &lower, parts));
    if let Some(bounce) = bounce {
        return bounce;
    }
    if automatic::is_reply(fields, &lower) {
        return Decoded::new(Kind::AutoReply, "rfc3834");
    }
    Decoded::new(Kind::Mail, "none")
}

/// The machine-readable report among the parts.
fn status_report(parts: &Parts<'_>) -> Option<StatusReport> {
    let is_status =
        |media: &str| matches!(media, "message/delivery-status" | "message/global-delivery-status");
    let part = parts.leaves.iter().find(|part| is_status(&part.media))?;
    let report = delivery_status::read(&part.text_within(line_ends::SCAN_OCTETS_MAX));
    (!report.recipients.is_empty()).then_some(report)
}

/// The readable text before the returned mail.
fn notice_text(parts: &Parts<'_>) -> String {
    let mut text = String::new();
    let mut html = None;
    for part in &parts.leaves {
        match part.media.as_str() {
            "message/rfc822" | "message/global" | "text/rfc822-headers" => break,
            media if media.starts_with("text/rfc822-header") => break,
            "text/html" => html = html.or(Some(part)),
            media if media.starts_with("text/") || media.starts_with("multipart/") => {
                text.push_str(&part.text());
                text.push('\n');
            }
            _ => {}
        }
        if text.len() >= text::TEXT_OCTETS_MAX {
            break;
        }
    }
    match html {
        Some(html) if text.trim().is_empty() => text::of_html(&html.text()),
        _ => text,
    }
}

/// SES events that SNS sends as mail.
fn notified_event(fields: &HeaderFields<'_>, text: &str) -> Option<Decoded> {
    let from = fields.get("from")?.to_lowercase();
    if !from.contains("sns.amazonaws.com") || !text.trim_start().starts_with('{') {
        return None;
    }
    // Long lines were folded for the mail; JSON has no line breaks of its own here.
    let unfolded = text.replace("\n ", "").replace('\n', "");
    let end = unfolded.rfind('}')? + 1;
    let json = unfolded.get(..end)?;
    let mut decoded = ses_event::decode(json.as_bytes())?;
    if decoded.kind == Kind::Event {
        let delivery = decoded.ses.as_ref().is_some_and(|facts| facts.event == "Delivery");
        decoded.kind = if delivery { Kind::Delivered } else { Kind::Mail };
    }
    Some(decoded)
}

/// A challenge of a service that asks the sender to prove to be a person.
fn is_challenge(status: Option<&StatusReport>) -> bool {
    status.is_some_and(|status| {
        status.recipients.iter().any(|group| {
            group.diagnostic_type.as_deref().is_some_and(|kind| kind.ends_with("-notice"))
        })
    })
}

/// A delivery report: in its own part, or its fields in the text of a notice.
fn of_report(
    signs: &SenderSigns,
    status: Option<StatusReport>,
    text: &str,
    lower: &str,
    parts: &Parts<'_>,
) -> Option<Decoded> {
    let in_part = status.is_some();
    let inline = || {
        let fields_there =
            lower.contains("final-recipient:") || lower.contains("original-recipient:");
        let report = (signs.any() && fields_there).then(|| delivery_status::read(text))?;
        (!report.recipients.is_empty()).then_some(report)
    };
    let status = status.or_else(inline)?;
    let family = family::mark(lower).filter(|mark| mark.weight >= Weight::Strong);
    let family = family.map_or("rfc3464", |mark| mark.family);
    let success = status.recipients.iter().all(assemble::is_success);
    let notice = notice::read(text);
    let mut decoded = Decoded::new(if success { Kind::Delivered } else { Kind::Bounce }, family);
    let reporting_host = status.reporting_mta.clone();
    let frame = Frame { family, notice: &notice, reporting_host };
    if success {
        decoded.reports.extend(status.recipients.iter().map(delivered));
    } else {
        assemble::of_status(&frame, &status, &mut decoded);
    }
    decoded.reporting_mta = status.reporting_mta;
    decoded.original.envelope_id = status.envelope_id;
    if status.cut || notice.cut {
        decoded.note(Flaw::TooManyRecipients);
    }
    if !in_part {
        decoded.note(Flaw::WordsOnly);
    }
    read_returned(parts, &notice, &mut decoded);
    fill_recipients(signs, &notice, &mut decoded);
    Some(decoded)
}

fn delivered(group: &delivery_status::RecipientFields) -> report::BounceReport {
    let final_recipient = match &group.final_recipient {
        Some(delivery_status::Recipient::Address(address)) => Some(address.clone()),
        Some(delivery_status::Recipient::Other(_)) | None => None,
    };
    let verdict = report::Verdict {
        reason: domain::bounce::BounceReason::Delivered,
        hard: false,
        permanence: None,
        category: None,
    };
    report::BounceReport {
        final_recipient,
        original_recipient: group.original_recipient.clone(),
        action: group.action,
        status: group.status,
        verdict: Some(verdict),
        ..report::BounceReport::default()
    }
}

/// Recipients that a report leaves out: the header, the words or the returned mail name them.
fn fill_recipients(signs: &SenderSigns, notice: &Notice, decoded: &mut Decoded) {
    let named = decoded.reports.iter().filter(|report| report.recipient().is_some()).count();
    if named > 0 || decoded.reports.len() != 1 {
        return;
    }
    let candidates = [
        signs.failed_recipients.first().cloned(),
        notice.mentions.first().map(|mention| mention.address.clone()),
        decoded.original.to.first().cloned(),
    ];
    if let Some(report) = decoded.reports.first_mut() {
        report.final_recipient = candidates.into_iter().flatten().next();
        if report.final_recipient.is_none() {
            decoded.note(Flaw::NoRecipient);
        }
    }
}

/// A notice that names nobody and encloses the one that does: gateways wrap bounces so.
fn of_enclosed(
    signs: &SenderSigns,
    text: &str,
    parts: &Parts<'_>,
    inner_mails: usize,
) -> Option<Decoded> {
    if inner_mails == 0 || !signs.any() || !notice::read(text).mentions.is_empty() {
        return None;
    }
    let part = parts.leaves.iter().find(|part| part.media == "message/rfc822")?;
    let octets = part.octets();
    let (fields, _) = HeaderFields::split(&octets);
    let enclosed = SenderSigns::of(&fields);
    if !enclosed.daemon && !enclosed.report {
        return None;
    }
    let mut decoded = decode_mail(&octets, inner_mails - 1);
    decoded.note(Flaw::Forwarded);
    (decoded.kind == Kind::Bounce).then_some(decoded)
}

/// A notice in words.
fn of_notice(signs: &SenderSigns, text: &str, lower: &str, parts: &Parts<'_>) -> Option<Decoded> {
    let mark = family::mark(lower);
    let weight = mark.map(|mark| mark.weight);
    let plausible = match weight {
        Some(Weight::Alone) => true,
        Some(Weight::Strong) => signs.any(),
        Some(Weight::Weak) => signs.daemon || (signs.subject && signs.null_sender),
        None => signs.daemon && (signs.subject || signs.report),
    };
    if !plausible {
        return None;
    }
    let family = mark.map_or("notice", |mark| mark.family);
    let notice = notice::read(text);
    let mut decoded = Decoded::new(Kind::Bounce, family);
    decoded.note(Flaw::WordsOnly);
    read_returned(parts, &notice, &mut decoded);
    let frame = Frame { family, notice: &notice, reporting_host: None };
    if !signs.failed_recipients.is_empty() {
        for recipient in &signs.failed_recipients {
            assemble::of_recipient(&frame, Some(recipient.clone()), &mut decoded);
        }
    } else if notice.mentions.is_empty() {
        let returned = decoded.original.to.first().or(notice.addressees.first()).cloned();
        // Without any recipient a daemon's or a report's word is needed to call it a bounce.
        if returned.is_none() && !(signs.daemon || signs.report || weight >= Some(Weight::Strong)) {
            return None;
        }
        if returned.is_none() {
            decoded.note(Flaw::NoRecipient);
        }
        assemble::of_recipient(&frame, returned, &mut decoded);
    } else {
        assemble::of_words(&frame, &mut decoded);
    }
    if notice.cut {
        decoded.note(Flaw::TooManyRecipients);
    }
    Some(decoded)
}

/// Reads the header of the mail that came back: its own part, or what follows in the text.
fn read_returned(parts: &Parts<'_>, notice: &Notice, decoded: &mut Decoded) {
    let is_returned = |media: &str| {
        matches!(media, "message/rfc822" | "message/global")
            || media.starts_with("text/rfc822-header")
            || media == "message/global-headers"
    };
    let part = parts.leaves.iter().find(|part| is_returned(&part.media));
    if let Some(part) = part {
        let octets = part.octets();
        let (fields, _) = HeaderFields::split(&octets);
        decoded.original.read_header(&fields);
    } else if !notice.original.is_empty() {
        let (fields, _) = HeaderFields::split(notice.original.trim_start().as_bytes());
        decoded.original.read_header(&fields);
    }
}

/// What the report's own header tells of the mail: the address it came to, what it answers.
fn read_trail(fields: &HeaderFields<'_>, decoded: &mut Decoded) {
    for name in ["to", "delivered-to", "x-original-to", "envelope-to"] {
        for value in fields.all(name) {
            decoded.original.read_tags(&value);
        }
    }
    if let Some(value) = fields.get("in-reply-to").or_else(|| fields.get("references")) {
        decoded.original.read_message_id(&value);
    }
}
