//! A contact's timeline as a person would want to read it.

use anyhow::Result;
use serde_json::Value;

use crate::mail_api::MailApi;

/// Contacts looked at to find the one worth showing.
const CONTACTS_MAX: usize = 100;
/// Mails shown, newest first.
const LINES_MAX: usize = 8;
/// Characters of a mail's text shown.
const PREVIEW_CHARS_MAX: usize = 160;
/// Width of a line of text.
const WIDTH: usize = 92;

/// The timeline of the contact with most mail.
///
/// # Errors
/// When the API does not answer.
pub async fn of_busiest_contact(api: &MailApi) -> Result<String> {
    let contacts = api.list("/v1/contacts", 20_000).await?;
    let mut busiest: Option<(&Value, Vec<Value>)> = None;
    for contact in contacts.iter().take(CONTACTS_MAX) {
        let path = format!("/v1/contacts/{}/timeline", text(contact, "/id"));
        let lines = api.list(&path, 20_000).await?;
        if busiest.as_ref().is_none_or(|(_, most)| lines.len() > most.len()) {
            busiest = Some((contact, lines));
        }
    }
    Ok(match busiest {
        None => "No contact yet: a mail from somebody unknown makes one.".to_owned(),
        Some((contact, lines)) => rendered(contact, &lines, contacts.len()),
    })
}

fn rendered(contact: &Value, lines: &[Value], contacts: usize) -> String {
    let mails = if lines.len() == 1 { "1 mail" } else { &format!("{} mails", lines.len()) };
    let (name, address) = (text(contact, "/name"), text(contact, "/addresses/0"));
    // Somebody without a name is called by the address.
    let who = if name == address { name.to_owned() } else { format!("{name} <{address}>") };
    let mut page = format!("\n{who}, one of {contacts} contacts, {mails}\n");
    for line in lines.iter().take(LINES_MAX) {
        page.push_str(&mail(line.pointer("/mail").unwrap_or(&Value::Null)));
    }
    if lines.len() > LINES_MAX {
        page.push_str(&format!("\n  and {} earlier\n", lines.len() - LINES_MAX));
    }
    page
}

fn mail(mail: &Value) -> String {
    let at = text(mail, "/at").get(..16).unwrap_or_default().replace('T', " ");
    let subject = match text(mail, "/subject") {
        "" => "(no subject)",
        subject => subject,
    };
    let kind = match text(mail, "/kind") {
        "ordinary" | "" => String::new(),
        kind => format!("  [{}]", kind.replace('_', " ")),
    };
    let mut lines = format!("\n  {at}  {}{kind}\n", one_line(subject));
    lines.push_str(&format!("    {}\n", parties(mail)));
    for line in wrapped(&one_line(text(mail, "/preview"))) {
        lines.push_str(&format!("    | {line}\n"));
    }
    for file in mail.pointer("/attachments").and_then(Value::as_array).into_iter().flatten() {
        let name = file.pointer("/name").and_then(Value::as_str).unwrap_or("without a name");
        let bytes = file.pointer("/size_bytes").and_then(Value::as_u64).unwrap_or_default();
        lines.push_str(&format!("    + {} ({} KB)\n", one_line(name), bytes.div_ceil(1000)));
    }
    lines
}

/// `a@b.example to c@d.example, e@f.example`.
fn parties(mail: &Value) -> String {
    let all = mail.pointer("/parties").and_then(Value::as_array);
    let with = |roles: &[&str]| -> Vec<&str> {
        let parties = all.into_iter().flatten();
        parties
            .filter(|party| roles.contains(&text(party, "/role")))
            .map(|party| text(party, "/address"))
            .collect()
    };
    format!("{} to {}", with(&["from"]).join(", "), with(&["to", "cc"]).join(", "))
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Without line ends and control characters: what a stranger wrote must not steer a terminal.
fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn wrapped(text: &str) -> Vec<String> {
    let mut cut: String = text.chars().take(PREVIEW_CHARS_MAX).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    let mut lines: Vec<String> = Vec::new();
    for word in cut.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_timeline_reads_like_a_page() {
        let contact = json!({"name": "Anna", "addresses": ["anna@customer.example"]});
        let mail = json!({"type": "mail", "mail": {
            "at": "2026-11-22T13:20:05Z",
            "subject": "Your\r\n offer",
            "kind": "ordinary",
            "preview": "Thank you.\n\nWe take it.\u{1b}[2J",
            "parties": [
                {"role": "from", "address": "anna@customer.example"},
                {"role": "to", "address": "sales@crm.example.com"},
                {"role": "cc", "address": "boss@customer.example"},
            ],
            "attachments": [{"name": "order.pdf", "size_bytes": 12_001}],
        }});
        assert_eq!(
            rendered(&contact, &[mail], 3),
            "\nAnna <anna@customer.example>, one of 3 contacts, 1 mail\n\
             \n  2026-11-22 13:20  Your offer\
             \n    anna@customer.example to sales@crm.example.com, boss@customer.example\
             \n    | Thank you. We take it. [2J\
             \n    + order.pdf (13 KB)\n"
        );
    }

    #[test]
    fn a_long_timeline_is_cut_and_says_so() {
        let lines = vec![json!({"mail": {"kind": "auto_reply"}}); LINES_MAX + 2];
        let page = rendered(&json!({"name": "x", "addresses": ["x"]}), &lines, 1);
        assert!(page.starts_with("\nx, one of 1 contacts, 10 mails\n"), "{page}");
        assert_eq!(page.matches("(no subject)  [auto reply]").count(), LINES_MAX);
        assert!(page.ends_with("\n  and 2 earlier\n"), "{page}");
    }

    #[test]
    fn long_text_is_wrapped_and_cut() {
        let lines = wrapped(&"word ".repeat(100));
        assert_eq!(lines.len(), 2);
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH));
        assert!(lines[1].ends_with('…'));
    }
}
