//! Sizes and names of source files.

use std::path::Path;

use crate::tree;

const LINES_MAX: usize = 400;
const OCTETS_MAX: u64 = 1_000_000;
/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] =
    &["utils", "util", "common", "helpers", "helper", "types", "models", "misc"];

#[test]
fn a_source_file_is_one_idea_of_at_most_400_lines() {
    let mut wrong = Vec::new();
    for file in tree::files_ending(&["rs"]) {
        let lines = tree::text(&file).lines().count();
        if lines > LINES_MAX {
            wrong.push(format!("{} has {lines} lines", file.display()));
        }
    }
    tree::none("split the file", &wrong);
}

#[test]
fn file_and_folder_names_say_what_is_inside() {
    let says_nothing = |file: &Path| {
        file.components().any(|part| {
            let name = part.as_os_str().to_string_lossy();
            EMPTY_NAMES.contains(&name.split('.').next().unwrap_or_default())
        })
    };
    let wrong: Vec<String> = tree::files()
        .iter()
        .filter(|file| says_nothing(file))
        .map(|file| file.display().to_string())
        .collect();
    tree::none("names that say nothing", &wrong);
}

#[test]
fn no_large_file_is_checked_in() {
    let mut wrong = Vec::new();
    for file in tree::files() {
        let octets = std::fs::metadata(tree::root().join(&file)).expect("a listed file").len();
        if octets > OCTETS_MAX {
            wrong.push(format!("{}: {octets} octets", file.display()));
        }
    }
    tree::none("files over 1 MB", &wrong);
}

#[test]
fn no_test_is_skipped_and_nothing_is_left_to_do() {
    // Spelled in parts, so that this file does not break its own rule.
    let marks =
        [["#[ign", "ore"], ["todo", "!("], ["unimple", "mented!("], ["FIX", "ME"], ["XX", "X:"]];
    let mut wrong = Vec::new();
    for file in tree::files_ending(&["rs", "sh", "py", "yaml"]) {
        let text = tree::text(&file);
        for mark in &marks {
            if text.contains(&mark.concat()) {
                wrong.push(format!("{}: {}", file.display(), mark.concat()));
            }
        }
    }
    tree::none("left open", &wrong);
}

#[test]
fn a_main_builds_and_runs_in_at_most_40_lines() {
    let mut wrong = Vec::new();
    for file in tree::files_ending(&["rs"]) {
        let main = file.starts_with("functions") && file.ends_with("src/main.rs");
        let lines = tree::text(&file).lines().count();
        if main && lines > 40 {
            wrong.push(format!("{}: {lines} lines", file.display()));
        }
    }
    tree::none("mains", &wrong);
}
