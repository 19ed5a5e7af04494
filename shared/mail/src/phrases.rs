//! Phrases by which programs give themselves away, in the languages of the field. Lower case.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

/// Octets of a text that are searched: such notices say it at once.
const TEXT_OCTETS_MAX: usize = 6_000;

/// Absence notices by their subjects: each stands at the start, or is telling anywhere.
const ABSENCE: [&str; 62] = [
    "out of office",
    "out of the office",
    "out-of-office",
    "ooo:",
    "automatic reply: out",
    "on vacation",
    "on annual leave",
    "on holiday",
    "on parental leave",
    "on maternity leave",
    "away from my email",
    "away from the office",
    "vacation reply",
    "vacation auto",
    "abwesenheitsnotiz",
    "abwesenheitsmeldung",
    "abwesenheit",
    "nicht im büro",
    "nicht im haus",
    "im urlaub",
    "außer haus",
    "abwesend",
    "in elternzeit",
    "absence du bureau",
    "absent du bureau",
    "réponse automatique d'absence",
    "je suis absent",
    "en congé",
    "message d'absence",
    "notification d'absence",
    "fuera de la oficina",
    "fuera de oficina",
    "estoy de vacaciones",
    "ausente de la oficina",
    "fuori ufficio",
    "fuori sede",
    "assente dall'ufficio",
    "sono in ferie",
    "fora do escritório",
    "ausência temporária",
    "estou de férias",
    "ausente do escritório",
    "afwezigheidsbericht",
    "afwezig:",
    "niet op kantoor",
    "met vakantie",
    "poza biurem",
    "jestem na urlopie",
    "nieobecność w biurze",
    "вне офиса",
    "в отпуске",
    "отсутствую на рабочем месте",
    "у відпустці",
    "поза офісом",
    "mimo kancelář",
    "jsem na dovolené",
    "frånvaro",
    "på semester",
    "fravær",
    "på ferie",
    "poissa toimistolta",
    "lomalla",
];
/// More absence notices, of other scripts and alphabets.
const ABSENCE_MORE: [&str; 20] = [
    "ofis dışında",
    "ofis dışındayım",
    "izindeyim",
    "yıllık izinde",
    "vắng mặt",
    "đang nghỉ phép",
    "不在办公室",
    "外出自动回复",
    "休假中",
    "正在休假",
    "我在休假",
    "不在辦公室",
    "不在にして",
    "外出中",
    "休暇中",
    "不在通知",
    "부재중",
    "휴가 중",
    "خارج المكتب",
    "מחוץ למשרד",
];

/// Automatic answers by their subjects.
const AUTOMATIC: [&str; 46] = [
    "automatic reply",
    "auto reply",
    "auto-reply",
    "autoreply",
    "auto response",
    "auto-response",
    "autoresponse",
    "automated reply",
    "automated response",
    "auto:",
    "autoresponder",
    "automatische antwort",
    "automatische antwoord",
    "automatisch antwoord",
    "autom. antwort",
    "eingangsbestätigung",
    "réponse automatique",
    "reponse automatique",
    "accusé de réception",
    "respuesta automática",
    "respuesta automatica",
    "risposta automatica",
    "resposta automática",
    "resposta automatica",
    "automatisk svar",
    "automaattinen vastaus",
    "autosvar",
    "autom. svar",
    "automatické odpovědi",
    "automatická odpověď",
    "odpowiedź automatyczna",
    "automatyczna odpowiedź",
    "автоматический ответ",
    "автоответ",
    "автоматична відповідь",
    "otomatik yanıt",
    "otomatik cevap",
    "trả lời tự động",
    "thư trả lời tự động",
    "自动回复",
    "自動回覆",
    "自動返信",
    "自動応答",
    "자동 회신",
    "자동응답",
    "رد تلقائي",
];

const CHALLENGE_SUBJECT: [&str; 8] = [
    "confirm your email to",
    "please confirm your message",
    "sender address verification",
    "verify your email to reach",
    "challenge-response",
    "your message is awaiting confirmation",
    "spamarrest",
    "boxbe waiting list",
];
const CHALLENGE_TEXT: [&str; 8] = [
    "prove that you are not a spammer",
    "to prove you are human",
    "prove you are a human sender",
    "your message has been held pending your confirmation",
    "added to a waiting list",
    "click the link below to have your message delivered",
    "um ihre nachricht zuzustellen, klicken",
    "to complete the delivery of your message, please",
];

const BOUNCE_SUBJECT: [&str; 34] = [
    "undeliver",
    "undelivered mail",
    "delivery status notification",
    "delivery failure",
    "delivery has failed",
    "mail delivery failed",
    "mail delivery failure",
    "returned mail",
    "failure notice",
    "mail system error",
    "message delayed",
    "delivery delayed",
    "non-delivery",
    "nondeliverable",
    "could not be delivered",
    "warning: could not send",
    "mail delivery problem",
    "unzustellbar",
    "nicht zustellbar",
    "zustellung fehlgeschlagen",
    "non remis",
    "non délivré",
    "échec de la remise",
    "no se puede entregar",
    "no entregado",
    "mancato recapito",
    "impossibile recapitare",
    "não foi possível entregar",
    "onbestelbaar",
    "niet bestelbaar",
    "не доставлено",
    "退信",
    "配信不能",
    "배달 실패",
];

const NO_REPLY: [&str; 12] = [
    "noreply",
    "no-reply",
    "no_reply",
    "no.reply",
    "donotreply",
    "do-not-reply",
    "do_not_reply",
    "nepasrepondre",
    "ne-pas-repondre",
    "nicht-antworten",
    "non-rispondere",
    "noresponder",
];

struct Set {
    automaton: Option<AhoCorasick>,
    phrases: Vec<&'static str>,
}

impl Set {
    fn of(lists: &[&[&'static str]]) -> Self {
        let phrases = lists.concat();
        let automaton =
            AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(&phrases).ok();
        Self { automaton, phrases }
    }

    fn find(&self, text: &str) -> Option<&'static str> {
        let mut end = text.len().min(TEXT_OCTETS_MAX);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let lower = text.get(..end).unwrap_or_default().to_lowercase().replace('\u{2019}', "'");
        let found = self.automaton.as_ref()?.find(&lower)?;
        self.phrases.get(found.pattern().as_usize()).copied()
    }
}

static ABSENCE_SET: LazyLock<Set> = LazyLock::new(|| Set::of(&[&ABSENCE, &ABSENCE_MORE]));
static AUTOMATIC_SET: LazyLock<Set> = LazyLock::new(|| Set::of(&[&AUTOMATIC]));
static CHALLENGE_SUBJECTS: LazyLock<Set> = LazyLock::new(|| Set::of(&[&CHALLENGE_SUBJECT]));
static CHALLENGE_TEXTS: LazyLock<Set> = LazyLock::new(|| Set::of(&[&CHALLENGE_TEXT]));
static BOUNCE_SET: LazyLock<Set> = LazyLock::new(|| Set::of(&[&BOUNCE_SUBJECT]));

/// An absence phrase anywhere.
pub fn absence_in(text: &str) -> Option<&'static str> {
    ABSENCE_SET.find(text)
}

/// An absence notice's subject: the phrase leads, perhaps behind an automatic mark. `Re:` in front
/// means that a person answers one.
pub fn absence_subject(subject: &str) -> Option<&'static str> {
    let phrase = absence_in(subject)?;
    let lower = subject.trim().to_lowercase().replace('\u{2019}', "'");
    let leads = lower.starts_with(phrase)
        || AUTOMATIC.iter().any(|mark| lower.starts_with(mark))
        || lower.trim_start_matches(['[', '(', '*']).starts_with(phrase);
    leads.then_some(phrase)
}

/// An automatic answer's subject: the phrase leads.
pub fn automatic_subject(subject: &str) -> Option<&'static str> {
    let lower = subject.trim().to_lowercase().replace('\u{2019}', "'");
    let lower = lower.trim_start_matches(['[', '(', '*', '"', '\u{3010}']);
    let phrase = AUTOMATIC_SET.find(lower)?;
    lower.starts_with(phrase).then_some(phrase)
}

/// A subject that asks for proof.
pub fn challenge_subject(subject: &str) -> Option<&'static str> {
    CHALLENGE_SUBJECTS.find(subject)
}

/// A text that asks for proof.
pub fn challenge_text(text: &str) -> Option<&'static str> {
    CHALLENGE_TEXTS.find(text)
}

/// A delivery report's subject.
pub fn bounce_subject(subject: &str) -> Option<&'static str> {
    BOUNCE_SET.find(subject)
}

/// An address that nobody reads.
pub fn is_no_reply(local_part: &str) -> bool {
    NO_REPLY.iter().any(|word| local_part.ends_with(word) || local_part.starts_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absence_notice_is_told_from_an_answer_to_one() {
        assert!(absence_subject("Out of Office: Offer").is_some());
        assert!(absence_subject("Automatic reply: Out of the office until Monday").is_some());
        assert!(absence_subject("Abwesenheitsnotiz: Angebot").is_some());
        assert!(absence_subject("Re: Out of office").is_none());
        assert!(absence_subject("Lunch").is_none());
    }

    #[test]
    fn automatic_marks_lead() {
        assert!(automatic_subject("自动回复: 报价").is_some());
        assert!(automatic_subject("Réponse automatique : Offre").is_some());
        assert!(automatic_subject("How to set up an automatic reply").is_none());
    }
}
