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
    prepare_with("python3", shared, environment, progress)
}

fn prepare_with(
    python: &str,
    shared: &Path,
    environment: Environment,
    progress: Progress,
) -> Result<PathBuf> {
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
    run(Command::new(python).args(["-m", "venv"]).arg(&folder), "python3 -m venv")
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

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Environment = Environment { name: "venv", packages: &[] };

    #[test]
    fn a_machine_without_python_is_told_what_to_install() {
        let folder = tempfile::tempdir().unwrap();
        let made = prepare_with("/nowhere/python3", folder.path(), NONE, Progress::Silent);
        let fault = format!("{:#}", made.unwrap_err());
        assert!(fault.contains("next: install Python"), "{fault}");
        assert!(fault.contains("python3 -m venv cannot be started"), "{fault}");
    }

    #[test]
    fn a_python_without_venv_is_told_what_to_install() {
        let folder = tempfile::tempdir().unwrap();
        let made = prepare_with("false", folder.path(), NONE, Progress::Silent);
        let fault = format!("{:#}", made.unwrap_err());
        assert!(fault.contains("apt install python3-venv"), "{fault}");
    }

    #[test]
    fn an_environment_with_the_same_packages_is_used_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("venv")).unwrap();
        fs::write(folder.path().join("venv/packages.txt"), "").unwrap();
        // No Python is needed any more.
        let bin = prepare_with("/nowhere/python3", folder.path(), NONE, Progress::Silent);
        assert_eq!(bin.unwrap(), folder.path().join("venv/bin"));
    }
}
