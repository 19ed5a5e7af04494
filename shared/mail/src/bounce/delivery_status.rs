//! `message/delivery-status` (RFC 3464), its international form (RFC 6533), and the same fields
//! where a server wrote them into plain text.

use domain::bounce::EnhancedStatus;
use domain::email_address::EmailAddress;

use super::address_scan;
use super::report::{Action, Diagnostic};
use super::smtp_codes;

/// Recipients of one report that are read: more than a mail of ours can have.
pub const RECIPIENTS_MAX: usize = 500;

/// Octets of one field's value that are kept.
const VALUE_OCTETS_MAX: usize = 4_096;

/// The fields about one recipient.
#[derive(Clone, Debug, Default)]
pub struct RecipientFields {
    /// Final-Recipient; the text where it is no address.
    pub final_recipient: Option<Recipient>,
    /// Original-Recipient, or what stands for it.
    pub original_recipient: Option<EmailAddress>,
    /// Action.
    pub action: Option<Action>,
    /// Status.
    pub status: Option<EnhancedStatus>,
    /// The comment behind the status, without its brackets.
    pub status_comment: String,
    /// Remote-MTA.
    pub remote_mta: Option<String>,
    /// The type before the semicolon of Diagnostic-Code, in lower case: `smtp`, `x-unix` ...
    pub diagnostic_type: Option<String>,
    /// The text of Diagnostic-Code.
    pub diagnostic: String,
}

/// Who a group of fields is about.
#[derive(Clone, Debug)]
pub enum Recipient {
    /// An address.
    Address(EmailAddress),
    /// A pipe, a file, a name without a domain.
    Other(String),
}

/// A whole report.
#[derive(Clone, Debug, Default)]
pub struct StatusReport {
    /// Reporting-MTA.
    pub reporting_mta: Option<String>,
    /// Original-Envelope-Id: what we gave as ENVID.
    pub envelope_id: Option<String>,
    /// Per recipient.
    pub recipients: Vec<RecipientFields>,
    /// True where there were more than are read.
    pub cut: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Field {
    ReportingMta,
    EnvelopeId,
    FinalRecipient,
    OriginalRecipient,
    ActualRecipient,
    Action,
    Status,
    RemoteMta,
    Diagnostic,
    Other,
}

impl Field {
    fn of(name: &str) -> Option<Self> {
        const NAMES: &[(&str, Field)] = &[
            ("reporting-mta", Field::ReportingMta),
            ("original-envelope-id", Field::EnvelopeId),
            ("final-recipient", Field::FinalRecipient),
            ("original-recipient", Field::OriginalRecipient),
            ("x-actual-recipient", Field::ActualRecipient),
            ("action", Field::Action),
            ("status", Field::Status),
            ("remote-mta", Field::RemoteMta),
            ("diagnostic-code", Field::Diagnostic),
            ("arrival-date", Field::Other),
            ("received-from-mta", Field::Other),
            ("last-attempt-date", Field::Other),
            ("will-retry-until", Field::Other),
            ("final-log-id", Field::Other),
            ("dsn-gateway", Field::Other),
            ("x-supplementary-info", Field::Other),
            ("x-display-name", Field::Other),
        ];
        let known = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        if let Some((_, field)) = known {
            return Some(*field);
        }
        let extension = name.get(..2).is_some_and(|p| p.eq_ignore_ascii_case("x-"));
        extension.then_some(Field::Other)
    }
}

/// Splits `Name: value` where the name is one of a delivery report.
fn field_line(line: &str) -> Option<(Field, &str)> {
    let (name, value) = line.split_once(':')?;
    let name = name.trim_end();
    if name.len() > 40 || name.contains(' ') {
        return None;
    }
    Field::of(name).map(|field| (field, value.trim()))
}

/// Whether `line` is a field that only a delivery report has.
pub fn is_report_line(line: &str) -> bool {
    matches!(
        field_line(line.trim_start()),
        Some((
            Field::FinalRecipient
                | Field::Diagnostic
                | Field::ReportingMta
                | Field::Action
                | Field::Status
                | Field::RemoteMta
                | Field::EnvelopeId,
            _
        ))
    )
}

/// Reads the fields of `text`; what is no field is passed over.
pub fn read(text: &str) -> StatusReport {
    let mut reader = Reader::default();
    for line in text.split('\n') {
        if reader.report.cut {
            break;
        }
        reader.line(line);
    }
    reader.finish()
}

#[derive(Default)]
struct Reader {
    report: StatusReport,
    group: RecipientFields,
    started: bool,
    after_blank: bool,
    last: Option<Field>,
}

impl Reader {
    fn line(&mut self, line: &str) {
        if line.trim().is_empty() {
            self.after_blank = true;
            self.last = None;
            return;
        }
        if let Some((field, value)) = field_line(line.trim_start()) {
            self.field(field, value);
            self.after_blank = false;
            self.last = Some(field);
            return;
        }
        // A continuation; some servers forget its white space after a diagnostic.
        let folded = line.starts_with([' ', '\t']);
        if self.last == Some(Field::Diagnostic)
            && (folded || !line.starts_with("--"))
            && self.group.diagnostic.len() < VALUE_OCTETS_MAX
        {
            self.group.diagnostic.push('\n');
            self.group.diagnostic.push_str(bounded(line.trim()));
        } else if folded && self.last == Some(Field::FinalRecipient) {
            let address = address_scan::single(line);
            if let (Some(address), Some(Recipient::Other(_)) | None) =
                (address, &self.group.final_recipient)
            {
                self.group.final_recipient = Some(Recipient::Address(address));
            }
        }
    }

    fn field(&mut self, field: Field, value: &str) {
        let value = bounded(value);
        if self.starts_new_group(field) {
            self.close_group();
        }
        let group = &mut self.group;
        match field {
            Field::ReportingMta => self.report.reporting_mta = host(value),
            Field::EnvelopeId => self.report.envelope_id = Some(value.to_owned()),
            Field::FinalRecipient => group.final_recipient = recipient(value),
            Field::OriginalRecipient => {
                group.original_recipient = recipient(value).and_then(Recipient::address);
            }
            Field::ActualRecipient => {
                let address = recipient(value).and_then(Recipient::address);
                group.original_recipient = group.original_recipient.take().or(address);
            }
            Field::Action => group.action = Action::of(value),
            Field::Status => {
                group.status = smtp_codes::statuses(value).next();
                let comment = value.split_once('(').map(|(_, rest)| rest.trim_end_matches(')'));
                group.status_comment = comment.unwrap_or_default().to_owned();
            }
            Field::RemoteMta => group.remote_mta = host(value),
            Field::Diagnostic => {
                let (kind, text) = typed(value);
                group.diagnostic_type = kind.map(str::to_ascii_lowercase);
                group.diagnostic = text.to_owned();
            }
            Field::Other => {}
        }
        self.started |= !matches!(field, Field::ReportingMta | Field::EnvelopeId | Field::Other);
    }

    fn starts_new_group(&self, field: Field) -> bool {
        let group = &self.group;
        let opens = match field {
            Field::FinalRecipient => true,
            Field::OriginalRecipient | Field::ActualRecipient => self.after_blank,
            Field::Action => self.after_blank && group.action.is_some(),
            Field::Status => self.after_blank && group.status.is_some(),
            Field::ReportingMta
            | Field::EnvelopeId
            | Field::RemoteMta
            | Field::Diagnostic
            | Field::Other => false,
        };
        opens && group.final_recipient.is_some()
    }

    fn close_group(&mut self) {
        let group = std::mem::take(&mut self.group);
        let named = group.final_recipient.is_some() || group.original_recipient.is_some();
        if !self.started || !(named || group.action.is_some() || group.status.is_some()) {
            return;
        }
        if self.report.recipients.len() < RECIPIENTS_MAX {
            self.report.recipients.push(group);
        } else {
            self.report.cut = true;
        }
    }

    fn finish(mut self) -> StatusReport {
        self.close_group();
        self.report
    }
}

impl Recipient {
    /// The address, where it is one.
    pub fn address(self) -> Option<EmailAddress> {
        match self {
            Self::Address(address) => Some(address),
            Self::Other(_) => None,
        }
    }
}

fn bounded(value: &str) -> &str {
    let end = value.floor_char_boundary(VALUE_OCTETS_MAX);
    value.get(..end).unwrap_or(value)
}

/// `type; value`; the type is left out by some.
fn typed(value: &str) -> (Option<&str>, &str) {
    match value.split_once(';') {
        Some((kind, rest)) if kind.len() <= 30 && !kind.trim().contains([' ', '@', '<']) => {
            (Some(kind.trim()), rest.trim())
        }
        _ => (None, value),
    }
}

fn host(value: &str) -> Option<String> {
    let (_, name) = typed(value);
    let name = name.split([' ', '\t', '(']).next().unwrap_or_default().trim_matches('.');
    (!name.is_empty()).then(|| name.to_ascii_lowercase())
}

fn recipient(value: &str) -> Option<Recipient> {
    let (kind, text) = typed(value);
    if text.is_empty() {
        return None;
    }
    let utf8 = kind.is_some_and(|kind| kind.eq_ignore_ascii_case("utf-8"));
    let decoded = if utf8 { unitext(text) } else { text.to_owned() };
    Some(match address_scan::single(&decoded) {
        Some(address) => Recipient::Address(address),
        None => Recipient::Other(Diagnostic::of(text).expose().to_owned()),
    })
}

/// Undoes `\x{NNNN}` (RFC 6533 section 3).
fn unitext(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\\x{") {
        let (before, escape) = rest.split_at(at);
        plain.push_str(before);
        let inner = escape.get(3..).unwrap_or_default();
        let code = inner.split('}').next().unwrap_or_default();
        let character = u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
        let Some(character) = character else {
            plain.push_str("\\x{");
            rest = inner;
            continue;
        };
        plain.push(character);
        rest = inner.get(code.len() + 1..).unwrap_or_default();
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(report: &StatusReport) -> Vec<String> {
        report
            .recipients
            .iter()
            .map(|r| match &r.final_recipient {
                Some(Recipient::Address(a)) => a.normal().to_owned(),
                Some(Recipient::Other(o)) => format!("?{o}"),
                None => "-".to_owned(),
            })
            .collect()
    }

    #[test]
    fn groups_are_told_apart_by_blank_lines_or_by_their_final_recipient() {
        let report = read(
            "Reporting-MTA: dns; mx.example.net\n\nOriginal-Recipient: rfc822;a@example.com\n\
             Final-Recipient: rfc822; b@example.com\nAction: failed\nStatus: 5.1.1 (bad)\n\n\
             Original-Recipient: rfc822;c@example.com\nFinal-Recipient: RFC822;<d@example.com>\n\
             Action: delayed\nStatus: 4.2.2\nFinal-Recipient: rfc822; e@example.com\n",
        );
        assert_eq!(report.reporting_mta.as_deref(), Some("mx.example.net"));
        assert_eq!(names(&report), ["b@example.com", "d@example.com", "e@example.com"]);
        let first = report.recipients.first().unwrap();
        assert_eq!(first.original_recipient.as_ref().unwrap().normal(), "a@example.com");
        assert_eq!(first.status.unwrap().to_string(), "5.1.1");
        assert_eq!(report.recipients[1].action, Some(Action::Delayed));
        assert_eq!(report.recipients[2].status, None);
    }

    #[test]
    fn a_diagnostic_is_joined_also_where_the_fold_is_missing() {
        let report = read(
            "Final-Recipient: rfc822; a@example.com\nDiagnostic-Code: smtp; 550-5.1.1 No such\n \
             user here\nsee the manual\nStatus: 5.1.1\n",
        );
        let group = report.recipients.first().unwrap();
        assert_eq!(group.diagnostic, "550-5.1.1 No such\nuser here\nsee the manual");
        assert_eq!(group.diagnostic_type.as_deref(), Some("smtp"));
        assert!(group.status.is_some());
    }

    #[test]
    fn an_international_address_is_unescaped() {
        let report =
            read("Final-Recipient: utf-8; \\x{6D4B}\\x{8BD5}@example.com\nAction: failed\n");
        assert_eq!(names(&report), ["测试@example.com"]);
    }

    #[test]
    fn pipes_and_bare_names_are_no_addresses() {
        let report = read("Final-Recipient: x-unix; |/bin/store\nAction: failed\nStatus: 5.0.0\n");
        assert_eq!(names(&report), ["?|/bin/store"]);
    }

    #[test]
    fn ten_thousand_recipients_are_bounded() {
        let mut text = String::new();
        for n in 0..10_000 {
            text.push_str(&format!(
                "Final-Recipient: rfc822; u{n}@example.com\nAction: failed\n\n"
            ));
        }
        let report = read(&text);
        assert!(report.cut);
        assert_eq!(report.recipients.len(), RECIPIENTS_MAX);
    }
}
