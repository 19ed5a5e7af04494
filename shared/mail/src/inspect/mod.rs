//! What the `inspect_mail` program shows: files and folders of mails as JSON lines or as a summary.

pub mod bounces;
pub mod mail;
pub mod reply;
pub mod summary;

use std::path::{Path, PathBuf};
use std::{fs, io};

/// What is to be shown of each file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// The mail, as JSON.
    Mail,
    /// The new text of a plain text body, as JSON.
    Reply,
    /// The bounce reports in it, as JSON.
    Bounces,
    /// The mail, for a person.
    Summary,
}

impl View {
    /// Ends of file names that a folder is searched for.
    fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Mail | Self::Summary => &["eml"],
            Self::Reply => &["txt"],
            Self::Bounces => &["eml", "json"],
        }
    }

    /// The lines to print for one file.
    pub fn lines(self, name: &str, raw: &[u8]) -> Vec<String> {
        match self {
            Self::Mail => vec![mail::line(name, raw)],
            Self::Reply => vec![reply::line(name, raw)],
            Self::Bounces => bounces::lines(name, raw),
            Self::Summary => vec![summary::of(name, raw)],
        }
    }
}

/// The files that `paths` name, folders searched for the view's kinds of file, in path order.
///
/// # Errors
/// A path that can't be read.
pub fn files(paths: &[PathBuf], view: View) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            walk(path, view, &mut found)?;
        } else {
            fs::metadata(path)?;
            found.push(path.clone());
        }
    }
    found.sort();
    Ok(found)
}

fn walk(folder: &Path, view: View, found: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, view, found)?;
        } else if path.extension().is_some_and(|e| view.extensions().iter().any(|x| e == *x)) {
            found.push(path);
        }
    }
    Ok(())
}

/// The last part of a path, as the JSON's `file`.
pub fn file_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}
