//! Nothing that HTML may do to a reader survives: no script, no load, no form, no frame, no way
//! out of the place it is shown in. Each page of `tests/fixtures/html` holds one attack a line.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at what must not be"
)]

use std::fs;
use std::path::Path;

use mail::safe_html::{RemoteImages, SafeHtml, make_safe};

fn safe(html: &str, images: RemoteImages) -> SafeHtml {
    make_safe(html, images, &|cid| Some(format!("/files/{}", cid.len())))
}

/// What must not stand in any tag that is left.
fn assert_inert(html: &str, from: &str) {
    let lower = html.to_ascii_lowercase();
    let mut rest = lower.as_str();
    while let Some(at) = rest.find('<') {
        let tag = &rest[at..rest[at..].find('>').map_or(rest.len(), |e| at + e + 1)];
        for bad in [
            "<script",
            "<iframe",
            "<object",
            "<embed",
            "<form",
            "<input",
            "<button",
            "<style",
            "<link",
            "<meta",
            "<base",
            "<svg",
            "<math",
            "<video",
            "<audio",
            "<template",
            "<frame",
            "<noscript",
            "<textarea",
            "<select",
            "<!--",
            "<!",
        ] {
            assert!(!tag.starts_with(bad), "{bad} of {from} is left: {html}");
        }
        let mut quoted = false;
        let names: String = tag
            .chars()
            .filter(|c| {
                quoted ^= *c == '"';
                !quoted
            })
            .collect();
        assert!(!names.contains(" on"), "a handler of {from} is left: {html}");
        for bad in ["javascript:", "vbscript:", "data:", "url(", "expression(", "srcset=", "-moz-"]
        {
            assert!(!tag.contains(bad), "{bad} of {from} is left: {html}");
        }
        rest = &rest[at + tag.len()..];
    }
}

#[test]
fn every_attack_is_inert() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/html");
    let mut attacks = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "html") {
            continue;
        }
        let page = fs::read_to_string(&path).unwrap();
        for attack in page.lines().chain([page.as_str()]) {
            for images in [RemoteImages::Block, RemoteImages::Show] {
                assert_inert(&safe(attack, images).html, attack);
            }
            attacks += 1;
        }
    }
    assert!(attacks > 60, "only {attacks} attacks were tried");
}

#[test]
fn what_is_safe_stays_as_it_is_when_made_safe_again() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/html");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|e| e == "html") {
            let once = safe(&fs::read_to_string(&path).unwrap(), RemoteImages::Block).html;
            let twice = safe(&once, RemoteImages::Block);
            assert_inert(&twice.html, &once);
            assert_eq!(twice.blocked_images, 0);
        }
    }
}

#[test]
fn no_picture_of_another_server_is_fetched_unasked() {
    let html = "<img src=https://t.example/1.gif><img src='//t.example/2.gif'><div style=\
                'background:url(https://t.example/3.gif)'>x</div><table background=\
                https://t.example/4.gif><tr><td>y</td></tr></table><img srcset=\
                'https://t.example/5.gif 1x'><video poster=https://t.example/6.gif></video>\
                <link rel=stylesheet href=https://t.example/7.css>";
    assert!(!safe(html, RemoteImages::Block).html.contains("t.example"));
}

proptest::proptest! {
    #[test]
    fn any_mixture_of_markup_is_inert(pieces in proptest::collection::vec(
        proptest::sample::select(vec![
            "<", ">", "\"", "'", "=", "/", " ", "<img src=", "<a href=", "javascript:alert(1)",
            "onerror=", "onload=x", "<svg", "<math>", "<style>", "</style>", "<script>",
            "</script>", "<!--", "-->", "<![CDATA[", "]]>", "<p style=\"", "url(x)", "&lt;",
            "&#106;", "<table>", "<td>", "</table>", "<mglyph>", "<noscript>", "<title>", "x",
            "`", "\u{0}", "<template>", "<b", "<textarea>", "href", "<form id=x>",
        ]), 0..40)
    ) {
        let html = pieces.concat();
        assert_inert(&safe(&html, RemoteImages::Show).html, &html);
    }
}
