//! The beginning of a quarantined mail, made safe: what a person needs to decide, and nothing that a
//! browser or a terminal would act upon.

use std::panic::catch_unwind;

use domain::intake::Intake;
use domain::limits::{
    INTAKE_PREVIEW_BYTES_MAX, INTAKE_PREVIEW_FIELDS_MAX, RAW_MAIL_BYTES_MAX, SUBJECT_BYTES_MAX,
};
use mail::parsed_mail::{ParsedMail, Party};

use crate::cut;
use crate::error::FlowError;
use crate::ports::MailArchive;

/// The beginning of a mail. Every text can stand in a page as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Who wrote it, as it says.
    pub from: Vec<String>,
    /// To whom, as it says.
    pub to: Vec<String>,
    /// About what.
    pub subject: String,
    /// Its first header fields, by lower-case name.
    pub fields: Vec<(String, String)>,
    /// The beginning of its text; of what is no mail, the beginning of the object.
    pub text: String,
    /// Names of its files, which are not shown.
    pub files: Vec<String>,
}

/// The beginning of the raw mail of an intake; none where there is no object, or one that is too large.
///
/// # Errors
/// Faults of the archive.
pub async fn preview(
    archive: &dyn MailArchive,
    intake: &Intake,
) -> Result<Option<Preview>, FlowError> {
    let Some(raw) = intake.raw.as_ref().filter(|raw| raw.size_bytes <= RAW_MAIL_BYTES_MAX) else {
        return Ok(None);
    };
    let Some(octets) = archive.read(raw).await? else { return Ok(None) };
    // What made the parser panic once must not take the request down.
    let read = catch_unwind(|| mail::parse::parse(&octets).ok().map(|mail| of_mail(&mail)));
    Ok(Some(read.ok().flatten().unwrap_or_else(|| {
        let beginning = octets.get(..INTAKE_PREVIEW_BYTES_MAX).unwrap_or(&octets);
        let text = safe(&String::from_utf8_lossy(beginning), INTAKE_PREVIEW_BYTES_MAX);
        let (from, to, fields, files) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Preview { from, to, subject: String::new(), fields, text, files }
    })))
}

fn of_mail(mail: &ParsedMail) -> Preview {
    let line = |text: &str| safe(text, SUBJECT_BYTES_MAX);
    let people = |parties: &[Party]| {
        let parties = parties.iter().take(INTAKE_PREVIEW_FIELDS_MAX);
        parties
            .map(|party| {
                let address = party.address.as_ref().map_or(party.raw.as_str(), |a| a.expose());
                match &party.name {
                    Some(name) => line(&format!("{name} <{address}>")),
                    None => line(address),
                }
            })
            .collect()
    };
    let fields = mail.headers.iter().take(INTAKE_PREVIEW_FIELDS_MAX);
    let files = mail.attachments.iter().take(INTAKE_PREVIEW_FIELDS_MAX);
    Preview {
        from: people(&mail.from),
        to: people(&mail.to),
        subject: line(mail.subject.as_deref().unwrap_or_default()),
        fields: fields.map(|field| (line(&field.name), line(&field.value))).collect(),
        text: safe(&mail.body.text, INTAKE_PREVIEW_BYTES_MAX),
        files: files.map(|file| line(file.file_name().unwrap_or_default())).collect(),
    }
}

/// The beginning of a text without what is no text, and with the five characters of HTML escaped.
/// Marks that turn the direction of writing go too: they make a name look like another.
fn safe(text: &str, octets_max: usize) -> String {
    let turns = |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let mut out = String::new();
    for c in cut::to_octets(text, octets_max).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || turns(c) => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_a_mail_is_text_and_nothing_else() {
        let text = "<script>alert('x')</script>\r\n\u{1b}[2J\u{202E}fdp.exe & more";
        let shown = safe(text, 1_000);
        assert!(shown.starts_with("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;\n"), "{shown}");
        assert!(shown.ends_with("[2Jfdp.exe &amp; more"), "{shown}");
        assert_eq!(safe("grüße", 3), "gr");
    }
}
