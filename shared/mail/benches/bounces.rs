//! Mails decoded and classified in a second, on one core: the fixtures, and the bounce corpus where
//! it is there (`MAIL_CORPUS`, or `../shared/corpus` beside the checkout).

use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn folders() -> Vec<(&'static str, PathBuf)> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let corpus = std::env::var_os("MAIL_CORPUS").map(PathBuf::from);
    let corpus = corpus.unwrap_or_else(|| package.join("../../../shared/corpus"));
    vec![
        ("fixtures", package.join("tests/bounce_fixtures")),
        ("corpus", corpus.join("bounces/dev/eml")),
    ]
}

fn mails(folder: &Path) -> Vec<Vec<u8>> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "eml"));
    paths.sort();
    paths.iter().filter_map(|path| std::fs::read(path).ok()).collect()
}

fn decode(c: &mut Criterion) {
    for (name, folder) in folders() {
        let mails = mails(&folder);
        if mails.is_empty() {
            continue;
        }
        let mut group = c.benchmark_group("bounces");
        group.throughput(Throughput::Elements(mails.len().try_into().unwrap_or(u64::MAX)));
        group.bench_function(name, |b| {
            b.iter(|| {
                for mail in &mails {
                    black_box(mail::bounce::decode(black_box(mail)));
                }
            });
        });
        group.finish();
    }
}

criterion_group!(benches, decode);
criterion_main!(benches);
