//! Where a notice ends and the returned mail begins, when both stand in one text.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, Anchored, Input, StartKind};

/// Starts of the line that says so; lower case, leading dashes and blanks left out.
const SEPARATORS: &[&str] = &[
    "below this line is a copy of the m",
    "below the next line is a copy of the message",
    "below is a copy of the original message",
    "this is a copy of the message",
    "this is a copy of your message",
    "attachment is a copy of the message",
    "copy of the message",
    "here is a copy of the first part of the message",
    "included is a copy of the message header",
    "the header of the original message is following",
    "the first 50 lines of your original message",
    "the attachment contains the original mail headers",
    "a summary of the undelivered message you sent follows",
    "original message follows",
    "original message headers",
    "original message text follows",
    "original message header",
    "original message:",
    "original message -",
    "original message\n",
    "original mail as follows",
    "original mail info",
    "message headers follow",
    "message header follows",
    "message text follows",
    "unsent message follows",
    "undelivered message follows",
    "no message was collected",
    "returned message",
    "here is your returned mail",
    "old message",
    "original message attached",
    "unsent message below",
    "undelivered mail follows",
    "the following is a copy of",
    "body of the original message",
    "header of the original message",
    "headers of the original message",
    "message header:",
    "nachrichtenkopf",
    "originalnachricht",
    "ursprüngliche nachricht",
    "message d'origine",
    "messaggio originale",
    "mensaje original",
    "mensagem original",
    "start of returned message",
    "returned mail follows",
    "mensaje original adjunto",
    "intestazioni originali del messaggio",
    "en-t\u{ea}tes de message d'origine",
    "en-t\u{ea}tes du message d'origine",
    "ursprungshuvuden",
    "oorspronkelijke berichtkoppen",
    "encabezados de mensajes originales",
    "encabezados del mensaje original",
    "cabe\u{e7}alhos de mensagem originais",
    "urspr\u{fc}ngliche nachrichtenkopfzeilen",
    "原始邮件头",
    "原始邮件",
    "原始郵件標頭",
    "元のメッセージ ヘッダー",
    "元のメッセージ",
    "content-type: message/rfc822",
    "content-type: text/rfc822-headers",
];

static STARTS: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let mut builder = AhoCorasick::builder();
    builder.ascii_case_insensitive(true).start_kind(StartKind::Anchored);
    builder.build(SEPARATORS).ok()
});

/// The notice, and the returned mail behind it (empty where there is none).
pub fn split(text: &str) -> (&str, &str) {
    let mut position = 0;
    for line in text.split_inclusive('\n') {
        let after = position + line.len();
        if position > 0 && separates(line) {
            return (
                text.get(..position).unwrap_or_default(),
                text.get(after..).unwrap_or_default(),
            );
        }
        if position > 0 && starts_mail(line) {
            return text.split_at_checked(position).unwrap_or((text, ""));
        }
        position = after;
    }
    (text, "")
}

fn separates(line: &str) -> bool {
    // Long lines are prose.
    if line.len() > 120 {
        return false;
    }
    let start = line.trim_start_matches(|c: char| c.is_whitespace() || "-=|*_>".contains(c));
    let input = Input::new(start).anchored(Anchored::Yes);
    STARTS.as_ref().is_some_and(|automaton| automaton.is_match(input))
}

/// A trace field at the start of a line: the returned mail begins without a word.
fn starts_mail(line: &str) -> bool {
    let starts = |name: &str| line.get(..name.len()).is_some_and(|s| s.eq_ignore_ascii_case(name));
    starts("Return-Path: <")
        || starts("Received: from ")
        || starts("Received: by ")
        || starts("Received: (")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_returned_mail_begins_after_the_line_that_says_so() {
        for line in [
            "--- Below this line is a copy of the message.",
            "------ This is a copy of the message, including all the headers. ------",
            "   ----- Original message -----",
            "|------------------------- Message text follows: ---|",
            "Original message headers:",
            "-------original message",
        ] {
            let text = format!("notice\n{line}\nFrom: x\n");
            assert_eq!(split(&text), ("notice\n", "From: x\n"), "{line}");
        }
    }

    #[test]
    fn a_trace_field_begins_it_without_a_word() {
        let (notice, mail) = split("notice\nReceived: from mx\nFrom: x\n");
        assert_eq!((notice, mail), ("notice\n", "Received: from mx\nFrom: x\n"));
        assert_eq!(split("no mail here\n").1, "");
    }
}
