//! The bounce decoder on the labelled corpus, in place: the folder in `MAIL_CORPUS`, or
//! `../shared/corpus` beside the checkout. Without it the test says that it did not run.
//!
//! Counted as the corpus's own scorer counts: reasons and hardness are judged where the label comes
//! from a table or two decoders agree.

#[cfg(test)]
mod corpus {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::{Path, PathBuf};

    use mail::bounce::decode;
    use mail::bounce::report::{BounceReport, Kind};
    use serde_json::Value;

    fn corpus() -> Option<PathBuf> {
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
        let named = std::env::var_os("MAIL_CORPUS").map(PathBuf::from);
        let folder = named.unwrap_or(beside).join("bounces/dev");
        folder.join("labels.jsonl").exists().then_some(folder)
    }

    fn labels(path: &Path) -> BTreeMap<String, Vec<Value>> {
        let mut by_file: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for line in fs::read_to_string(path).unwrap().lines() {
            let label: Value = serde_json::from_str(line).unwrap();
            by_file.entry(label["file"].as_str().unwrap().to_owned()).or_default().push(label);
        }
        by_file
    }

    /// A share, counted.
    #[derive(Default)]
    struct Share {
        good: u32,
        all: u32,
    }

    impl Share {
        fn count(&mut self, good: bool) {
            self.all += 1;
            self.good += u32::from(good);
        }

        fn value(&self) -> f64 {
            f64::from(self.good) / f64::from(self.all.max(1))
        }
    }

    #[derive(Default)]
    struct Score {
        detected: Share,
        recipients: Share,
        hard: Share,
        reason: Share,
        automatic: Share,
        feedback: Share,
        human_taken: u32,
        others_taken: u32,
    }

    impl Score {
        fn file(&mut self, labels: &[Value], raw: &[u8]) {
            let decoded = decode(raw);
            let bounce = decoded.kind == Kind::Bounce;
            match labels[0]["kind"].as_str().unwrap() {
                "bounce" => {
                    self.detected.count(bounce);
                    let reports: &[BounceReport] = if bounce { &decoded.reports } else { &[] };
                    for label in labels {
                        self.recipient(label, reports, labels.len() == 1);
                    }
                }
                kind => {
                    self.others_taken += u32::from(bounce);
                    self.human_taken += u32::from(bounce && kind == "mail");
                    if kind == "autoreply" {
                        self.automatic.count(decoded.kind == Kind::AutoReply);
                    } else if kind == "feedback" {
                        self.feedback.count(decoded.kind == Kind::Feedback);
                    }
                }
            }
        }

        fn recipient(&mut self, label: &Value, reports: &[BounceReport], lone: bool) {
            let wanted = label["recipient"].as_str();
            let named = |report: &&BounceReport| {
                report.recipient().map(|address| address.normal()) == wanted
            };
            let found = reports.iter().find(named);
            if wanted.is_some() {
                self.recipients.count(found.is_some());
            }
            let judged = ["table", "agree2"].contains(&label["conf"].as_str().unwrap_or_default());
            let found = found.or_else(|| reports.first().filter(|_| lone && reports.len() == 1));
            let verdict = found.and_then(|report| report.verdict);
            if let Some(hard) = label["hard"].as_bool().filter(|_| judged) {
                self.hard.count(verdict.is_some_and(|verdict| verdict.hard == hard));
            }
            if let Some(reason) = label["reason"].as_str().filter(|_| judged) {
                self.reason.count(verdict.is_some_and(|verdict| verdict.reason.name() == reason));
            }
        }
    }

    #[test]
    fn the_corpus_is_decoded_as_well_as_promised() {
        let Some(folder) = corpus() else {
            println!("did not run: no corpus in MAIL_CORPUS or beside the checkout");
            return;
        };
        let mut score = Score::default();
        for (file, labels) in labels(&folder.join("labels.jsonl")) {
            score.file(&labels, &fs::read(folder.join("eml").join(file)).unwrap());
        }
        let promised = [
            ("detection", &score.detected, 0.985),
            ("recipients", &score.recipients, 0.98),
            ("hard or soft", &score.hard, 0.98),
            ("reason", &score.reason, 0.95),
            ("automatic replies", &score.automatic, 0.95),
            ("feedback", &score.feedback, 1.0),
        ];
        for (name, share, least) in promised {
            println!("{name}: {} of {} = {:.4}", share.good, share.all, share.value());
            assert!(share.all > 0 && share.value() >= least, "{name}: {:.4}", share.value());
        }
        assert_eq!(score.human_taken, 0, "human mail taken for a bounce");
        assert!(score.others_taken <= 1, "{} other mails taken for bounces", score.others_taken);
    }

    #[test]
    fn every_event_of_ses_is_read() {
        let Some(folder) = corpus().map(|folder| folder.join("ses")) else {
            println!("did not run: no corpus in MAIL_CORPUS or beside the checkout");
            return;
        };
        for (file, labels) in labels(&folder.join("labels.jsonl")) {
            let decoded = decode(&fs::read(folder.join(&file)).unwrap());
            assert_eq!(decoded.reports.len(), labels.len(), "{file}");
            let facts = decoded.ses.as_ref().unwrap();
            for (report, label) in decoded.reports.iter().zip(&labels) {
                assert_eq!(decoded.kind.name(), label["kind"], "{file}");
                let address = report.recipient().map(|address| address.normal().to_owned());
                assert_eq!(address.as_deref(), label["recipient"].as_str(), "{file}");
                assert_eq!(facts.bounce_type.as_deref(), label["ses_type"].as_str(), "{file}");
                assert_eq!(
                    facts.bounce_subtype.as_deref(),
                    label["ses_subtype"].as_str(),
                    "{file}"
                );
                let category = report.verdict.and_then(|verdict| verdict.category);
                if let Some(wanted) = label["crm_category"].as_str() {
                    assert_eq!(category.map(|category| category.key()), Some(wanted), "{file}");
                }
            }
        }
    }
}
