//! A mail for a person to read on a terminal.

use std::fmt::Write as _;

use crate::parse::parse;
use crate::parsed_mail::{ParsedMail, Party};
use crate::reply_text::SegmentKind;
use crate::verdicts::{Verdict, Verdicts};

/// Lines of new text shown.
const TEXT_LINES_MAX: usize = 12;

/// The summary of a file.
pub fn of(name: &str, raw: &[u8]) -> String {
    match parse(raw) {
        Ok(mail) => mail_summary(name, &mail),
        Err(not) => format!("{name}\n  not a mail: {not}\n"),
    }
}

fn mail_summary(name: &str, mail: &ParsedMail) -> String {
    let mut out = format!("{name}\n");
    let mut row = |label: &str, value: String| {
        if !value.is_empty() {
            let _ = writeln!(out, "  {label:<11} {value}");
        }
    };
    row("subject", mail.subject.clone().unwrap_or_default());
    row("from", parties(&mail.from));
    row("to", parties(&mail.to));
    row("cc", parties(&mail.cc));
    row("date", mail.date.map(|d| d.to_string()).unwrap_or_default());
    row("kind", format!("{} ({})", mail.kind.code(), mail.kind_reason));
    row("language", mail.language.map(|l| l.code().to_owned()).unwrap_or_default());
    row("answers", mail.clues.ancestors().join(", "));
    for file in &mail.attachments {
        let name = file.name.as_deref().unwrap_or("(no name)");
        row("file", format!("{name}, {}, {} octets", file.media_type, file.bytes.len()));
    }
    if let Some(meeting) = &mail.calendar {
        let start = meeting.start.as_ref().map(|t| t.local.clone()).unwrap_or_default();
        let method = meeting.method.clone().unwrap_or_default();
        row("meeting", format!("{method} {} {start}", meeting.summary.clone().unwrap_or_default()));
    }
    row("verdicts", verdicts(&mail.verdicts));
    let flaws: Vec<&str> = mail.flaws.iter().map(|f| f.code()).collect();
    row("flaws", flaws.join(", "));
    let cut = [SegmentKind::Quoted, SegmentKind::Signature, SegmentKind::Disclaimer];
    let octets = |kind| mail.body.split.text_of(&mail.body.text, kind).len();
    let [quoted, signature, disclaimer] = cut.map(octets);
    row(
        "text",
        format!(
            "{} octets: {} new, {quoted} quoted, {signature} signature, {disclaimer} disclaimer",
            mail.body.text.len(),
            mail.body.new_text.len()
        ),
    );
    for line in mail.body.new_text.lines().take(TEXT_LINES_MAX) {
        let _ = writeln!(out, "    | {line}");
    }
    out
}

/// The verdicts that there are: `spam pass, virus fail`.
fn verdicts(verdicts: &Verdicts) -> String {
    let all = [
        ("spam", verdicts.spam),
        ("virus", verdicts.virus),
        ("spf", verdicts.spf),
        ("dkim", verdicts.dkim),
        ("dmarc", verdicts.dmarc),
    ];
    let told = all.into_iter().filter(|(_, v)| *v != Verdict::Absent);
    told.map(|(name, v)| format!("{name} {}", v.code())).collect::<Vec<_>>().join(", ")
}

fn parties(parties: &[Party]) -> String {
    let one = |p: &Party| {
        let address = p.address.as_ref().map_or(p.raw.as_str(), |a| a.expose());
        match &p.name {
            Some(name) => format!("{name} <{address}>"),
            None => address.to_owned(),
        }
    };
    parties.iter().map(one).collect::<Vec<_>>().join(", ")
}
