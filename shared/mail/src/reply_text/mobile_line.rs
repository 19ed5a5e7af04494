//! Lines that mobile programs add: `Sent from my iPhone`. Words lower case.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Verbs with which lines of mobile programs begin.
const SENT: [&str; 45] = [
    "sent from",
    "sent via",
    "sent with",
    "sent by",
    "sent using",
    "sent on",
    "get outlook for",
    "from my",
    "envoyé de",
    "envoyé depuis",
    "envoyé à partir",
    "envoyé via",
    "obtenir outlook",
    "obtenez outlook",
    "télécharger outlook",
    "gesendet von",
    "gesendet mit",
    "gesendet aus",
    "von meinem",
    "von meiner",
    "holen sie sich outlook",
    "outlook für",
    "enviado desde",
    "enviado de",
    "enviado do",
    "enviado a partir",
    "enviado con",
    "enviado por",
    "obtener outlook",
    "obtenha o outlook",
    "inviato da",
    "inviato dal",
    "scarica outlook",
    "verzonden vanaf",
    "verzonden met",
    "verstuurd vanaf",
    "outlook voor",
    "wysłane z",
    "wysłano z",
    "odesláno z",
    "skickat från",
    "sendt fra",
    "sendt via",
    "lähetetty",
    "hanki outlook",
];
/// More of them, of other alphabets; each tells enough by itself.
const SENT_OTHER: [&str; 19] = [
    "отправлено с",
    "отправлено из",
    "надіслано з",
    "gửi từ",
    "đã gửi từ",
    "发自我的",
    "发自",
    "来自我的",
    "從我的",
    "从我的",
    "傳送自",
    "下载 outlook",
    "取得 outlook",
    "iphoneから送信",
    "androidから送信",
    "나의 iphone에서 보냄",
    "내 iphone에서 보냄",
    "أرسلت من",
    "נשלח מ",
];
/// What such lines name: devices and programs.
const DEVICES: [&str; 51] = [
    "ios",
    "iphone",
    "ipad",
    "ipod",
    "apple watch",
    "android",
    "blackberry",
    "samsung",
    "galaxy",
    "huawei",
    "xiaomi",
    "redmi",
    "oneplus",
    "pixel",
    "motorola",
    "nokia",
    "htc",
    "alcatel",
    "lenovo",
    "sony",
    "lg",
    "windows",
    "outlook",
    "mail",
    "yahoo",
    "gmail",
    "inbox",
    "mailbox",
    "airmail",
    "spark",
    "typeapp",
    "bluemail",
    "k-9",
    "proton",
    "thunderbird",
    "sparrow",
    "acompli",
    "aquamail",
    "newton",
    "phone",
    "mobile",
    "mobil",
    "handy",
    "telefon",
    "smartphone",
    "tablet",
    "device",
    "appareil",
    "portable",
    "cell",
    "móvil",
];

/// Longest line of a mobile program in characters.
const MOBILE_CHARS_MAX: usize = 160;

/// `Sent from my iPhone`, `Get Outlook for iOS<...>`, in the languages of the field.
pub fn is_mobile_line(line: &str) -> bool {
    if line.len() > 4 * MOBILE_CHARS_MAX || line.chars().count() > MOBILE_CHARS_MAX {
        return false;
    }
    if !may_be_mobile(line) {
        return false;
    }
    let lower = line.to_lowercase().replace('\u{a0}', " ");
    let text = lower.trim_start_matches(['<', '(', '*', '_', '[', ' ', '-', '>']);
    let begins = SENT.iter().find(|s| text.starts_with(*s));
    if SENT_OTHER.iter().any(|s| text.starts_with(s)) {
        return text.chars().count() <= 60;
    }
    if let Some(begin) = begins {
        let rest = text.get(begin.len()..).unwrap_or_default();
        return names_device(rest) || (*begin == "sent from" && is_some_device(rest));
    }
    let german =
        text.starts_with("diese nachricht wurde") || text.starts_with("diese e-mail wurde");
    if german {
        return text.trim_end_matches('.').ends_with("gesendet") && names_device(text);
    }
    // `Someone from mobile`.
    text.split_whitespace().count() <= 3 && text.ends_with(" from mobile")
}

static FIRST_WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let firsts = SENT.iter().filter_map(|s| s.split(' ').next());
    firsts.chain(["diese"]).collect()
});

/// A cheap look at the first word, so that most lines cost nothing more.
fn may_be_mobile(line: &str) -> bool {
    let text = line.trim_start_matches(['<', '(', '*', '_', '[', ' ', '-', '>']);
    if text.starts_with(|c: char| !c.is_ascii()) {
        return true;
    }
    let word = text.split([' ', '\u{a0}']).next().unwrap_or_default();
    let known = word.len() <= 12 && FIRST_WORDS.contains(word.to_lowercase().as_str());
    known
        || line.ends_with("mobile")
        || (text.len() < 40 && text.contains("\u{304b}\u{3089}\u{9001}\u{4fe1}"))
}

/// A device or program in the first words, and nothing of a sentence behind it.
fn names_device(rest: &str) -> bool {
    let named = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '-');
        DEVICES.iter().any(|d| word == *d || (d.len() >= 3 && word.starts_with(d)))
            || DEVICES.iter().any(|d| d.len() > 5 && word.contains(d))
    };
    // A link glued to the name is no word of a sentence.
    let words = rest.split(['<', '[', ']', '(', ')', ' ', '\t']).filter(|w| !w.is_empty());
    words.take(8).any(|w| named(w) || w.contains("-mobiltelefon")) && !is_sentence(rest)
}

/// `my TI-85`: any device of one's own, as long as no sentence goes on behind it.
fn is_some_device(rest: &str) -> bool {
    let rest = rest.trim_start();
    let own = rest.strip_prefix("my ").or_else(|| rest.strip_prefix("a ")).unwrap_or_default();
    let words = own.split_whitespace().count();
    (1..=5).contains(&words) && !own.contains([',', ';']) && !is_sentence(rest)
}

/// A comma or full stop with more words behind it, unless they beg pardon for typing errors.
fn is_sentence(rest: &str) -> bool {
    let Some((_, more)) = rest.split_once([',', ';', '.']) else { return false };
    let pardons =
        ["excuse", "forgive", "typo", "brevity", "pardon", "entschuldig", "//", "com", "fr"];
    more.split_whitespace().count() > 1 && !pardons.iter().any(|p| more.contains(p))
}
