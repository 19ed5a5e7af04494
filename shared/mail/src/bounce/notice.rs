//! Notices in words: who could not be reached, and what was said about each, line by line.
//!
//! One grammar serves all families, because they share their shapes: an address at the start of a
//! line (Postfix, Exim, qmail, Gmail, Sendmail ...), an address behind a label (`Recipient:`,
//! `RCPT TO:`), and text about it that follows until the next one.

use domain::email_address::EmailAddress;

use super::address_scan;
use super::delivery_status::{RECIPIENTS_MAX, is_report_line};
use super::naming::{self, Naming};
use super::separator;

/// What is kept of the text about one recipient, octets.
const ABOUT_OCTETS_MAX: usize = 8 * 1024;

/// Addressees of a quoted header that are kept.
const ADDRESSEES_MAX: usize = 10;

/// One recipient that a notice names.
#[derive(Clone, Debug)]
pub struct Mention {
    /// Who.
    pub address: EmailAddress,
    /// The address it came from, where the notice says that it was expanded.
    pub expanded_from: Option<EmailAddress>,
    /// What the notice says about it.
    pub about: String,
}

/// What a notice says.
#[derive(Clone, Debug, Default)]
pub struct Notice {
    /// Recipients, in order, each once.
    pub mentions: Vec<Mention>,
    /// Who the returned mail was addressed to, where the words quote its header: stands in where
    /// nobody is named.
    pub addressees: Vec<EmailAddress>,
    /// The whole text before the returned mail.
    pub text: String,
    /// The returned mail, where the notice has it in line.
    pub original: String,
    /// True where there were more recipients than are read.
    pub cut: bool,
}

/// Reads a notice.
pub fn read(text: &str) -> Notice {
    let (body, original) = separator::split(text);
    let mut reader = Reader::default();
    for line in body.split('\n') {
        reader.line(line);
        if reader.notice.cut {
            break;
        }
    }
    reader.notice.text = body.to_owned();
    reader.notice.original = original.to_owned();
    reader.notice
}

#[derive(Default)]
struct Reader {
    notice: Notice,
    current: Option<usize>,
    indent: usize,
    after_blank: bool,
    in_report: bool,
    /// Where the line before began, if it ended within a sentence.
    open_sentence: Option<usize>,
    /// Lines since the last recipient's text ended: a transcript speaks before it names.
    transcript: String,
}

impl Reader {
    fn line(&mut self, line: &str) {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            self.after_blank = true;
            self.in_report = false;
            return;
        }
        // The fields of a delivery report within the text are read elsewhere.
        self.in_report |= is_report_line(line);
        if self.in_report {
            return;
        }
        let indent = line.len() - line.trim_start().len();
        if self.expands(trimmed) {
            return;
        }
        self.read_addressee(trimmed);
        match naming::of(trimmed) {
            Some(naming)
                if !self.continues(indent, &naming) && !self.in_prose(trimmed, indent, &naming) =>
            {
                self.name(trimmed, indent, naming);
            }
            _other => self.tell(trimmed),
        }
        self.after_blank = false;
        let open = trimmed.ends_with(|c: char| c.is_alphanumeric() || c == ',');
        self.open_sentence = open.then_some(indent);
    }

    /// Deeper lines of the same paragraph belong to the recipient above them, whatever they name.
    fn continues(&self, indent: usize, naming: &Naming) -> bool {
        let answered = matches!(naming, Naming::Answered(_));
        self.current.is_some() && !self.after_blank && indent > self.indent && !answered
    }

    /// `To: anna@example.com` of a quoted header.
    fn read_addressee(&mut self, trimmed: &str) {
        let quoted = trimmed.get(..3).is_some_and(|name| name.eq_ignore_ascii_case("to:"));
        if quoted && self.notice.addressees.len() < ADDRESSEES_MAX {
            let found = address_scan::find(trimmed).map(|found| found.address);
            self.notice.addressees.extend(found.filter(|address| !naming::is_daemon(address)));
        }
    }

    /// `(expanded from: <list@example.com>)` under a recipient is no recipient of its own.
    fn expands(&mut self, trimmed: &str) -> bool {
        let from = trimmed
            .strip_prefix("(expanded from")
            .or_else(|| trimmed.strip_prefix("(generated from"));
        let (Some(rest), Some(index)) = (from, self.current) else { return false };
        let origin = address_scan::find(rest).map(|found| found.address);
        if let Some(mention) = self.notice.mentions.get_mut(index) {
            mention.expanded_from = mention.expanded_from.take().or(origin);
        }
        true
    }

    /// A bare address that only happens to stand at a line's start, in the middle of a sentence.
    fn in_prose(&self, trimmed: &str, indent: usize, naming: &Naming) -> bool {
        let Naming::Leading(found) = naming else { return false };
        let tail = trimmed.get(found.end..).unwrap_or_default();
        let word_follows =
            tail.starts_with(' ') && tail.trim_start().starts_with(char::is_lowercase);
        let goes_on = self.open_sentence == Some(indent) && !self.after_blank;
        found.start == 0 && word_follows && goes_on
    }

    fn name(&mut self, trimmed: &str, indent: usize, naming: Naming) {
        let (found, lead_counts) = match naming {
            Naming::Leading(found) => (found, false),
            Naming::Labelled(found) | Naming::Answered(found) => (found, true),
        };
        let tail = trimmed.get(found.end..).unwrap_or_default();
        let (expanded_from, tail) = expansion(tail);
        let known =
            self.notice.mentions.iter().position(|mention| mention.address == found.address);
        let index = match known {
            Some(index) => index,
            None if self.notice.mentions.len() >= RECIPIENTS_MAX => {
                self.notice.cut = true;
                return;
            }
            None => {
                let about = std::mem::take(&mut self.transcript);
                let address = found.address;
                self.notice.mentions.push(Mention { address, expanded_from, about });
                self.notice.mentions.len() - 1
            }
        };
        if known.is_none() || self.current != Some(index) {
            self.indent = indent;
        }
        self.current = Some(index);
        self.tell(if lead_counts { trimmed } else { tail });
        // Sendmail closes what it says about a recipient with this line.
        let closes =
            lead_counts && naming::leads_with_code(trimmed).is_some() && tail.starts_with("...");
        if closes && known.is_none() {
            self.current = None;
        }
    }

    fn tell(&mut self, text: &str) {
        let about = match self.current.and_then(|index| self.notice.mentions.get_mut(index)) {
            Some(mention) => &mut mention.about,
            None => {
                let speaks =
                    text.starts_with(['>', '<', '.']) || naming::leads_with_code(text).is_some();
                if !speaks && self.transcript.is_empty() {
                    return;
                }
                &mut self.transcript
            }
        };
        if about.len() + text.len() <= ABOUT_OCTETS_MAX {
            about.push_str(text);
            about.push('\n');
        }
    }
}

/// Takes `(expanded from <a@example.com>)` and the signs around an address off its tail.
fn expansion(tail: &str) -> (Option<EmailAddress>, &str) {
    let tail = tail.trim_start_matches(['>', '"', '\'', ']', ')']);
    let rest = tail.trim_start();
    let Some(inner) = rest.strip_prefix("(expanded from") else {
        return (None, tail.trim_start_matches(':').trim());
    };
    let (inside, after) = inner.split_once(')').unwrap_or((inner, ""));
    let address = address_scan::find(inside).map(|found| found.address);
    (address, after.trim_start_matches(':').trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<String> {
        read(text).mentions.iter().map(|m| m.address.normal().to_owned()).collect()
    }

    #[test]
    fn an_address_that_leads_a_line_starts_a_recipient() {
        let notice = read(
            "I'm sorry.\n\n<anna@example.com>: host mx.example.com[192.0.2.1] said: 550 5.1.1\n    \
             <anna@example.com>... User unknown\n\n<sales@example.org> (expanded from\n",
        );
        let addresses: Vec<_> = notice.mentions.iter().map(|m| m.address.normal()).collect();
        assert_eq!(addresses, ["anna@example.com", "sales@example.org"]);
        assert!(notice.mentions[0].about.contains("User unknown"));
    }

    #[test]
    fn a_deeper_line_belongs_to_the_recipient_above_whatever_it_names() {
        let text =
            "<anna@example.com>: host mx said: 550 5.1.1\n    <news@crm.example>: no such sender\n";
        assert_eq!(named(text), ["anna@example.com"]);
        let exim = "failed:\n\n  anna@example.com\n    unrouteable address\n  bert@example.org\n";
        assert_eq!(named(exim), ["anna@example.com", "bert@example.org"]);
    }

    #[test]
    fn labels_and_answers_name_recipients_and_daemons_are_none() {
        assert_eq!(named("Unknown user: anna@example.com\n"), ["anna@example.com"]);
        assert_eq!(named(">>> RCPT To:<anna@example.com>\n<<< 550 no\n"), ["anna@example.com"]);
        assert_eq!(named("550 5.1.1 <anna@example.com>... User unknown\n"), ["anna@example.com"]);
        assert_eq!(named("收件人邮箱：anna@example.com\n"), ["anna@example.com"]);
        assert_eq!(named("please contact <postmaster@example.com>\n"), Vec::<String>::new());
        assert_eq!(named("it was sent by news@crm.example today\n"), Vec::<String>::new());
    }

    #[test]
    fn a_transcript_before_the_name_belongs_to_it() {
        let notice =
            read(">>> DATA\n<<< 552 too large\n554 <anna@example.com>... Service refused\n");
        assert!(notice.mentions[0].about.contains("552 too large"));
    }

    #[test]
    fn an_expansion_gives_the_address_we_sent_to() {
        let notice = read("<a@example.com> (expanded from <list@example.org>): Host not found\n");
        let mention = &notice.mentions[0];
        assert_eq!(mention.expanded_from.as_ref().unwrap().normal(), "list@example.org");
        assert_eq!(mention.about.trim(), "Host not found");
    }

    #[test]
    fn a_line_of_a_megabyte_and_ten_thousand_names_are_bounded() {
        let long = format!("<anna@example.com>: {}", "x".repeat(1_000_000));
        assert!(read(&long).mentions[0].about.len() <= ABOUT_OCTETS_MAX);
        let many: String = (0..10_000).map(|n| format!("<u{n}@example.com>: no\n")).collect();
        let notice = read(&many);
        assert!(notice.cut && notice.mentions.len() == RECIPIENTS_MAX);
    }
}
