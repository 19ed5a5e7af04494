//! What may speak in the log.

use std::collections::BTreeSet;
use std::fs;

use lambda::start::OURS;

use crate::tree;

#[test]
fn every_crate_of_a_function_is_heard_in_its_log() {
    let folders = ["shared", "functions"].map(|top| fs::read_dir(tree::root().join(top)).unwrap());
    let crates: BTreeSet<String> = folders
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path())
        .filter(|folder| folder.join("Cargo.toml").is_file())
        .map(|folder| folder.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(crates, OURS.map(str::to_owned).into());
}
