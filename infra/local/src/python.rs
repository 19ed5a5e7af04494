//! Python environments with pinned packages, made once under `.local/`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::progress::Progress;

/// A set of pinned packages and the name of its folder.
#[derive(Debug, Clone, Copy)]
pub struct Environment {
    /// Folder under `.local/`.
    pub name: &'static str,
    /// Requirements, each pinned.
    pub packages: &'static [&'static str],
}

/// The local cloud. The three go together: the first pins what the third needs.
pub const CLOUD: Environment = Environment {
    name: "venv",
    packages: &["ministack==1.5.33", "aws-sam-translator==1.115.0", "boto3==1.43.106"],
};

/// The validators of the template.
pub const CHECKS: Environment =
    Environment { name: "venv-checks", packages: &["cfn-lint==1.58.0", "aws-sam-cli==1.170.0"] };

const NEXT_STEP: &str = "next: install Python 3.10 or later with its venv module \
     (Debian and Ubuntu: apt install python3-venv), then run the command again";

/// Makes the environment unless it is there with exactly these packages; answers its `bin` folder.
///
/// Takes a lock on the way, so that tests that start at once make it once.
///
/// # Errors
/// When Python, its venv module or the packages cannot be had; the message says what to do next.
pub fn prepare(shared: &Path, environment: Environment, progress: Progress) -> Result<PathBuf> {
    fs::create_dir_all(shared).with_context(|| format!("making {}", shared.display()))?;
    let lock = fs::File::create(shared.join(format!("{}.lock", environment.name)))?;
    lock.lock().context("waiting for another run to make the Python environment")?;

    let folder = shared.join(environment.name);
    let marker = folder.join("packages.txt");
    let wanted = environment.packages.join("\n");
    if fs::read_to_string(&marker).is_ok_and(|found| found == wanted) {
        return Ok(folder.join("bin"));
    }
    progress.step(&format!("installing {} (once)", environment.packages.join(", ")));
    if folder.exists() {
        fs::remove_dir_all(&folder).context("removing an outdated Python environment")?;
    }
    run(Command::new("python3").args(["-m", "venv"]).arg(&folder), "python3 -m venv")
        .context(NEXT_STEP)?;
    let pip = folder.join("bin/pip");
    run(
        Command::new(pip)
            .args(["install", "--quiet", "--disable-pip-version-check"])
            .args(environment.packages),
        "pip install",
    )
    .context("next: check that this machine reaches a Python package index, then run again")?;
    fs::write(marker, wanted).context("marking the Python environment as complete")?;
    Ok(folder.join("bin"))
}

fn run(command: &mut Command, name: &str) -> Result<()> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("{name} cannot be started"))?;
    if !output.status.success() {
        bail!("{name}: {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
