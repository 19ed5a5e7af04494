//! Which of several codes counts, and at which stage the answer was given.

use domain::bounce::EnhancedStatus;

use super::smtp_codes::{self, SmtpStage};

/// Of the report's own status and the one in the refusing server's words, the one that says more.
///
/// Reporting servers fill their field with what fits roughly (5.0.0, 5.1.1, 5.3.0 for an answer of
/// 5.7.1); the answer itself is the better witness.
pub fn prefer(
    field: Option<EnhancedStatus>,
    words: Option<EnhancedStatus>,
    reply: Option<u16>,
) -> Option<EnhancedStatus> {
    let (Some(field), Some(words)) = (field, words) else { return field.or(words) };
    if field.class != words.class {
        let class = reply.and_then(smtp_codes::reply_class);
        if class == Some(field.class) {
            return Some(field);
        }
        if class == Some(words.class) {
            return Some(words);
        }
    }
    let rough = match (field.subject, field.detail) {
        (0, 0) => true,
        _ if words.is_unspecific() => false,
        (_, 0) if words.detail != 0 => true,
        (4, 7) | (7, 0) | (3, _) | (5, 1 | 2 | 4 | 5) => true,
        (1, 1) => words.detail != 0 && words.subject != 5,
        (1, 3) => words.subject == 7,
        _ => false,
    };
    Some(if rough { words } else { field })
}

/// The stage that a text tells: the command before the first refusal of a transcript, else the
/// reporting server's wording in the `uniform` form of the text.
pub fn stage(text: &str, uniform: &str) -> Option<SmtpStage> {
    transcript_stage(text).or_else(|| SmtpStage::of_wording(uniform))
}

/// The text without what a reporting Sendmail adds of its own behind the refusing server's answer:
/// it writes `550 5.1.1 <...>... User unknown` under every refused recipient, whatever was said.
pub fn without_own_answers(text: &str) -> String {
    let refused = text.lines().any(|line| {
        line.trim_start()
            .strip_prefix("<<<")
            .is_some_and(|a| a.trim_start().starts_with(['4', '5']))
    });
    if !refused {
        return text.to_owned();
    }
    let own = |line: &&str| {
        let line = line.trim_start();
        let answered = line.starts_with(['4', '5']) || line.starts_with('<');
        answered && !line.starts_with("<<<") && line.ends_with("... User unknown")
    };
    let kept: Vec<&str> = text.lines().filter(|line| !own(line)).collect();
    kept.join("\n")
}

fn transcript_stage(text: &str) -> Option<SmtpStage> {
    let mut last = None;
    for line in text.lines() {
        let line = line.trim_start();
        if let Some(command) = after_any(line, &[">>>", "In:", "Sent <<<"]) {
            last = SmtpStage::of_command(command).or(last);
        } else if let Some(answer) = after_any(line, &["<<<", "Out:", "Received >>>"])
            && answer.trim_start().starts_with(['4', '5'])
            && last.is_some()
        {
            return last;
        }
    }
    None
}

fn after_any<'l>(line: &'l str, leads: &[&str]) -> Option<&'l str> {
    leads.iter().find_map(|lead| line.strip_prefix(lead))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preferred(field: &str, words: &str) -> String {
        prefer(field.parse().ok(), words.parse().ok(), None).unwrap().to_string()
    }

    #[test]
    fn the_status_that_says_more_counts() {
        assert_eq!(preferred("5.0.0", "5.2.2"), "5.2.2");
        assert_eq!(preferred("5.1.1", "5.7.1"), "5.7.1");
        assert_eq!(preferred("5.1.1", "5.5.1"), "5.1.1");
        assert_eq!(preferred("5.2.2", "5.0.0"), "5.2.2");
        assert_eq!(preferred("5.3.0", "5.1.1"), "5.1.1");
        assert_eq!(preferred("5.7.26", "5.7.1"), "5.7.26");
        let by_reply = prefer("4.4.7".parse().ok(), "5.1.1".parse().ok(), Some(421));
        assert_eq!(by_reply.unwrap().to_string(), "4.4.7");
    }

    #[test]
    fn a_transcript_tells_the_stage_of_its_first_refusal() {
        let text = ">>> MAIL From:<a@example.com>\n<<< 250 ok\n>>> DATA\n<<< 550 no";
        assert_eq!(stage(text, ""), Some(SmtpStage::Data));
        assert_eq!(
            stage("", "host said: 550 no (in reply to rcpt to command)"),
            Some(SmtpStage::Rcpt)
        );
        assert_eq!(stage("no such user", "no such user"), None);
    }
}
