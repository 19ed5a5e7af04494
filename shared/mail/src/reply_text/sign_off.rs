//! How people and programs end a mail: closings, mobile lines, legal text. Words lower case.

use std::collections::HashSet;
use std::sync::LazyLock;

const CLOSINGS: [&str; 94] = [
    "regards",
    "best regards",
    "kind regards",
    "warm regards",
    "kindest regards",
    "with regards",
    "with kind regards",
    "with best regards",
    "warmest regards",
    "best wishes",
    "all the best",
    "sincerely",
    "yours sincerely",
    "sincerely yours",
    "yours truly",
    "yours faithfully",
    "respectfully",
    "best",
    "br",
    "rgds",
    "mit freundlichen grüßen",
    "mit freundlichen grüssen",
    "mit freundlichem gruß",
    "freundliche grüße",
    "freundliche grüsse",
    "viele grüße",
    "viele grüsse",
    "liebe grüße",
    "beste grüße",
    "mit besten grüßen",
    "herzliche grüße",
    "schöne grüße",
    "grüße",
    "gruß",
    "hochachtungsvoll",
    "mfg",
    "lg",
    "vg",
    "cordialement",
    "bien cordialement",
    "très cordialement",
    "bien à vous",
    "sincères salutations",
    "salutations",
    "meilleures salutations",
    "amicalement",
    "saludos",
    "un saludo",
    "saludos cordiales",
    "atentamente",
    "cordialmente",
    "cordiali saluti",
    "distinti saluti",
    "saluti",
    "un saluto",
    "cari saluti",
    "atenciosamente",
    "abraços",
    "cumprimentos",
    "melhores cumprimentos",
    "att",
    "met vriendelijke groet",
    "met vriendelijke groeten",
    "vriendelijke groeten",
    "groeten",
    "groetjes",
    "hartelijke groet",
    "mvg",
    "pozdrawiam",
    "z poważaniem",
    "z powazaniem",
    "pozdrowienia",
    "s pozdravem",
    "s přátelským pozdravem",
    "med vänliga hälsningar",
    "med vänlig hälsning",
    "vänliga hälsningar",
    "vänligen",
    "hälsningar",
    "mvh",
    "med vennlig hilsen",
    "vennlig hilsen",
    "med venlig hilsen",
    "venlig hilsen",
    "hilsen",
    "ystävällisin terveisin",
    "parhain terveisin",
    "terveisin",
    "saygılarımla",
    "saygılar",
    "iyi çalışmalar",
    "trân trọng",
    "thân mến",
    "với sự tôn trọng",
];
/// More closings, of other alphabets.
const CLOSINGS_OTHER: [&str; 24] = [
    "с уважением",
    "с наилучшими пожеланиями",
    "всего доброго",
    "з повагою",
    "з найкращими побажаннями",
    "此致",
    "敬上",
    "祝好",
    "顺祝商祺",
    "谨上",
    "谢谢",
    "敬具",
    "以上、よろしくお願いいたします",
    "よろしくお願いいたします",
    "宜しくお願い致します",
    "よろしくお願いします",
    "감사합니다",
    "드림",
    "مع تحياتي",
    "تحياتي",
    "مع خالص التحية",
    "בברכה",
    "בכבוד רב",
    "με εκτίμηση",
];

/// A closing phrase that stands alone on its line.
pub fn is_closing(line: &str) -> bool {
    if line.len() > 80 {
        return false;
    }
    let bare =
        line.trim_matches(|c: char| c.is_whitespace() || ",.!\u{3002}\u{ff0c}*_".contains(c));
    let lower = bare.to_lowercase().replace('\u{2019}', "'");
    let lower =
        lower.strip_prefix("thanks and ").or(lower.strip_prefix("thanks & ")).unwrap_or(&lower);
    CLOSINGS.contains(&lower) || CLOSINGS_OTHER.contains(&lower)
}

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

/// A mark that tracking programs leave alone on a line.
pub fn is_tracking_mark(line: &str) -> bool {
    line == "\u{1427}"
}

const DISCLAIMERS: [&str; 30] = [
    "confidentiality notice",
    "confidentiality note",
    "legal notice",
    "disclaimer",
    "notice:",
    "this e-mail and any",
    "this email and any",
    "this e-mail (and any",
    "this email (and any",
    "this message and any",
    "this message (and any",
    "this email message and any",
    "this e-mail message and any",
    "this message is confidential",
    "this e-mail is confidential",
    "this email is confidential",
    "this communication is confidential",
    "the information contained in this",
    "the information in this",
    "the contents of this e",
    "diese e-mail enthält vertrauliche",
    "diese nachricht enthält vertrauliche",
    "der inhalt dieser e-mail ist vertraulich",
    "ce message et toutes les pi",
    "ce message (et",
    "este mensaje",
    "questo messaggio",
    "esta mensagem",
    "dit bericht",
    "ten e-mail",
];
const DISCLAIMERS_OTHER: [&str; 8] = [
    "le informazioni contenute",
    "denna e-post",
    "это сообщение",
    "настоящее сообщение",
    "本邮件",
    "本郵件",
    "本メール",
    "この電子メール",
];

/// The first words of legal text; the ambiguous ones need a telling word behind them.
pub fn begins_disclaimer(line: &str) -> bool {
    let line = line.trim_start_matches(['*', '_', ' ', '\u{3010}', '[']);
    let first: String = line.chars().take(45).collect::<String>().to_lowercase();
    if !DISCLAIMERS.iter().chain(&DISCLAIMERS_OTHER).any(|d| first.starts_with(*d)) {
        return false;
    }
    let head: String = line.chars().take(400).collect::<String>().to_lowercase();
    let telling = [
        "confiden",
        "vertraulich",
        "privileg",
        "intended",
        "bestimmt",
        "destin",
        "vertrouwelijk",
        "poufn",
        "konfiden",
        "конфиден",
        "保密",
        "机密",
        "機密",
        "disclaim",
        "legal",
        "recipient",
    ];
    telling.iter().any(|t| head.contains(t))
}
