//! Subjects: the reply and forward marks of many languages and clients, and what is left.

/// A subject taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// Without marks, white space collapsed; the whole where nothing but marks stands.
    pub base: String,
    /// Reply marks that were cut.
    pub replies: usize,
    /// Forward marks that were cut.
    pub forwards: usize,
}

/// Reply marks, lower case, without their colon: Outlook's languages, Lotus Notes' `Antwort`, the
/// Asian clients. `vs` answers in Finnish but forwards in Danish of old; answers are commoner.
const REPLY: [&str; 41] = [
    "re",
    "r",
    "rép",
    "rep",
    "aw",
    "antw",
    "antwort",
    "antwoord",
    "sv",
    "svar",
    "vs",
    "rif",
    "ris",
    "res",
    "resp",
    "odp",
    "odpověď",
    "ynt",
    "yan",
    "yanit",
    "ref",
    "отв",
    "ответ",
    "відп",
    "hồi âm",
    "trả lời",
    "回复",
    "回覆",
    "答复",
    "答覆",
    "返信",
    "回信",
    "답장",
    "회신",
    "רד",
    "תשובה",
    "השב",
    "رد",
    "الرد",
    "απ",
    "bls",
];
/// Forward marks, likewise.
const FORWARD: [&str; 36] = [
    "fw",
    "fwd",
    "wg",
    "tr",
    "i",
    "inoltro",
    "rv",
    "reenv",
    "enc",
    "encaminhada",
    "encaminhado",
    "doorst",
    "doorgestuurd",
    "vb",
    "vl",
    "videresendt",
    "videresend",
    "vidarebefordrat",
    "pd",
    "přep",
    "předáno",
    "przek",
    "ilt",
    "i\u{307}lt",
    "yml",
    "пересл",
    "переслано",
    "chuyển tiếp",
    "转发",
    "轉寄",
    "轉發",
    "転送",
    "전달",
    "הועבר",
    "إعادة توجيه",
    "πρθ",
];

/// Marks cut off one subject at most.
const MARKS_MAX: usize = 64;
/// Longest mark in characters, its counter included: `Odpověď[12]`.
const MARK_CHARS_MAX: usize = 20;

/// Takes a subject apart. List tags in brackets between marks (`Re: [list] Re: x`) are kept, in
/// front of the base.
pub fn read(subject: &str) -> Subject {
    let mut read = Subject::default();
    let mut rest = subject.trim();
    let mut tags = String::new();
    for _ in 0..MARKS_MAX {
        if let Some((mark, after)) = mark_of(rest) {
            match mark {
                Mark::Reply => read.replies += 1,
                Mark::Forward => read.forwards += 1,
            }
            rest = after;
            continue;
        }
        let Some((tag, after)) = list_tag(rest) else { break };
        // A tag is only passed over where another mark follows it.
        if mark_of(after).is_none() {
            break;
        }
        if !tags.contains(tag) {
            tags.push_str(tag);
            tags.push(' ');
        }
        rest = after;
    }
    if let Some(cut) = strip_trailing_forward(rest) {
        read.forwards += 1;
        rest = cut;
    }
    let words: Vec<&str> = tags.split_whitespace().chain(rest.split_whitespace()).collect();
    read.base = words.join(" ");
    read
}

#[derive(Clone, Copy)]
enum Mark {
    Reply,
    Forward,
}

/// A mark at the start: word, perhaps a counter (`Re[2]`, `RE(3)`, `Re^2`, `AW 2`), then a colon
/// of either width.
fn mark_of(text: &str) -> Option<(Mark, &str)> {
    let colon = text.char_indices().take(MARK_CHARS_MAX).find(|(_, c)| matches!(c, ':' | '：'))?;
    let head = text.get(..colon.0)?;
    let after = text.get(colon.0 + colon.1.len_utf8()..)?.trim_start();
    let head = head.trim_end();
    let word = head.trim_end_matches(|c: char| c.is_ascii_digit() || "[]()^*".contains(c));
    // `Ref 12: invoice` is somebody's reference, no counted answer.
    if word.is_empty() || (word.len() < head.len() && word.ends_with(' ')) {
        return None;
    }
    let word = word.trim().to_lowercase();
    if REPLY.contains(&word.as_str()) {
        return Some((Mark::Reply, after));
    }
    FORWARD.contains(&word.as_str()).then_some((Mark::Forward, after))
}

/// `[list]` at the start, with what follows.
fn list_tag(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('[')?;
    let end = inner.find(']').filter(|end| *end > 0 && *end < 80)?;
    let tag = text.get(..end + 2)?;
    Some((tag, text.get(end + 2..)?.trim_start()))
}

/// `subject (fwd)`, as pine writes it.
fn strip_trailing_forward(text: &str) -> Option<&str> {
    let lower = text.to_ascii_lowercase();
    let at = lower.strip_suffix("(fwd)").or_else(|| lower.strip_suffix("(fw)"))?.len();
    text.get(..at).map(str::trim_end).filter(|t| !t.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_many_languages_are_cut() {
        for subject in [
            "Offer",
            "Re: Offer",
            "RE: RE: Offer",
            "AW: Offer",
            "Antwort: Offer",
            "SV: Offer",
            "答复: Offer",
            "回复：Offer",
            "回覆: Offer",
            "转发: Offer",
            "轉寄: Offer",
            "RIF: Offer",
            "R: Offer",
            "I: Offer",
            "TR: Offer",
            "WG: Offer",
            "Odp: Offer",
            "PD: Offer",
            "Doorst: Offer",
            "YNT: Offer",
            "İLT: Offer",
            "Re[2]: Offer",
            "RE(3): Offer",
            "Re^2: Offer",
            "Fwd: Re: AW: Offer",
            "ENC: Offer",
            "RES: Offer",
            "RV: Offer",
            "VS: Offer",
            "Отв: Offer",
            "返信: Offer",
            "転送: Offer",
            "답장: Offer",
            "전달: Offer",
            "رد: Offer",
            "הועבר: Offer",
            "Re:Offer",
            "Re : Offer",
            "Offer (fwd)",
            "Trả lời: Offer",
        ] {
            assert_eq!(read(subject).base, "Offer", "{subject}");
        }
    }

    #[test]
    fn answers_and_forwards_are_told_apart() {
        let of = |s: &str| (read(s).replies, read(s).forwards);
        assert_eq!(of("Re: x"), (1, 0));
        assert_eq!(of("WG: AW: x"), (1, 1));
        assert_eq!(of("转发: 答复: x"), (1, 1));
        assert_eq!(of("Report: x"), (0, 0));
    }

    #[test]
    fn what_only_looks_like_a_mark_stays() {
        for subject in
            ["Report: June", "Ref 12: invoice", "[list] Offer", "12:30 lunch", "I see: x"]
        {
            assert_eq!(read(subject).base, subject, "{subject}");
        }
        assert_eq!(read("Re: [list] Re: Offer").base, "[list] Offer");
        assert_eq!(read("Re:").base, "");
    }
}
