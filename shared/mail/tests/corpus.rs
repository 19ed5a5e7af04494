//! Agreement with what other parsers and other reply splitters find in public sample mails, which
//! are not part of this repository: `MAIL_CORPUS` names their folder, or it lies beside the
//! checkout as `shared/corpus`. Without it these tests say that nothing was measured.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test may stop at what must not be, and must say what it did not do"
)]

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use mail::inspect::{self, View};
use mail::parsed_mail::ParsedMail;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Least share of mails of which every judged field agrees.
const WHOLE_MAIL_MIN: f64 = 0.97;
/// Least share of texts whose new text is found exactly.
const REPLY_MIN: f64 = 0.85;
/// Least mean overlap of words with the expected new text.
const TOKEN_F1_MIN: f64 = 0.94;

fn corpus(part: &str) -> Option<PathBuf> {
    let root = env::var_os("MAIL_CORPUS").map(PathBuf::from).or_else(|| {
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?;
        Some(checkout.parent()?.join("shared/corpus"))
    })?;
    let folder = root.join(part);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("NOT MEASURED: no sample mails in {} (set MAIL_CORPUS)", folder.display());
    None
}

fn labels(folder: &Path) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("labels.jsonl")).unwrap();
    text.lines()
        .filter(|l| !l.trim().is_empty())
        .map(|l| serde_json::from_str(l).unwrap())
        .collect()
}

fn predictions(folder: &Path, view: View) -> HashMap<String, Value> {
    let mut found = HashMap::new();
    for path in inspect::files(&[folder.to_path_buf()], view).unwrap() {
        let name = inspect::file_name(&path);
        for line in view.lines(&name, &fs::read(&path).unwrap()) {
            found.insert(name.clone(), serde_json::from_str(&line).unwrap());
        }
    }
    found
}

fn collapsed(text: &str) -> String {
    text.replace('\u{a0}', " ").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn share(part: usize, whole: usize) -> f64 {
    f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(whole.max(1)).unwrap())
}

fn sorted_lower(list: &Value) -> Vec<String> {
    let mut found: Vec<String> =
        list.as_array().unwrap().iter().map(|v| v.as_str().unwrap().to_lowercase()).collect();
    found.sort();
    found
}

fn agrees(field: &str, wanted: &Value, got: &Value) -> bool {
    match field {
        "text_prefix" | "text_len" => true,
        "text_sha256" => {
            let text = collapsed_ascii(got["text"].as_str().unwrap_or_default());
            let digest = Sha256::digest(text.as_bytes());
            *wanted == digest.iter().map(|b| format!("{b:02x}")).collect::<String>()
        }
        "subject" => {
            collapsed_ascii(wanted.as_str().unwrap())
                == collapsed_ascii(got["subject"].as_str().unwrap_or_default())
        }
        "message_id" => {
            wanted.as_str().unwrap().trim_matches(['<', '>'])
                == got["message_id"].as_str().unwrap_or_default()
        }
        "from" | "to" | "cc" => sorted_lower(wanted) == sorted_lower(&got[field]),
        "attachments" => {
            let named = |list: &Value| {
                let mut found: Vec<(String, String)> = list
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|a| a["name"].as_str().is_some_and(|n| !n.is_empty()))
                    .map(|a| (a["name"].to_string(), a["sha256"].to_string()))
                    .collect();
                found.sort();
                found
            };
            named(wanted) == named(&got["attachments"])
        }
        "calendar" => {
            wanted.as_object().unwrap().iter().all(|(k, v)| got["calendar"][k.as_str()] == *v)
        }
        _ => *wanted == got[field],
    }
}

/// White space as the labels' own collapsing has it.
fn collapsed_ascii(text: &str) -> String {
    let blank = |c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c);
    text.split(blank).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" ")
}

#[test]
fn whole_mails_agree_with_the_other_parsers() {
    let Some(folder) = corpus("mime/dev") else { return };
    let got = predictions(&folder.join("eml"), View::Mail);
    let labels = labels(&folder);
    let mut whole = 0;
    for label in &labels {
        let name = label["file"].as_str().unwrap();
        let fields = label["expected"].as_object().unwrap();
        let bad: Vec<&String> =
            fields.iter().filter(|(k, v)| !agrees(k, v, &got[name])).map(|(k, _)| k).collect();
        assert!(!bad.iter().any(|b| *b == "calendar"), "calendar fields of {name}");
        whole += usize::from(bad.is_empty());
    }
    let share = share(whole, labels.len());
    eprintln!("whole mails that agree: {share:.4} of {}", labels.len());
    assert!(share >= WHOLE_MAIL_MIN, "{share}");
}

#[test]
fn new_text_is_found_as_other_splitters_find_it() {
    let Some(folder) = corpus("replies/dev") else { return };
    let got = predictions(&folder.join("txt"), View::Reply);
    let labels = labels(&folder);
    let (mut right, mut f1, mut exact) = (0, 0.0, 0);
    for label in &labels {
        let reply = collapsed(got[label["file"].as_str().unwrap()]["reply"].as_str().unwrap());
        if let Some(wanted) = label["reply"].as_str() {
            let wanted = collapsed(wanted);
            right += usize::from(reply == wanted);
            f1 += token_f1(&reply, &wanted);
            exact += 1;
            continue;
        }
        let all = |key: &str| -> Vec<String> {
            let list = label[key].as_array().cloned().unwrap_or_default();
            list.iter().map(|v| collapsed(v.as_str().unwrap())).collect()
        };
        let must = all("must").iter().all(|m| reply.contains(m.as_str()));
        right += usize::from(must && !all("must_not").iter().any(|m| reply.contains(m.as_str())));
    }
    let (accuracy, f1) = (share(right, labels.len()), f1 / f64::from(exact));
    eprintln!("replies right: {accuracy:.4} of {}, token F1 {f1:.4}", labels.len());
    assert!(accuracy >= REPLY_MIN, "{accuracy}");
    assert!(f1 >= TOKEN_F1_MIN, "{f1}");
}

fn token_f1(a: &str, b: &str) -> f64 {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    b.split(' ').filter(|w| !w.is_empty()).for_each(|w| *counts.entry(w).or_default() += 1);
    let words = |t: &str| t.split(' ').filter(|w| !w.is_empty()).count();
    let (n, m) = (words(a), words(b));
    if n + m == 0 {
        return 1.0;
    }
    let mut common = 0;
    for word in a.split(' ').filter(|w| !w.is_empty()) {
        if let Some(left) = counts.get_mut(word).filter(|left| **left > 0) {
            *left -= 1;
            common += 1;
        }
    }
    share(2 * common, n + m)
}

/// Every sample mail, damaged: a wider net than the fixtures.
#[test]
fn sample_mails_cut_off_are_read() {
    let Some(folder) = corpus("mime/dev/eml") else { return };
    for path in inspect::files(&[folder], View::Mail).unwrap() {
        let raw = fs::read(&path).unwrap();
        for part in 1..=8 {
            let cut = &raw[..raw.len() * part / 8];
            let size = mail::parse::parse(cut).map(|m: ParsedMail| m.size);
            assert!(size.is_err() || size == Ok(cut.len()), "{}", path.display());
        }
    }
}
