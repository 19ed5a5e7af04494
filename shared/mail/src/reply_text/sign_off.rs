//! How people and companies end a mail: closings, legal text. Words lower case.

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
