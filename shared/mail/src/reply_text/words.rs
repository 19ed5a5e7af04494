//! Words by which mail programs introduce quoted text, in the languages of the field, lower case.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

/// Verbs by which an introduction says that somebody wrote.
const VERBS: [&str; 52] = [
    "wrote",
    "writes",
    "schrieb",
    "geschrieben",
    "a écrit",
    "écrit",
    "écrivait",
    "escribió",
    "escribio",
    "ha scritto",
    "scrive",
    "scritto",
    "escreveu",
    "schreef",
    "geschreven",
    "napisał",
    "napisała",
    "napisał(a)",
    "pisze",
    "napsal",
    "napsala",
    "napsal(a)",
    "skrev",
    "skreiv",
    "följande",
    "kirjoitti",
    "yazdı",
    "şunu yazdı",
    "написал",
    "написала",
    "написал(а)",
    "пишет",
    "писал",
    "написав",
    "написала(в)",
    "пише",
    "đã viết",
    "viết",
    "写道",
    "寫道",
    "书写",
    "كتب",
    "כתב",
    "írta",
    "έγραψε",
    "a scris",
    "menulis",
    "je napisao",
    "napísal",
    "va escriure",
    "skrifaði",
    "เขียน",
];
/// More of them, written without spaces around.
const VERBS_OTHER: [&str; 8] =
    ["さんは書きました", "のメール", "書きました", "님이 작성", "작성", "님이 씀", "כתבה", "來信"];

static VERB_SEARCH: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let all = VERBS.iter().chain(&VERBS_OTHER);
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(all).ok()
});

/// A verb of writing anywhere, as a word of its own where its script has words.
pub fn has_verb(lower: &str) -> bool {
    let Some(search) = VERB_SEARCH.as_ref() else { return false };
    search.find_iter(lower).any(|found| {
        let before = lower.get(..found.start()).and_then(|t| t.chars().next_back());
        let after = lower.get(found.end()..).and_then(|t| t.chars().next());
        let verb = lower.get(found.range()).and_then(|v| v.chars().next());
        verb.is_some_and(|c| c >= '\u{3000}')
            || !before.is_some_and(char::is_alphabetic) && !after.is_some_and(char::is_alphabetic)
    })
}

/// Whether a line's last word may end an introduction: a cheap look before the costly ones.
pub fn may_end(line: &str) -> bool {
    let Some(last) = line.chars().next_back() else { return false };
    if matches!(last, ':' | '\u{ff1a}' | '>' | '-' | '*') {
        return true;
    }
    let word = line.rsplit(char::is_whitespace).next().unwrap_or_default();
    last.is_alphabetic() && word.len() <= 40 && ends_with_verb(&word.to_lowercase())
}

/// A verb of writing at the end, but for a colon.
pub fn ends_with_verb(lower: &str) -> bool {
    let text = lower.trim_end_matches([':', '\u{ff1a}', ' ']);
    VERBS.iter().chain(&VERBS_OTHER).any(|v| text.ends_with(v))
}

/// First words of introductions.
const LEADS: [&str; 34] = [
    "on",
    "am",
    "le",
    "el",
    "il",
    "em",
    "op",
    "dnia",
    "w",
    "den",
    "på",
    "vào",
    "in",
    "il giorno",
    "dne",
    "the",
    "at",
    "a",
    "lúc",
    "tarihinde",
    "в",
    "у",
    "at:",
    "ngày",
    "d.",
    "na",
    "date:",
    "στις",
    "în",
    "pada",
    "dana",
    "dňa",
    "a",
    "þann",
];
/// Days of the week, in full or short, that introductions begin with.
const WEEKDAYS: [&str; 88] = [
    "mon",
    "tue",
    "wed",
    "thu",
    "fri",
    "sat",
    "sun",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "mo",
    "di",
    "mi",
    "do",
    "fr",
    "sa",
    "so",
    "lun",
    "mar",
    "mer",
    "jeu",
    "ven",
    "sam",
    "dim",
    "mié",
    "jue",
    "vie",
    "sáb",
    "dom",
    "gio",
    "sab",
    "seg",
    "ter",
    "qua",
    "qui",
    "sex",
    "ma",
    "wo",
    "vr",
    "za",
    "zo",
    "pon",
    "wt",
    "śr",
    "czw",
    "pt",
    "sob",
    "niedz",
    "ndz",
    "po",
    "út",
    "st",
    "čt",
    "pá",
    "ne",
    "mån",
    "tis",
    "ons",
    "tors",
    "fre",
    "lör",
    "sön",
    "man",
    "tir",
    "tor",
    "lør",
    "søn",
    "ti",
    "ke",
    "to",
    "pe",
    "la",
    "su",
    "пн",
    "вт",
    "ср",
    "чт",
    "пт",
    "сб",
    "вс",
    "нд",
    "pzt",
    "sal",
    "çar",
];

/// Webmail that only names whom it quotes: `Quoting Anna <a@example.com>:`.
const QUOTERS: [&str; 7] = [
    "quoting ",
    "zitat von ",
    "citando ",
    "citazione ",
    "mensagem citada por ",
    "cytowanie ",
    "en réponse à ",
];

/// A line that says whom it quotes.
pub fn names_quoted(lower: &str) -> bool {
    QUOTERS.iter().any(|q| lower.starts_with(q))
}

/// Programs that write from right to left begin lines with marks of direction.
pub fn without_direction_marks(text: &str) -> &str {
    text.trim_start_matches(['\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}'])
}

/// Whether a text begins as introductions do: a leading word or day of the week, or a date.
pub fn leads(text: &str) -> bool {
    let text = without_direction_marks(text);
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return true;
    }
    let first = text.split(|c: char| c.is_whitespace() || c == ',').next().unwrap_or_default();
    if first.len() > 24 {
        return ["在", "于", "於"].iter().any(|lead| text.starts_with(lead));
    }
    let lower = first.to_lowercase();
    let first = lower.as_str();
    let bare = first.trim_end_matches(['.', ',', ':']);
    LEADS.contains(&bare)
        || WEEKDAYS.contains(&bare)
        || ["在", "于", "於", "בתאריך", "في"].iter().any(|lead| lower.starts_with(lead))
}

/// How much of a date a text has: a day (digits), a year or a numeric date, a time of day.
pub fn date_strength(lower: &str) -> usize {
    let mut year = false;
    let mut time = false;
    let mut short = false;
    let bytes = lower.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
            continue;
        }
        let digits = bytes.iter().skip(at).take_while(|b| b.is_ascii_digit()).count();
        let after = bytes.get(at + digits).copied().unwrap_or(b' ');
        let next_digit = bytes.get(at + digits + 1).is_some_and(u8::is_ascii_digit);
        match digits {
            4 => {
                let value = lower.get(at..at + 4).and_then(|y| y.parse::<u32>().ok()).unwrap_or(0);
                year |= (1970..2100).contains(&value);
            }
            1 | 2 => {
                short = true;
                time |= matches!(after, b':' | b'.') && next_digit;
                year |= matches!(after, b'/') && next_digit;
            }
            _ => {}
        }
        at += digits;
    }
    usize::from(year) + usize::from(time) + usize::from(short && (year || time))
}
