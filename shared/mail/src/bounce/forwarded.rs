//! A notice that its receiver forwarded in line, without a word of their own.

/// Lines that introduce a forwarded mail, lower case, dashes and blanks left out.
const INTRODUCTIONS: &[&str] = &[
    "begin forwarded message",
    "forwarded message",
    "original message",
    "forwarded by",
    "anfang der weitergeleiteten",
    "weitergeleitete nachricht",
    "début du message",
    "message transféré",
    "inizio messaggio inoltrato",
    "mensaje reenviado",
    "转发邮件",
    "转发的邮件",
    "原始邮件",
    "転送されたメッセージ",
];

/// Characters of the one line that may stand in front.
const NOTE_CHARS_MAX: usize = 40;

/// The forwarded mail as a mail of its own, where `body` is nothing else. A person's own words in
/// front make it a person's mail.
pub fn inner_mail(body: &str) -> Option<String> {
    let mut lines = body.lines().skip_while(|line| line.trim().is_empty());
    let mut first = lines.next()?;
    // "For your information": a few words that ask nothing are no mail of their own.
    if !introduces(first) && first.chars().count() <= NOTE_CHARS_MAX && !first.contains(['?', '？'])
    {
        first = lines.by_ref().find(|line| !line.trim().is_empty())?;
    }
    if !introduces(first) {
        return None;
    }
    let mut mail = String::with_capacity(body.len());
    for line in lines {
        let line = unquoted(line);
        // Blank lines before the header of the forwarded mail are no end of it.
        if !(mail.is_empty() && line.trim().is_empty()) {
            mail.push_str(line);
            mail.push('\n');
        }
    }
    let head = mail.lines().take(8);
    let is_mail = head.clone().any(|line| line.to_ascii_lowercase().starts_with("from:"))
        && head.clone().any(|line| line.to_ascii_lowercase().starts_with("subject:"));
    is_mail.then_some(mail)
}

fn introduces(line: &str) -> bool {
    let line = line.trim().trim_matches(['-', ' ', ':', '>']).to_lowercase();
    INTRODUCTIONS.iter().any(|introduction| line.starts_with(introduction))
}

/// One level of quotation less; a transcript's own `>>> DATA` survives as it was.
fn unquoted(line: &str) -> &str {
    line.strip_prefix("> ").or_else(|| line.strip_prefix('>')).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forwarded_mail_without_own_words_is_taken_out() {
        let body = "\nBegin forwarded message:\n\n> From: MAILER-DAEMON\n> Subject: Returned mail\n\
            >\n> text\n>>>> DATA\n";
        let mail = inner_mail(body).unwrap();
        assert_eq!(mail, "From: MAILER-DAEMON\nSubject: Returned mail\n\ntext\n>>> DATA\n");
    }

    #[test]
    fn own_words_in_front_make_it_a_persons_mail() {
        let quoted = "\n\nBegin forwarded message:\n> From: MAILER-DAEMON\n> Subject: x\n";
        let mail = |words: &str| inner_mail(&format!("{words}{quoted}"));
        assert_eq!(mail("Please look into this, it has come back since Monday."), None);
        assert_eq!(mail("Do you know why?"), None);
        assert!(mail("For your information.").is_some());
        let body =
            "Can you help?\n\nBegin forwarded message:\n> From: MAILER-DAEMON\n> Subject: x\n";
        assert_eq!(inner_mail(body), None);
    }
}
