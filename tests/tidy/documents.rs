//! Links and paths in documents lead somewhere.

use std::path::Path;

use crate::tree;

#[test]
fn every_relative_link_of_a_document_leads_to_a_file() {
    let mut wrong = Vec::new();
    let mut links = 0;
    for page in tree::files_ending(&["md"]) {
        let text = tree::text(&page);
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = target.split('#').next().unwrap_or_default();
            if path.is_empty() || path.contains("://") || path.starts_with("mailto:") {
                continue;
            }
            links += 1;
            let folder = page.parent().unwrap_or(Path::new(""));
            if !tree::root().join(folder).join(path).exists() {
                wrong.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(links > 10, "only {links} links found");
    tree::none("dead links", &wrong);
}

#[test]
fn every_path_a_document_shows_in_code_marks_exists() {
    let mut wrong = Vec::new();
    let tops = ["shared/", "functions/", "infra/", "tests/", "docs/", ".ci/"];
    for page in tree::files_ending(&["md"]) {
        let text = tree::text(&page);
        for code in text.split('`').skip(1).step_by(2) {
            let path = code.split([':', ' ']).next().unwrap_or_default();
            let ours = tops.iter().any(|top| path.starts_with(top));
            if ours
                && !path.contains(['<', '*', '{', '…', '$'])
                && !tree::root().join(path).exists()
            {
                wrong.push(format!("{}: {path}", page.display()));
            }
        }
    }
    tree::none("paths that do not exist", &wrong);
}

#[test]
fn the_documents_a_newcomer_looks_for_are_there() {
    for page in [
        "README.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "LICENSE",
        "shared/store/KEYS.md",
        "infra/runbook.md",
        "docs/decisions/README.md",
    ] {
        assert!(tree::root().join(page).is_file(), "{page} is missing");
    }
}
