//! The repository speaks of the product alone.

use crate::tree;

/// Spelled in parts, so that this file does not break its own rule: hosts of package registries and
/// paths of single machines.
const FOREIGN: &[[&str; 2]] = &[
    ["crates.", "io"],
    ["pypi.", "org"],
    ["npmjs.", "org"],
    ["debian.", "org"],
    ["/ho", "me/"],
    ["/wo", "rk/"],
];

#[test]
fn no_file_names_a_registry_host_or_a_path_of_one_machine() {
    let mut wrong = Vec::new();
    for file in tree::files() {
        let generated = file.extension().is_some_and(|e| e == "lock" || e == "eml");
        if generated {
            continue;
        }
        let text = tree::text(&file).to_lowercase();
        for foreign in FOREIGN.iter().map(|parts| parts.concat()) {
            if text.contains(&foreign) {
                wrong.push(format!("{}: {foreign}", file.display()));
            }
        }
    }
    tree::none("words that do not belong here", &wrong);
}
