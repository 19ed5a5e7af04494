//! Fixtures are data: each mail, text and page of `tests/fixtures` has what is expected of it
//! beside it. A new file is a new test; `UPDATE_FIXTURES=1` writes what is read now, to be looked
//! at before it is kept.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at what must not be"
)]

use std::fs;
use std::path::{Path, PathBuf};

use mail::forwarded;
use mail::inspect;
use mail::parse::parse;
use mail::reply_text;
use mail::safe_html::{RemoteImages, make_safe};
use serde_json::{Value, json};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn files(name: &str, extension: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder(name))
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == extension))
        .collect();
    found.sort();
    assert!(!found.is_empty(), "no {extension} file in {name}");
    found
}

/// Compares `got` with the file beside `path`; tells all differences at once.
fn compare(path: &Path, extension: &str, got: &str, failures: &mut Vec<String>) {
    let expected = path.with_extension(extension);
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        fs::write(&expected, got).unwrap();
        return;
    }
    match fs::read_to_string(&expected) {
        Ok(wanted) if wanted == got => {}
        Ok(wanted) => failures.push(format!("{}:\nwanted {wanted}\ngot {got}", path.display())),
        Err(_) => failures.push(format!("{} has no {extension} beside it", path.display())),
    }
}

fn pretty(value: &Value) -> String {
    format!("{}\n", serde_json::to_string_pretty(value).unwrap())
}

fn mail_view(path: &Path, raw: &[u8]) -> Value {
    let name = inspect::file_name(path);
    let Ok(mail) = parse(raw) else {
        return serde_json::from_str(&inspect::mail::line(&name, raw)).unwrap();
    };
    let parties = |list: &[mail::parsed_mail::Party]| -> Vec<Value> {
        list.iter().map(|p| json!([p.name, p.address.as_ref().map(|a| a.expose())])).collect()
    };
    let segments: Vec<Value> = mail
        .body
        .split
        .segments
        .iter()
        .map(|s| json!([s.kind, mail.body.text[s.range.clone()]]))
        .collect();
    let original = forwarded::original(&mail).map(|o| {
        let envelope: Vec<_> = o.envelope_recipients.iter().map(|a| a.expose()).collect();
        json!({
            "wrapping": format!("{:?}", o.wrapping),
            "from": parties(&o.from),
            "to": parties(&o.to),
            "envelope_recipients": envelope,
            "subject": o.subject,
            "text": o.text,
        })
    });
    let envelope = mail::trace::envelope_recipients(&mail.headers);
    json!({
        "inspect": inspect::mail::of(&name, &mail),
        "text": mail.body.text,
        "segments": segments,
        "from": parties(&mail.from),
        "to": parties(&mail.to),
        "subject_base": mail.clues.subject_base,
        "ancestors": mail.clues.ancestors(),
        "thread_index_depth": mail.clues.thread_index.as_ref().map(|t| t.depth),
        "tokens": mail.clues.embedded_tokens,
        "tagged_recipients": mail.clues.tagged_recipients,
        "envelope_recipients": envelope,
        "original": original,
        "calendar": mail.calendar,
    })
}

#[test]
fn every_mail_is_read_as_expected() {
    let mut failures = Vec::new();
    for path in files("mail", "eml") {
        let raw = fs::read(&path).unwrap();
        compare(&path, "json", &pretty(&mail_view(&path, &raw)), &mut failures);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_text_is_split_as_expected() {
    let mut failures = Vec::new();
    for path in files("reply", "txt") {
        let text = fs::read_to_string(&path).unwrap();
        let split = reply_text::split(&text, &[]);
        let segments: Vec<Value> =
            split.segments.iter().map(|s| json!([s.kind, text[s.range.clone()]])).collect();
        let view = json!({ "new_text": split.new_text(&text), "segments": segments });
        compare(&path, "json", &pretty(&view), &mut failures);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_page_is_made_safe_as_expected() {
    let mut failures = Vec::new();
    for path in files("html", "html") {
        let html = fs::read_to_string(&path).unwrap();
        let safe = make_safe(&html, RemoteImages::Block, &|_| None);
        compare(&path, "safe", &safe.html, &mut failures);
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// No fixture without its source: an expected file whose mail is gone would never be looked at.
#[test]
fn every_expectation_has_its_source() {
    for (name, from, to) in
        [("mail", "json", "eml"), ("reply", "json", "txt"), ("html", "safe", "html")]
    {
        for path in files(name, from) {
            assert!(path.with_extension(to).exists(), "{} has no source", path.display());
        }
    }
}
