//! Every mail or event in `bounce_fixtures/` decodes to what the JSON file beside it says. Adding a
//! pair of files adds a test; LF, CRLF and bare CR are all tried.

#[cfg(test)]
mod fixtures {
    use std::fs;
    use std::path::{Path, PathBuf};

    use serde_json::Value;

    fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bounce_fixtures")
    }

    fn samples() -> Vec<PathBuf> {
        let is_sample = |path: &PathBuf| {
            path.extension().is_some_and(|extension| extension == "eml" || extension == "event")
        };
        let mut paths: Vec<_> =
            fs::read_dir(folder()).unwrap().map(|e| e.unwrap().path()).filter(is_sample).collect();
        paths.sort();
        paths
    }

    /// What differs between the decoded sample and the expectation; empty where nothing does.
    fn differences(raw: &[u8], expected: &Value) -> Vec<String> {
        let decoded = mail::bounce::decode(raw);
        let mut found = Vec::new();
        if decoded.kind.name() != expected["kind"] {
            found.push(format!("kind {} instead of {}", decoded.kind.name(), expected["kind"]));
        }
        let wanted = expected["recipients"].as_array().unwrap();
        let named: Vec<_> = decoded.reports.iter().filter(|r| r.recipient().is_some()).collect();
        if named.len() != wanted.len() {
            found.push(format!("{} recipients instead of {}", named.len(), wanted.len()));
        }
        for (report, wanted) in named.iter().zip(wanted) {
            let verdict = report.verdict.map(|verdict| serde_json::to_value(verdict).unwrap());
            let verdict = verdict.unwrap_or_default();
            let address = report.recipient().map(|address| address.expose());
            let address_wanted = wanted["recipient"].as_str().unwrap();
            if address.map(str::to_lowercase).as_deref() != Some(address_wanted) {
                found.push(format!("recipient {address:?} instead of {address_wanted}"));
            }
            for key in ["reason", "hard", "category"] {
                if let Some(value) = wanted.get(key)
                    && verdict[key] != *value
                {
                    found.push(format!("{key} {} instead of {value}", verdict[key]));
                }
            }
        }
        found
    }

    #[test]
    fn every_fixture_decodes_as_expected_with_any_line_ends() {
        let mut failures = Vec::new();
        let samples = samples();
        for path in &samples {
            let raw = fs::read_to_string(path).unwrap();
            let expected = fs::read_to_string(path.with_extension("json")).unwrap();
            let expected: Value = serde_json::from_str(&expected).unwrap();
            let endings: &[&str] =
                if path.extension().unwrap() == "event" { &["\n"] } else { &["\n", "\r\n", "\r"] };
            for ending in endings {
                let variant = raw.replace('\n', ending);
                for difference in differences(variant.as_bytes(), &expected) {
                    failures
                        .push(format!("{:?} {ending:?}: {difference}", path.file_name().unwrap()));
                }
            }
        }
        assert!(samples.len() >= 60, "{} samples", samples.len());
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }

    #[test]
    fn every_expectation_has_its_sample() {
        for entry in fs::read_dir(folder()).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let there =
                    path.with_extension("eml").exists() || path.with_extension("event").exists();
                assert!(there, "{path:?}");
            }
        }
    }
}
