//! Labels of quoted header blocks and banners above them, in the languages of the field, lower
//! case.

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
