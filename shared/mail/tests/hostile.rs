//! Hostile shapes: the work grows with the size of the mail and no faster. Work is counted in
//! octets looked at, never in time. And a mail of 40 MB is read within 256 MB.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at what must not be"
)]

use mail::parse::parse;
use mail::work::counted;

const HEAD: &str = "From: a@example.com\nTo: b@example.com\nSubject: x\n";

/// Octets looked at for each octet of the mail.
fn effort(raw: &[u8]) -> f64 {
    let (parsed, octets) = counted(|| {
        let mail = parse(raw)?;
        mail::canonical::content_hash(&mail);
        mail::forwarded::original(&mail);
        Ok::<_, mail::parse::NotMail>(mail)
    });
    assert!(parsed.is_ok());
    f64::from(u32::try_from(octets).unwrap()) / f64::from(u32::try_from(raw.len()).unwrap())
}

/// The effort for each octet may not grow with the size.
fn assert_linear(name: &str, make: impl Fn(usize) -> String, small: usize, large: usize) {
    let few = effort(make(small).as_bytes());
    let many = effort(make(large).as_bytes());
    assert!(few > 0.0, "{name}: nothing was counted");
    assert!(
        many <= few * 1.5 + 2.0,
        "{name}: {few:.1} octets each of {small}, {many:.1} of {large}"
    );
    assert!(many < 150.0, "{name}: {many:.1} octets looked at for each octet");
}

fn multipart(inner: &str) -> String {
    format!("{HEAD}Content-Type: multipart/mixed; boundary=b\n\n{inner}")
}

#[test]
fn structure_costs_as_much_as_it_is_long() {
    let deep = |n: usize| {
        let open = |d| format!("Content-Type: multipart/mixed; boundary=b{d}\n\n--b{d}\n");
        format!("{HEAD}{}hi", (0..n).map(open).collect::<String>())
    };
    assert_linear("nested multiparts", deep, 500, 20_000);
    let mails = |n: usize| format!("{HEAD}{}hi", "Content-Type: message/rfc822\n\n".repeat(n));
    assert_linear("nested mails", mails, 500, 20_000);
    let flat = |n: usize| multipart(&"--b\n\nx\n".repeat(n));
    assert_linear("many parts", flat, 1_000, 100_000);
    let unclosed =
        |n: usize| multipart(&"--b\nContent-Type: multipart/mixed; boundary=nope\n\nx\n".repeat(n));
    assert_linear("many multiparts without delimiters", unclosed, 200, 20_000);
    let nearly = |n: usize| multipart(&"--bb\n".repeat(n));
    assert_linear("lines that nearly delimit", nearly, 1_000, 200_000);
    let dashes = |n: usize| multipart(&"--".repeat(n));
    assert_linear("dashes", dashes, 1_000, 500_000);
}

#[test]
fn header_fields_cost_as_much_as_they_are_long() {
    let fields = |n: usize| format!("{HEAD}{}\nhi", "X-Field: value\n".repeat(n));
    assert_linear("many fields", fields, 1_000, 100_000);
    let folds = |n: usize| format!("{HEAD}X: a\n{}\nhi", " b\n".repeat(n));
    assert_linear("many folds", folds, 1_000, 300_000);
    let junk = |n: usize| format!("{HEAD}{}\nhi", "no field\n".repeat(n));
    assert_linear("lines that are no fields", junk, 1_000, 100_000);
    for piece in ["<", "<a,", "(", "\"", "a@b.example,", "a:", "=?utf-8?q?", "=?utf-8?q?a?= ", ",;"]
    {
        let addresses = |n: usize| format!("{HEAD}Cc: {}\n\nhi", piece.repeat(n));
        assert_linear(&format!("addresses of {piece}"), addresses, 500, 10_000);
        let subject =
            |n: usize| format!("{HEAD}References: {0}\nSubject: {0}\n\nhi", piece.repeat(n));
        assert_linear(&format!("a subject of {piece}"), subject, 500, 10_000);
        let types = |n: usize| format!("{HEAD}Content-Type: text/plain; {}\n\nhi", piece.repeat(n));
        assert_linear(&format!("parameters of {piece}"), types, 500, 10_000);
    }
}

#[test]
fn texts_cost_as_much_as_they_are_long() {
    for piece in [
        "> ",
        ">\n",
        "> a\n",
        "\n",
        "x",
        "On 1 May 2025 \n",
        "On 1 May 2025, a@example.com wrote:\n",
        "From: a@example.com\n",
        "--\n",
        "_____\n",
        "Best regards\n",
        "begin 644 x\n",
        "begin 644 x\n\n",
        "=ybegin name=x\n",
        "ref:",
        "Sent from my iPhone\n",
        "1 a@b.example\n",
        "```\n",
        "Confidentiality notice\n\n",
        "a\n\n",
        "| a\n",
        "(http://x\n",
        "> (http://x\ny)\n",
    ] {
        let text = |n: usize| format!("{HEAD}\n{}", piece.repeat(n));
        assert_linear(&format!("a text of {piece:?}"), text, 500, 10_000);
    }
}

#[test]
fn html_costs_as_much_as_it_is_long() {
    for piece in [
        "<",
        "<a",
        "<a ",
        "<a b=\">",
        "<div>",
        "</div>",
        "<blockquote>",
        "<div class=gmail_quote>",
        "<!--",
        "<script>",
        "<style></style",
        "<li>",
        "<br>",
        "&",
        "&#1",
        "&amp;",
        "<p title='",
        "<td>",
        "<ul>",
        "x ",
        "<a href=https://a.example>x</a>",
        "<div style=\"display:none\">",
    ] {
        let html = |n: usize| format!("{HEAD}Content-Type: text/html\n\n{}", piece.repeat(n));
        assert_linear(&format!("HTML of {piece:?}"), html, 500, 10_000);
    }
}

#[test]
fn long_lines_and_many_quote_marks_are_read() {
    let line = format!("{HEAD}\n{}", "x".repeat(10_000_000));
    assert!(effort(line.as_bytes()) < 10.0);
    let marks = format!("{HEAD}\n{}", ">".repeat(1_000_000));
    assert!(effort(marks.as_bytes()) < 10.0);
}

/// The program is held to 256 MB of address space; it would end with an error beyond.
#[cfg(target_os = "linux")]
#[test]
fn a_mail_of_40_mb_is_read_within_256_mb() {
    use base64::Engine as _;
    let octets: Vec<u8> =
        (0..28_000_000u32).map(|n| n.to_le_bytes().into_iter().fold(0, u8::wrapping_add)).collect();
    let text = base64::engine::general_purpose::STANDARD.encode(octets);
    let lines: Vec<&[u8]> = text.as_bytes().chunks(76).collect();
    let file = [
        multipart("--b\n\nhello\n--b\nContent-Type: application/pdf; name=a.pdf\n").as_bytes(),
        b"Content-Transfer-Encoding: base64\n\n",
        &lines.join(&b"\r\n"[..]),
        b"\n--b--\n",
    ]
    .concat();
    let plain = format!("{HEAD}\n{}", "words and words\n".repeat(2_500_000)).into_bytes();
    for (name, raw) in [("file", file), ("text", plain)] {
        assert!(raw.len() > 37_000_000, "{}", raw.len());
        let path =
            std::env::temp_dir().join(format!("mail-40mb-{name}-{}.eml", std::process::id()));
        std::fs::write(&path, raw).unwrap();
        let run = std::process::Command::new("sh")
            .args(["-c", "ulimit -v 262144 && exec \"$0\" --as mail \"$1\""])
            .arg(env!("CARGO_BIN_EXE_inspect_mail"))
            .arg(&path)
            .output();
        std::fs::remove_file(&path).unwrap();
        let run = run.unwrap();
        assert!(run.status.success(), "{name}: {}", String::from_utf8_lossy(&run.stderr));
        assert!(run.stdout.len() > 200, "{name}: nothing was said");
    }
}
