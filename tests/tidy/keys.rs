//! KEYS.md shows the same keys as store/src/keys.rs and its folder make.

use std::collections::BTreeSet;
use std::path::Path;

use crate::tree;

/// Whether a file is one of those that spell keys.
fn spells_keys(file: &Path) -> bool {
    file.starts_with("shared/store/src/keys") || file == Path::new("shared/store/src/keys.rs")
}

/// All of them together.
fn source() -> String {
    let files = tree::files_ending(&["rs"]);
    files.into_iter().filter(|file| spells_keys(file)).map(|file| tree::text(&file)).collect()
}

/// Their functions that make all keys of an item.
fn made() -> BTreeSet<String> {
    let source = source();
    let functions = source.split("\npub fn ").skip(1);
    functions
        .filter(|body| body.split('{').next().is_some_and(|head| head.contains("-> ItemKeys")))
        .filter_map(|body| body.split('(').next())
        .map(str::to_owned)
        .collect()
}

/// The rows of KEYS.md: function, pk and sk.
fn shown() -> Vec<[String; 3]> {
    let page = tree::text("shared/store/KEYS.md".as_ref());
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let mut cells = row.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', ""));
        std::array::from_fn(|_| cells.next().expect("a row has function, pk and sk"))
    })
    .collect()
}

#[test]
fn the_page_has_a_row_for_every_item_and_none_beside() {
    let rows: BTreeSet<String> = shown().into_iter().map(|[function, _, _]| function).collect();
    assert_eq!(rows, made(), "shared/store/KEYS.md against shared/store/src/keys.rs");
}

#[test]
fn every_literal_part_of_a_key_on_the_page_stands_in_the_source() {
    let source = source();
    let mut wrong = Vec::new();
    for [function, pk, sk] in shown() {
        for part in [&pk, &sk].into_iter().flat_map(|key| key.split('#')) {
            let literal =
                !part.is_empty() && part.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
            if literal && part != "T" && !source.contains(part) {
                wrong.push(format!("{function}: {part}"));
            }
        }
    }
    tree::none("parts of keys that keys.rs does not spell", &wrong);
}

#[test]
fn no_other_file_spells_a_key() {
    let mut wrong = Vec::new();
    for file in tree::files_ending(&["rs"]) {
        let allowed = spells_keys(&file) || file.starts_with("tests");
        let text = tree::text(&file);
        if !allowed && (text.contains("\"TENANT#") || text.contains("\"INTAKE#")) {
            wrong.push(file.display().to_string());
        }
    }
    tree::none("keys are spelled in store/src/keys.rs alone", &wrong);
}
