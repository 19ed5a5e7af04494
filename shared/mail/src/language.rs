//! The language of a text, told by its letters and its commonest words.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Serialize;

/// A language by its ISO 639-1 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Language(&'static str);

impl Language {
    /// Two lower-case letters.
    pub fn code(self) -> &'static str {
        self.0
    }
}

/// Characters of a text that are looked at: enough to tell, and a bound on the work.
const CHARS_MAX: usize = 2_000;
/// Letters below which nothing is said about a text in Latin or Cyrillic script.
const LETTERS_MIN: usize = 12;

/// Common short words of each language: those that others don't have, or share with few.
const WORDS: [(&str, &str); 20] = [
    (
        "en",
        "the and you for are with this that have from your will please not can was regards \
            thanks thank hi hello would is of to we been be our it on if know let any all",
    ),
    (
        "de",
        "und der die das ist nicht ich sie wir mit auf für ein eine zu den von im grüßen \
            vielen dank bitte hallo auch haben werden dass ihnen ihre mich uns noch wird \
            freundlichen",
    ),
    (
        "fr",
        "le la les et des est vous nous je pour dans que une pas sur avec bonjour merci \
            cordialement votre notre sont du au ce cette plus bien être ont fait",
    ),
    (
        "es",
        "el la los las y de que en es por para con una un se su gracias hola saludos usted \
            nos como pero más este esta muy buenos días favor le hemos estamos",
    ),
    (
        "it",
        "il lo gli che di e per non un una sono con del della grazie ciao saluti anche come \
            più questo questa nel alla buongiorno cordiali vi le ho abbiamo siamo",
    ),
    (
        "pt",
        "o os as que de e em um uma não para com por obrigado obrigada olá você seu sua mais \
            do da dos das no na está são muito cumprimentos atenciosamente bom dia isso",
    ),
    (
        "nl",
        "de het een en van ik je niet dat is op te met voor zijn bedankt groeten hallo wij \
            aan ook maar naar heb u uw kan wordt vriendelijke deze bij",
    ),
    (
        "pl",
        "i w na nie się do to że jest z jak za ale czy dzień dobry pozdrawiam dziękuję proszę \
            są ten będzie oraz dla przez tym po od mam witam",
    ),
    (
        "cs",
        "a se na je že v to jsem s do jako pro ale by dobrý den děkuji prosím pozdravem jsou \
            nebo který také bude za od po ve už ještě máme",
    ),
    (
        "sv",
        "och att det som en på är av för med inte jag den till har vi ett om hej tack \
            vänliga hälsningar kan ska från men detta så du mvh",
    ),
    (
        "no",
        "og det er på for ikke jeg å en til med av som har vi hei takk vennlig hilsen deg \
            kan skal men fra dette om meg du ble vil mvh",
    ),
    (
        "da",
        "og det er på for ikke jeg at en til med af som har vi hej tak venlig hilsen dig kan \
            skal men fra dette om mig du blev vil mvh jer",
    ),
    (
        "fi",
        "ja on ei se että oli hän mutta kiitos hei terveisin ole olen voi mitä myös kun niin \
            tai tämä sen ystävällisin sinun minun meillä jos vielä",
    ),
    (
        "tr",
        "ve bir bu için ile da de çok ne var teşekkürler merhaba iyi günler değil olarak \
            daha ben siz sayın saygılarımla ederim lütfen olan gibi kadar mı",
    ),
    (
        "vi",
        "và của là có cho không được tôi với các này trong một những bạn cảm ơn xin chào anh \
            chị đã từ khi người để trân trọng vui lòng",
    ),
    (
        "hu",
        "a az és hogy nem is van egy ez de meg csak köszönöm üdvözlettel szia kérem ha már \
            lesz volt vagy mint jó napot tisztelt",
    ),
    (
        "ro",
        "și de în la cu nu o un pe este că mulțumesc bună ziua pentru din sunt mai sau vă \
            stimă dar aceasta prin care",
    ),
    (
        "ru",
        "и в не на что я с по это как мы вы для из от спасибо здравствуйте уважением добрый \
            день но или было есть будет вас нас же если пожалуйста привет",
    ),
    (
        "uk",
        "і в не на що я з по це як ми ви для із від дякую вітаю повагою добрий день але або \
            було є буде вас нас ж якщо будь ласка та привіт",
    ),
    (
        "id",
        "yang dan di untuk dengan ini itu tidak dari akan pada kami anda terima kasih adalah \
            saya bisa atau juga sudah mohon",
    ),
];

static LANGUAGES_OF: LazyLock<HashMap<&'static str, Vec<usize>>> = LazyLock::new(|| {
    let mut map: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, (_, words)) in WORDS.iter().enumerate() {
        for word in words.split_whitespace() {
            map.entry(word).or_default().push(at);
        }
    }
    map
});

/// The language of `text`; None where it is too short or too mixed to tell.
pub fn of(text: &str) -> Option<Language> {
    let scripts = Scripts::count(text);
    if let Some(language) = scripts.telling() {
        return Some(Language(language));
    }
    if scripts.letters < LETTERS_MIN {
        return None;
    }
    let mut scores = [0usize; WORDS.len()];
    let mut hits = [0usize; WORDS.len()];
    let mut words = 0usize;
    let mut taken = 0usize;
    // Addresses and links are in no language.
    let prose = text.split_whitespace().filter(|w| !w.contains(['@', '/']));
    for word in prose.flat_map(|w| w.split(|c: char| !c.is_alphabetic())) {
        taken += word.len() + 1;
        if taken > CHARS_MAX {
            break;
        }
        if word.is_empty() || word.len() > 20 {
            continue;
        }
        words += 1;
        let lower = word.to_lowercase();
        let Some(languages) = LANGUAGES_OF.get(lower.as_str()) else { continue };
        // A word of one language tells more than one that five share.
        let weight = 12 / languages.len().min(12);
        for &at in languages {
            if let (Some(score), Some(hit)) = (scores.get_mut(at), hits.get_mut(at)) {
                *score += weight;
                *hit += 1;
            }
        }
    }
    scripts.letter_hints(&mut scores);
    best(&scores, &hits, words).map(Language)
}

fn best(
    scores: &[usize; WORDS.len()],
    hits: &[usize; WORDS.len()],
    words: usize,
) -> Option<&'static str> {
    let (at, &top) = scores.iter().enumerate().max_by_key(|(at, s)| (**s, WORDS.len() - at))?;
    // A few common words among ten is what any real sentence has; one alone may be chance.
    let by_chance = words > 3 && hits.get(at).is_none_or(|h| *h < 2);
    let enough = top >= 8 && top * 10 >= words * 4 && !by_chance;
    enough.then(|| WORDS.get(at).map(|(code, _)| *code)).flatten()
}

#[derive(Default)]
struct Scripts {
    letters: usize,
    han: usize,
    kana: usize,
    hangul: usize,
    arabic: usize,
    persian: usize,
    hebrew: usize,
    greek: usize,
    thai: usize,
    cyrillic: usize,
    hints: Vec<(&'static str, usize)>,
}

impl Scripts {
    fn count(text: &str) -> Self {
        let mut counts = Self::default();
        let mut hints: HashMap<&'static str, usize> = HashMap::new();
        for c in text.chars().take(CHARS_MAX) {
            if !c.is_alphabetic() {
                continue;
            }
            counts.letters += 1;
            match c {
                '\u{3040}'..='\u{30ff}' => counts.kana += 1,
                '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' => counts.han += 1,
                '\u{ac00}'..='\u{d7af}' => counts.hangul += 1,
                'پ' | 'چ' | 'ژ' | 'گ' | 'ی' => counts.persian += 1,
                '\u{0600}'..='\u{06ff}' => counts.arabic += 1,
                '\u{0590}'..='\u{05ff}' => counts.hebrew += 1,
                '\u{0370}'..='\u{03ff}' => counts.greek += 1,
                '\u{0e00}'..='\u{0e7f}' => counts.thai += 1,
                '\u{0400}'..='\u{04ff}' => counts.cyrillic += 1,
                _ => {}
            }
            if let Some(language) = letter_of(c) {
                *hints.entry(language).or_default() += 1;
            }
        }
        counts.hints = hints.into_iter().collect();
        counts
    }

    /// The language where the script alone tells it.
    fn telling(&self) -> Option<&'static str> {
        let share = |n: usize| n * 10 >= self.letters.max(1) * 3;
        if self.letters < 2 {
            None
        } else if self.kana * 10 >= (self.kana + self.han).max(1) && share(self.kana + self.han) {
            Some("ja")
        } else if share(self.hangul) {
            Some("ko")
        } else if share(self.han) {
            Some("zh")
        } else if share(self.arabic + self.persian) {
            Some(if self.persian * 20 > self.arabic { "fa" } else { "ar" })
        } else if share(self.hebrew) {
            Some("he")
        } else if share(self.greek) {
            Some("el")
        } else if share(self.thai) {
            Some("th")
        } else {
            None
        }
    }

    /// Letters that only one of the languages has.
    fn letter_hints(&self, scores: &mut [usize; WORDS.len()]) {
        for (language, count) in &self.hints {
            let at = WORDS.iter().position(|(code, _)| code == language);
            if let Some(score) = at.and_then(|at| scores.get_mut(at)) {
                *score += (4 * count).min(24);
            }
        }
    }
}

fn letter_of(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "de",
        'ñ' | '¿' | '¡' => "es",
        'ã' | 'õ' => "pt",
        'ł' | 'ą' | 'ę' | 'ś' | 'ź' | 'ż' => "pl",
        'ř' | 'ě' | 'ů' => "cs",
        'ğ' | 'ı' | 'İ' => "tr",
        'ơ' | 'ư' | 'đ' | 'ạ' | 'ả' | 'ấ' | 'ầ' | 'ế' | 'ề' | 'ệ' | 'ộ' | 'ớ' | 'ợ' => {
            "vi"
        }
        'ő' | 'ű' => "hu",
        'ș' | 'ț' => "ro",
        'ы' | 'э' | 'ъ' => "ru",
        'і' | 'ї' | 'є' | 'ґ' => "uk",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_told_in_each_language() {
        for (code, text) in [
            ("en", "Thanks for the offer, we will let you know next week."),
            ("de", "Vielen Dank für das Angebot, wir melden uns nächste Woche."),
            ("fr", "Merci pour votre offre, nous revenons vers vous la semaine prochaine."),
            ("es", "Gracias por la oferta, le contestamos la próxima semana."),
            ("it", "Grazie per l'offerta, vi rispondiamo la prossima settimana."),
            ("pt", "Obrigado pela proposta, não temos mais dúvidas e damos retorno na semana."),
            ("nl", "Bedankt voor het aanbod, wij laten het je volgende week weten."),
            ("pl", "Dziękuję za ofertę, odezwiemy się do państwa w przyszłym tygodniu."),
            ("cs", "Děkuji za nabídku, ozveme se příští týden a dáme vědět."),
            ("sv", "Tack för erbjudandet, vi hör av oss nästa vecka och det är bra."),
            ("no", "Takk for tilbudet, vi gir deg beskjed i neste uke, vennlig hilsen."),
            ("da", "Tak for tilbuddet, vi giver dig besked i næste uge, venlig hilsen."),
            ("fi", "Kiitos tarjouksesta, palaan asiaan ensi viikolla ja kerron mitä teemme."),
            ("tr", "Teklif için teşekkürler, gelecek hafta size dönüş yapacağız."),
            ("vi", "Cảm ơn anh đã gửi báo giá, tôi sẽ trả lời vào tuần sau."),
            ("ru", "Спасибо за предложение, мы ответим на следующей неделе."),
            ("uk", "Дякую за пропозицію, ми відповімо наступного тижня."),
            ("zh", "谢谢报价，我们下周回复。"),
            ("ja", "お見積りありがとうございます。来週お返事します。"),
            ("ko", "견적 감사합니다. 다음 주에 답변드리겠습니다."),
            ("ar", "شكرا على العرض، سنرد عليكم الأسبوع القادم."),
            ("he", "תודה על ההצעה, נחזור אליך בשבוע הבא."),
        ] {
            assert_eq!(of(text).map(Language::code), Some(code), "{text}");
        }
    }

    #[test]
    fn nothing_is_said_of_too_little() {
        assert_eq!(of(""), None);
        assert_eq!(of("OK"), None);
        assert_eq!(of("4711 / 0815"), None);
        assert_eq!(of("Xyzzy plugh frobnicate quux corge"), None);
    }
}
