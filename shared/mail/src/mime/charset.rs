//! Octets to text: the labels that mail uses, and what to do when a label lies.

use encoding_rs::Encoding;

/// Text read from octets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The text; octets that fit no reading are U+FFFD.
    pub text: String,
    /// The label was missing, unknown or wrong, so the charset was guessed, or octets were lost.
    pub guessed: bool,
}

/// Octets of a text that the guess looks at.
const GUESS_OCTETS_MAX: usize = 32 * 1024;

/// Reads octets by their label. A label that can't be true gives way to the octets' own evidence:
/// valid UTF-8 with multi-octet characters is UTF-8 whatever the label says of Latin alphabets.
pub fn decode(bytes: &[u8], label: Option<&str>) -> Text {
    let label = label.map(clean_label).unwrap_or_default();
    if bytes.is_ascii() && !shifts_in_ascii(&label) {
        let text = std::str::from_utf8(bytes).unwrap_or_default().to_owned();
        return Text { text, guessed: false };
    }
    match label.as_str() {
        "" | "us-ascii" | "ascii" | "unknown" | "unknown-8bit" | "x-unknown" | "8bit"
        | "binary" | "default" | "none" | "default_charset" => {
            let guessed = std::str::from_utf8(bytes).is_err();
            Text { text: guess(bytes), guessed }
        }
        "utf-8" | "utf8" | "unicode-1-1-utf-8" => match std::str::from_utf8(without_bom(bytes)) {
            Ok(text) => Text { text: text.to_owned(), guessed: false },
            Err(_) => mostly_utf8_or_guess(bytes),
        },
        "hz-gb-2312" | "hz" => Text { text: hz(bytes), guessed: false },
        "iso-2022-kr" | "csiso2022kr" => Text { text: iso_2022_kr(bytes), guessed: false },
        _ => by_label(bytes, &label),
    }
}

/// Reads octets that have no label: UTF-8 where it is, else the likeliest charset.
pub fn guess(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(without_bom(bytes)) {
        return text.to_owned();
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
    let head = bytes.get(..GUESS_OCTETS_MAX).unwrap_or(bytes);
    detector.feed(head, head.len() == bytes.len());
    let encoding = detector.guess(None, chardetng::Utf8Detection::Allow);
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// Reads octets without a label in a mail that elsewhere says `hint`: UTF-8 where it is, else the
/// hinted charset where all octets fit it, else the likeliest one.
pub fn guess_with(bytes: &[u8], hint: Option<&str>) -> String {
    if std::str::from_utf8(bytes).is_ok() {
        return guess(bytes);
    }
    let hinted = hint.map(clean_label).and_then(|l| encoding(&l));
    if let Some(encoding) = hinted.filter(|e| *e != encoding_rs::UTF_8) {
        let (text, damaged) = encoding.decode_without_bom_handling(bytes);
        if !damaged {
            return text.into_owned();
        }
    }
    guess(bytes)
}

fn by_label(bytes: &[u8], label: &str) -> Text {
    let known = encoding(label);
    if let Some(encoding) = known {
        if encoding.is_single_byte() && looks_like_utf8(bytes) {
            return Text {
                text: String::from_utf8_lossy(without_bom(bytes)).into(),
                guessed: true,
            };
        }
        let (text, _, damaged) = encoding.decode(bytes);
        if damaged && std::str::from_utf8(bytes).is_ok() {
            return Text { text: guess(bytes), guessed: true };
        }
        return Text { text: text.into_owned(), guessed: damaged };
    }
    match mail_parser::decoders::charsets::map::charset_decoder(label.as_bytes()) {
        Some(decoder) => Text { text: decoder(bytes), guessed: false },
        None => Text { text: guess(bytes), guessed: true },
    }
}

/// The encoding of a label, the misspelt ones of the field included.
fn encoding(label: &str) -> Option<&'static Encoding> {
    match label {
        // GB 18030 holds all of GB 2312 and GBK; senders label any of them so.
        "gb2312" | "gb-2312" | "gb_2312" | "gb2312-80" | "gbk" | "x-gbk" | "cp936" | "936"
        | "ms936" | "windows-936" | "euc-cn" | "gb18030" | "gb-18030" | "x-gb" => {
            return Some(encoding_rs::GB18030);
        }
        "big5-eten" | "cp950" | "ms950" | "windows-950" | "x-big5" => {
            return Some(encoding_rs::BIG5);
        }
        "ks_c_5601" | "cp949" | "ms949" | "uhc" | "x-windows-949" | "ksc5601" => {
            return Some(encoding_rs::EUC_KR);
        }
        "cp932" | "ms932" | "x-sjis-jp" | "sjis" | "shift-jis" | "x-ms-cp932" => {
            return Some(encoding_rs::SHIFT_JIS);
        }
        "iso-2022-jp-1" | "iso-2022-jp-2" | "iso-2022-jp-3" | "iso-2022-jp-ms" | "cp50220"
        | "cp50221" | "cp50222" => return Some(encoding_rs::ISO_2022_JP),
        _ => {}
    }
    if let Some(found) = Encoding::for_label_no_replacement(label.as_bytes()) {
        return Some(found);
    }
    // `cp-1252`, `windows1252`, `iso8859_1`, `iso-8859-1:1987`, `win-1251`, `latin-1`.
    let digits = label.trim_start_matches(|c: char| !c.is_ascii_digit());
    let respelt = if label.starts_with("cp") || label.starts_with("win") || label.starts_with("ms")
    {
        format!("windows-{digits}")
    } else if let Some(rest) = digits.strip_prefix("8859") {
        let number = rest.trim_start_matches(|c: char| !c.is_ascii_digit());
        let number: String = number.chars().take_while(char::is_ascii_digit).collect();
        format!("iso-8859-{number}")
    } else if label.starts_with("latin") {
        format!("latin{digits}")
    } else {
        return None;
    };
    Encoding::for_label_no_replacement(respelt.as_bytes())
}

/// Lower case, without quotes, white space and the language of RFC 2231 (`utf-8*en`).
fn clean_label(label: &str) -> String {
    let label = label.split('*').next().unwrap_or_default();
    let junk = |c: char| c.is_whitespace() || "\"'<>;,=".contains(c);
    label.trim_matches(junk).trim_start_matches("charset=").to_ascii_lowercase()
}

/// Charsets that write other alphabets in ASCII octets.
fn shifts_in_ascii(label: &str) -> bool {
    label.starts_with("iso-2022")
        || label.starts_with("csiso2022")
        || label.starts_with("cp5022")
        || label.starts_with("hz")
        || label.contains("utf-7")
        || label.contains("utf7")
        || label.contains("utf-16")
        || label.contains("utf16")
        || label.contains("utf-32")
}

fn without_bom(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// Valid UTF-8 with a multi-octet character: in a Latin charset that is all but impossible in
/// real words.
fn looks_like_utf8(bytes: &[u8]) -> bool {
    !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok()
}

/// A text labelled UTF-8 that is cut or has a few foreign octets stays UTF-8; one that has hardly
/// any valid character is another charset under a wrong label.
fn mostly_utf8_or_guess(bytes: &[u8]) -> Text {
    let text = String::from_utf8_lossy(without_bom(bytes));
    let (mut good, mut bad) = (0usize, 0usize);
    for c in text.chars().filter(|c| !c.is_ascii()) {
        if c == char::REPLACEMENT_CHARACTER { bad += 1 } else { good += 1 }
    }
    let text = if bad > good { guess(bytes) } else { text.into_owned() };
    Text { text, guessed: true }
}

/// HZ (RFC 1843): `~{` and `~}` shift to GB 2312 and back.
fn hz(bytes: &[u8]) -> String {
    let mut eight_bit = Vec::with_capacity(bytes.len());
    let mut chinese = false;
    let mut rest = bytes;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match (byte, tail.first()) {
            (b'~', Some(b'{')) => chinese = true,
            (b'~', Some(b'}')) => chinese = false,
            (b'~', Some(b'~')) if !chinese => eight_bit.push(b'~'),
            (b'~', Some(b'\n')) => {}
            _ => {
                chinese &= byte != b'\n';
                eight_bit.push(if chinese { byte | 0x80 } else { byte });
                continue;
            }
        }
        rest = tail.get(1..).unwrap_or_default();
    }
    encoding_rs::GB18030.decode_without_bom_handling(&eight_bit).0.into_owned()
}

/// ISO-2022-KR (RFC 1557): SO and SI shift to KS X 1001 and back.
fn iso_2022_kr(bytes: &[u8]) -> String {
    let plain = memchr::memmem::find(bytes, b"\x1b$)C")
        .map(|at| [bytes.get(..at), bytes.get(at + 4..)].map(Option::unwrap_or_default).concat());
    let mut korean = false;
    let mut eight_bit = Vec::with_capacity(bytes.len());
    for &byte in plain.as_deref().unwrap_or(bytes) {
        match byte {
            0x0e => korean = true,
            0x0f => korean = false,
            _ => {
                korean &= byte != b'\n';
                eight_bit.push(if korean && byte > b' ' { byte | 0x80 } else { byte });
            }
        }
    }
    encoding_rs::EUC_KR.decode_without_bom_handling(&eight_bit).0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_the_field_are_understood() {
        for label in ["GB2312", "gbk", "\"cp936\"", "GB18030"] {
            assert_eq!(decode(b"\xc4\xe3\xba\xc3", Some(label)).text, "你好", "{label}");
        }
        for label in ["windows1252", "cp-1252", "ISO8859_1", "iso-8859-1:1987", "latin-1"] {
            assert_eq!(decode(b"caf\xe9", Some(label)).text, "café", "{label}");
        }
        assert_eq!(decode(b"\x1b$BF|K\\\x1b(B", Some("iso-2022-jp")).text, "日本");
        assert_eq!(decode(b"~{VPND~} ok", Some("hz-gb-2312")).text, "中文 ok");
        assert_eq!(decode(b"\x1b$)C\x0eGQ19\x0f ok", Some("iso-2022-kr")).text, "한국 ok");
        assert_eq!(decode(b"+ZYeB9FH6ckh5Pg-", Some("utf-7")).text, "文致出版社");
    }

    #[test]
    fn a_lying_label_gives_way_to_the_octets() {
        assert_eq!(decode("größer".as_bytes(), Some("iso-8859-1")).text, "größer");
        assert_eq!(decode(b"gr\xf6\xdfer als sonst", Some("utf-8")).text, "größer als sonst");
        assert_eq!(decode("größer".as_bytes(), Some("us-ascii")).text, "größer");
        assert_eq!(decode(b"gr\xf6\xdfer und \xe4lter", None).text, "größer und älter");
    }

    #[test]
    fn a_cut_utf8_text_stays_utf8() {
        let read = decode(&"größer".as_bytes()[..4], Some("utf-8"));
        assert_eq!(read.text, "grö\u{fffd}".replace('\u{fffd}', ""));
        assert_eq!(
            decode("größ".as_bytes().split_last().unwrap().1, Some("utf-8")).text,
            "grö\u{fffd}"
        );
    }
}
