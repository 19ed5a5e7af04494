//! Real mails through the whole flow, where a corpus is at hand: `MAIL_CORPUS` names its folder, else
//! it is looked for beside the checkout. Each mail ends with an outcome, and none is poison.

use std::path::{Path, PathBuf};

use domain::intake::{Outcome, QuarantineReason};

use crate::bench_of_inbound::{ANNA, Inbound};

fn corpus() -> Option<PathBuf> {
    let named = std::env::var_os("MAIL_CORPUS").map(PathBuf::from);
    if let Some(folder) = &named {
        assert!(folder.is_dir(), "MAIL_CORPUS is no folder: {}", folder.display());
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    named.or_else(|| root.is_dir().then_some(root))
}

fn mails_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the corpus can be listed") {
        let path = entry.expect("an entry of the corpus").path();
        if path.is_dir() {
            mails_below(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "eml") {
            found.push(path);
        }
    }
}

#[tokio::test]
async fn every_mail_of_the_corpus_ends_with_an_outcome_and_none_is_poison() {
    let Some(folder) = corpus() else {
        println!("NOT RUN: no corpus at MAIL_CORPUS or beside the checkout");
        return;
    };
    let mut mails = Vec::new();
    mails_below(&folder, &mut mails);
    mails.sort();
    assert!(mails.len() > 100, "only {} mails in {}", mails.len(), folder.display());
    let inbound = Inbound::new().await;
    let (mut filed, mut duplicates, mut no_mail) = (0, 0, Vec::new());
    for (n, path) in mails.iter().enumerate() {
        let octets = std::fs::read(path).expect("a mail of the corpus");
        let announced = inbound.announce(&format!("inbound/{n}"), octets, &[ANNA]);
        match inbound.take_in(&announced).await.outcome {
            Outcome::Filed { .. } => filed += 1,
            Outcome::Duplicate { .. } => duplicates += 1,
            Outcome::Quarantined { reason: QuarantineReason::NotMail, .. } => no_mail.push(path),
            other @ (Outcome::Quarantined { .. } | Outcome::Discarded { .. }) => {
                panic!("{}: {other:?}", path.display())
            }
        }
    }
    println!("{filed} filed, {duplicates} duplicates, no mail: {no_mail:?}");
    assert_eq!(inbound.messages().len(), filed);
    assert!(no_mail.len() * 100 <= mails.len(), "too many are held for no mail");
}
