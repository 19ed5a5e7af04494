//! The words of a text as searches compare them: without case, accents and widths; Chinese, Japanese
//! and Korean, which write without spaces, by pairs of neighbouring characters (bigrams).

use std::collections::BTreeSet;

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};

use crate::limits::SEARCH_WORD_CHARS_MAX;

/// The words of a text, each once, in the order they first come. A single letter or digit is no word.
pub fn words(text: &str) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let all = runs(text).into_iter().flat_map(|run| of_run(&run));
    all.filter(|word| seen.insert(word.clone())).collect()
}

/// The runs of letters and digits of a text, folded, each cut to the longest word there is: the words
/// of a name, whatever its script.
pub fn runs(text: &str) -> Vec<String> {
    let folded = folded(text);
    let runs = folded.split(|c: char| !c.is_alphanumeric()).filter(|run| !run.is_empty());
    runs.map(str::to_owned).collect()
}

/// A text without case, accents and widths.
pub fn folded(text: &str) -> String {
    let apart = DecomposingNormalizerBorrowed::new_nfkd().normalize(text);
    let mut plain = String::with_capacity(apart.len());
    for letter in apart.chars().filter(|letter| !is_accent(*letter)) {
        for lower in letter.to_lowercase().filter(|lower| !is_accent(*lower)) {
            match undivided(lower) {
                Some(letters) => plain.push_str(letters),
                None => plain.push(lower),
            }
        }
    }
    // Syllables of Korean and voiced letters of Japanese are one character again.
    ComposingNormalizerBorrowed::new_nfc().normalize(&plain).into_owned()
}

/// Letters that Unicode does not take apart, and how people without them on their keyboard write them.
fn undivided(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ı' => "i",
        'ς' => "σ",
        _ => return None,
    })
}

/// The blocks of combining marks that stand on letters of alphabets.
fn is_accent(letter: char) -> bool {
    matches!(letter,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Han, Hiragana, Katakana and Hangul.
fn is_cjk(letter: char) -> bool {
    matches!(letter,
        '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

fn of_run(run: &str) -> Vec<String> {
    let letters: Vec<char> = run.chars().collect();
    let mut words = Vec::new();
    for part in letters.chunk_by(|a, b| is_cjk(*a) == is_cjk(*b)) {
        match part {
            [only] if is_cjk(*only) => words.push(only.to_string()),
            [first, ..] if is_cjk(*first) => {
                words.extend(part.windows(2).map(|pair| pair.iter().collect::<String>()));
            }
            [_] | [] => {}
            word => words.push(word.iter().take(SEARCH_WORD_CHARS_MAX).collect()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_widths_do_not_count() {
        assert_eq!(
            words("Größe ÉCOLE naïve Łódź Ｏｆｆｅｒ"),
            ["grosse", "ecole", "naive", "lodz", "offer"]
        );
        assert_eq!(words("ΟΔΟΣ οδος"), ["οδοσ"]);
    }

    #[test]
    fn words_end_where_letters_and_digits_do() {
        assert_eq!(
            words("Re: offer no. 4711-B, it's lena@harbour.example!"),
            ["re", "offer", "no", "4711", "it", "lena", "harbour", "example"]
        );
        assert_eq!(words(" ,; "), Vec::<String>::new());
    }

    #[test]
    fn scripts_without_spaces_go_by_pairs() {
        assert_eq!(words("東京都 offer東京"), ["東京", "京都", "offer"]);
        assert_eq!(words("견적서"), ["견적", "적서"]);
        assert_eq!(words("ガス"), ["ガス"]);
        assert_eq!(words("本"), ["本"]);
    }

    #[test]
    fn an_endless_word_is_cut_and_each_word_comes_once() {
        let long = "x".repeat(500);
        assert_eq!(words(&format!("{long} a a bb bb"))[0].len(), SEARCH_WORD_CHARS_MAX);
        assert_eq!(words("bb BB b̈b"), ["bb"]);
    }

    proptest::proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in ".{0,60}") {
            let once = folded(&text);
            proptest::prop_assert_eq!(folded(&once), once);
        }
    }
}
