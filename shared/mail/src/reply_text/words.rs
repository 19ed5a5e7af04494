//! Words of mail programs in the languages of the field, lower case.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

/// A field of a quoted header block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Label {
    /// Who wrote it.
    From,
    /// When.
    Date,
    /// To whom.
    To,
    /// With copies to whom.
    Cc,
    /// About what.
    Subject,
    /// Where answers go.
    ReplyTo,
}

const FROM: [&str; 26] = [
    "from",
    "von",
    "de",
    "da",
    "van",
    "od",
    "från",
    "fra",
    "lähettäjä",
    "kimden",
    "gönderen",
    "от",
    "от кого",
    "від",
    "từ",
    "发件人",
    "寄件者",
    "寄件人",
    "差出人",
    "送信者",
    "보낸 사람",
    "보낸사람",
    "发自",
    "من",
    "מאת",
    "mittente",
];
const DATE: [&str; 45] = [
    "sent",
    "date",
    "gesendet",
    "datum",
    "envoyé",
    "envoyé le",
    "date d'envoi",
    "message du",
    "enviado",
    "enviado el",
    "enviada em",
    "enviado em",
    "enviada",
    "fecha",
    "data",
    "inviato",
    "inviato il",
    "verzonden",
    "wysłano",
    "wysłane",
    "odesláno",
    "posláno",
    "skickat",
    "sendt",
    "dato",
    "lähetetty",
    "päivämäärä",
    "päiväys",
    "gönderme tarihi",
    "gönderildi",
    "tarih",
    "отправлено",
    "дата",
    "надіслано",
    "đã gửi",
    "ngày",
    "发送时间",
    "寄件日期",
    "日期",
    "送信日時",
    "日時",
    "보낸 날짜",
    "날짜",
    "تاريخ الإرسال",
    "נשלח",
];
const TO: [&str; 30] = [
    "to",
    "an",
    "à",
    "a",
    "para",
    "aan",
    "do",
    "komu",
    "till",
    "til",
    "vastaanottaja",
    "kime",
    "alıcı",
    "кому",
    "đến",
    "tới",
    "收件人",
    "收件者",
    "宛先",
    "받는 사람",
    "받는사람",
    "إلى",
    "אל",
    "destinataire",
    "destinatario",
    "an/to",
    "pro",
    "per",
    "empfänger",
    "a:",
];
const CC: [&str; 16] = [
    "cc",
    "kopie",
    "copie à",
    "copie",
    "copia",
    "kopia",
    "dw",
    "kopi",
    "kopio",
    "bilgi",
    "копия",
    "копія",
    "抄送",
    "副本",
    "참조",
    "bcc",
];
const SUBJECT: [&str; 26] = [
    "subject",
    "betreff",
    "objet",
    "sujet",
    "asunto",
    "oggetto",
    "assunto",
    "onderwerp",
    "temat",
    "předmět",
    "ämne",
    "emne",
    "aihe",
    "konu",
    "тема",
    "chủ đề",
    "tiêu đề",
    "主题",
    "主旨",
    "件名",
    "제목",
    "الموضوع",
    "נושא",
    "主題",
    "re",
    "otsikko",
];
const REPLY_TO: [&str; 6] =
    ["reply-to", "reply to", "antwort an", "répondre à", "responder a", "rispondi a"];

/// Longest label in characters.
const LABEL_CHARS_MAX: usize = 24;

/// The label a line begins with: `From: ...`, `*Sent:* ...`, `发件人：...`, `De : ...`.
pub fn label_of(line: &str) -> Option<Label> {
    let line = line.trim_start_matches(['*', '_', '>', ' ', '\t']);
    let colon = line
        .char_indices()
        .take(LABEL_CHARS_MAX)
        .find(|(_, c)| matches!(c, ':' | '\u{ff1a}'))
        .map(|(at, _)| at)?;
    let label = line.get(..colon)?.trim_end_matches(['*', '_', ' ', '\u{a0}']).to_lowercase();
    let label = label.replace('\u{3000}', "");
    let lists: [(&[&str], Label); 6] = [
        (&FROM, Label::From),
        (&DATE, Label::Date),
        (&TO, Label::To),
        (&CC, Label::Cc),
        (&SUBJECT, Label::Subject),
        (&REPLY_TO, Label::ReplyTo),
    ];
    lists.iter().find(|(list, _)| list.contains(&label.as_str())).map(|(_, label)| *label)
}

/// Banners above quoted or forwarded text that need no rule around them.
const BANNERS: [&str; 20] = [
    "begin forwarded message:",
    "anfang der weitergeleiteten nachricht:",
    "anfang der weitergeleiteten e-mail:",
    "début du message réexpédié :",
    "début du message transféré :",
    "inicio del mensaje reenviado:",
    "inizio messaggio inoltrato:",
    "início da mensagem reencaminhada:",
    "begin doorgestuurd bericht:",
    "vidarebefordrat brev:",
    "videresendt besked:",
    "początek przekazywanej wiadomości:",
    "開始轉寄郵件：",
    "以下是转发的邮件：",
    "开始转发的邮件：",
    "начало переадресованного сообщения:",
    "転送されたメッセージ：",
    "전달된 메시지 시작:",
    "välitetty viesti alkaa:",
    "forwarded message:",
];

/// Nouns that make a ruled line a banner.
const BANNER_NOUNS: [&str; 40] = [
    "original message",
    "forwarded message",
    "original email",
    "original mail",
    "reply message",
    "original appointment",
    "message original",
    "ursprüngliche nachricht",
    "originalnachricht",
    "original-nachricht",
    "weitergeleitete nachricht",
    "urspr. nachricht",
    "message d'origine",
    "message transféré",
    "mensaje original",
    "mensaje reenviado",
    "messaggio originale",
    "messaggio inoltrato",
    "mensagem original",
    "mensagem encaminhada",
    "oorspronkelijk bericht",
    "doorgestuurd bericht",
    "oryginalna wiadomość",
    "wiadomość oryginalna",
    "původní zpráva",
    "ursprungligt meddelande",
    "originalmeddelande",
    "opprinnelig melding",
    "oprindelig meddelelse",
    "alkuperäinen viesti",
    "özgün ileti",
    "orijinal mesaj",
    "исходное сообщение",
    "пересылаемое сообщение",
    "оригінальне повідомлення",
    "thư gốc",
    "tin nhắn gốc",
    "original besked",
    "forwarded by",
    "replied message",
];
/// More of them, of scripts of their own.
const BANNER_NOUNS_OTHER: [&str; 16] = [
    "原始邮件",
    "原始郵件",
    "原邮件",
    "回复邮件",
    "转发邮件",
    "转发的邮件",
    "轉寄郵件",
    "邮件原件",
    "元のメッセージ",
    "オリジナルメッセージ",
    "転送メッセージ",
    "원본 메시지",
    "원본 메일",
    "전달된 메시지",
    "الرسالة الأصلية",
    "הודעה מקורית",
];

/// Whether a line, cut of its rules, is a banner.
pub fn is_banner(lower: &str, ruled: bool) -> bool {
    if lower.chars().count() > 60 {
        return false;
    }
    let text = lower.replace('\u{2019}', "'");
    BANNERS.contains(&text.as_str())
        || ruled
            && (BANNER_NOUNS.iter().any(|n| text.contains(n))
                || BANNER_NOUNS_OTHER.iter().any(|n| text.contains(n)))
}

/// Verbs by which an introduction says that somebody wrote.
const VERBS: [&str; 44] = [
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
const LEADS: [&str; 27] = [
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
