//! The files of the repository, as every rule sees them.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the root").to_owned()
}

/// Every file that git tracks or would track, relative to the root.
pub fn files() -> Vec<PathBuf> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git lists the files of the checkout");
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    let names = String::from_utf8(listed.stdout).expect("file names are UTF-8");
    let files: Vec<PathBuf> =
        names.lines().map(PathBuf::from).filter(|file| root().join(file).is_file()).collect();
    assert!(files.len() > 50, "only {} files found", files.len());
    files
}

/// The files with one of these endings.
pub fn files_ending(endings: &[&str]) -> Vec<PathBuf> {
    let ends = |file: &PathBuf| {
        file.extension().is_some_and(|e| endings.iter().any(|ending| e == *ending))
    };
    files().into_iter().filter(ends).collect()
}

/// The text of a file; what is no UTF-8 in it is replaced.
pub fn text(file: &Path) -> String {
    let octets = std::fs::read(root().join(file)).expect("a listed file can be read");
    String::from_utf8_lossy(&octets).into_owned()
}

/// Fails with all that was found wrong, a line each.
pub fn none(rule: &str, wrong: &[String]) {
    assert!(wrong.is_empty(), "{rule}:\n  {}", wrong.join("\n  "));
}
