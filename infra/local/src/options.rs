//! What a local cloud is started with.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::progress::Progress;

/// Port of the local cloud that `cargo local` uses unless told another.
pub const PORT: u16 = 4700;
/// SMTP port that `cargo local` uses unless told another.
pub const SMTP_PORT: u16 = 2525;

/// Where the functions' binaries come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Binaries {
    /// `cargo build` of the workspace, dev profile.
    Build,
    /// A folder with one ready binary per function, named like it.
    Ready(PathBuf),
}

/// All choices for one local cloud. Two clouds run beside each other when their state folders and
/// ports differ.
#[derive(Debug, Clone)]
pub struct Options {
    /// Root of the workspace.
    pub root: PathBuf,
    /// Folder of everything this cloud keeps.
    pub state_dir: PathBuf,
    /// Folder whose files become mail.
    pub drop_dir: PathBuf,
    /// Port of the local cloud; 0 takes a free one.
    pub port: u16,
    /// Port of the SMTP listener; 0 takes a free one.
    pub smtp_port: u16,
    /// Forget what an earlier run kept.
    pub fresh: bool,
    /// Where the binaries come from.
    pub binaries: Binaries,
    /// Who is told how far it is.
    pub progress: Progress,
}

impl Options {
    /// For a person at a terminal: state in `.local/cloud`, the usual ports.
    ///
    /// # Errors
    /// When the workspace cannot be found.
    pub fn for_a_person() -> Result<Self> {
        let root = workspace_root()?;
        Ok(Self {
            state_dir: root.join(".local/cloud"),
            drop_dir: root.join(".local/drop"),
            root,
            port: PORT,
            smtp_port: SMTP_PORT,
            fresh: false,
            binaries: Binaries::Build,
            progress: Progress::Shown,
        })
    }

    /// For a test: state in its own folder, free ports, no output.
    ///
    /// # Errors
    /// When the workspace cannot be found.
    pub fn for_a_test(state_dir: PathBuf) -> Result<Self> {
        Ok(Self {
            drop_dir: state_dir.join("drop"),
            state_dir,
            port: 0,
            smtp_port: 0,
            progress: Progress::Silent,
            ..Self::for_a_person()?
        })
    }

    /// Folder of what all clouds of this checkout share: the Python environments.
    #[must_use]
    pub fn shared_dir(&self) -> PathBuf {
        self.root.join(".local")
    }
}

/// The checkout this crate was built from.
///
/// # Errors
/// When the checkout was moved away after the build.
pub fn workspace_root() -> Result<PathBuf> {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
    crate_dir
        .join("../..")
        .canonicalize()
        .with_context(|| format!("{} is gone: build again", crate_dir.display()))
}
