//! Builds the functions and packs each as the zip Lambda takes: one file named `bootstrap`.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::UNIX_EPOCH,
};

use anyhow::{Context, Result, bail};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use crate::options::Binaries;

/// The functions of the template, by the one name each has everywhere.
pub const FUNCTIONS: [&str; 7] = [
    "inbound_mail",
    "index_mail",
    "api",
    "first_tenant",
    "mail_events",
    "sweep_objects",
    "daily_review",
];

/// Cargo profile of a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Quick to build; what tests and the local run use.
    Dev,
    /// What goes to AWS.
    Release,
}

/// A function's binary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binary {
    /// Name of the function.
    pub function: String,
    /// The executable.
    pub path: PathBuf,
}

/// The binaries of all functions, built first when asked so.
///
/// # Errors
/// When the build fails or a binary is missing; the message says what to do next.
pub fn all(root: &Path, source: &Binaries) -> Result<Vec<Binary>> {
    match source {
        Binaries::Build => build(root, Profile::Dev),
        Binaries::Ready(folder) => FUNCTIONS
            .iter()
            .map(|function| {
                let path = folder.join(function);
                if !path.is_file() {
                    bail!("{} is missing", path.display());
                }
                Ok(Binary { function: (*function).to_owned(), path })
            })
            .collect(),
    }
}

/// Builds all functions with cargo, whose own progress and errors go to the terminal.
///
/// # Errors
/// When cargo is missing or the build fails.
pub fn build(root: &Path, profile: Profile) -> Result<Vec<Binary>> {
    let mut command = Command::new("cargo");
    command
        .args(["build", "--locked", "--quiet", "--message-format=json-render-diagnostics"])
        .current_dir(root)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    match profile {
        // All of the workspace, for the features of dependencies are then those of `cargo test
        // --workspace`, and nothing is compiled twice.
        Profile::Dev => command.args(["--workspace", "--bins"]),
        Profile::Release => {
            command.arg("--release").args(FUNCTIONS.iter().flat_map(|name| ["-p", name]))
        }
    };
    // What cargo tells the program it runs must not reach the build scripts of another build.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    let output = command
        .output()
        .context("cargo cannot be started\nnext: install Rust 1.95 with rustup, then run again")?;
    if !output.status.success() {
        bail!(
            "the functions do not build\n\
             next: mend what the compiler says above, or try `cargo build -p {}`",
            FUNCTIONS.join(" -p ")
        );
    }
    executables(&String::from_utf8_lossy(&output.stdout))
}

fn executables(messages: &str) -> Result<Vec<Binary>> {
    let mut found = Vec::new();
    for line in messages.lines() {
        let message: serde_json::Value =
            serde_json::from_str(line).context("reading cargo's messages")?;
        let name = message.pointer("/target/name").and_then(|name| name.as_str());
        let path = message.get("executable").and_then(|path| path.as_str());
        if let (Some(name), Some(path)) = (name, path)
            && FUNCTIONS.contains(&name)
        {
            found.push(Binary { function: name.to_owned(), path: path.into() });
        }
    }
    for function in FUNCTIONS {
        if !found.iter().any(|binary| binary.function == function) {
            bail!("cargo built no binary for function {function}: has it a main.rs?");
        }
    }
    Ok(found)
}

/// How tight a zip is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// As it is: for the local run, where only time counts.
    Stored,
    /// Deflated: what goes to AWS.
    Deflated,
}

/// A packed binary. The name changes with the binary, so a new one is a new object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Name of the function.
    pub function: String,
    /// The zip.
    pub path: PathBuf,
    /// Name of the object it becomes.
    pub object: String,
}

/// Strips and zips a binary into `folder`, unless the zip of exactly this binary is there.
///
/// # Errors
/// When a file cannot be read or written, or `strip` is missing.
pub fn pack(binary: &Binary, folder: &Path, packing: Packing) -> Result<Package> {
    fs::create_dir_all(folder)?;
    let about =
        fs::metadata(&binary.path).with_context(|| format!("reading {}", binary.path.display()))?;
    let changed = about.modified()?.duration_since(UNIX_EPOCH)?.as_nanos();
    let object = format!("{}-{}-{changed}.zip", binary.function, about.len());
    let path = folder.join(&object);
    let package = Package { function: binary.function.clone(), path, object };
    if package.path.exists() {
        return Ok(package);
    }
    let stripped = folder.join(format!("{}.stripped", binary.function));
    let status = Command::new("strip")
        .arg("-o")
        .args([&stripped, &binary.path])
        .status()
        .context("strip cannot be started\nnext: install binutils, then run again")?;
    if !status.success() {
        bail!("strip {}: {status}", binary.path.display());
    }
    zip_bootstrap(&stripped, &package.path, packing)?;
    fs::remove_file(stripped)?;
    Ok(package)
}

fn zip_bootstrap(binary: &Path, target: &Path, packing: Packing) -> Result<()> {
    let (method, level) = match packing {
        Packing::Stored => (CompressionMethod::Stored, None),
        Packing::Deflated => (CompressionMethod::Deflated, Some(9)),
    };
    // Under another name until it is whole: a half-written zip must not pass for a finished one.
    let half = target.with_extension("half");
    let mut zip = ZipWriter::new(fs::File::create(&half)?);
    let options = SimpleFileOptions::default().compression_method(method).unix_permissions(0o755);
    let options = options.compression_level(level);
    zip.start_file("bootstrap", options)?;
    io::copy(&mut fs::File::open(binary)?, &mut zip)?;
    zip.finish()?;
    fs::rename(half, target).context("finishing a zip")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_binaries_are_found_in_what_cargo_says() {
        let line =
            |name: &str| format!(r#"{{"target":{{"name":"{name}"}},"executable":"/t/{name}"}}"#);
        let noise = r#"{"reason":"build-finished","success":true}"#;
        let messages = FUNCTIONS.map(line).join("\n") + "\n" + noise + "\n" + &line("measure");

        let found = executables(&messages).unwrap();

        let names: Vec<&str> = found.iter().map(|binary| binary.function.as_str()).collect();
        assert_eq!(names, FUNCTIONS);
    }

    #[test]
    fn a_build_that_fails_says_what_to_do_next() {
        let empty = tempfile::tempdir().unwrap();
        let fault = build(empty.path(), Profile::Dev).unwrap_err().to_string();
        assert!(fault.contains("do not build\nnext: "), "{fault}");
    }

    #[test]
    fn a_function_without_a_binary_is_named() {
        let fault = executables("").unwrap_err();
        assert!(fault.to_string().contains("inbound_mail"), "{fault}");
    }

    #[test]
    fn a_package_holds_one_executable_file_named_bootstrap() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let zip = folder.path().join("x.zip");
        zip_bootstrap(Path::new("/proc/self/exe"), &zip, Packing::Deflated).unwrap();

        let mut archive = zip::ZipArchive::new(fs::File::open(zip).unwrap()).unwrap();

        assert_eq!(archive.len(), 1);
        let file = archive.by_index(0).unwrap();
        assert_eq!(file.name().unwrap(), "bootstrap");
        assert_eq!(fs::Permissions::from_mode(file.unix_mode().unwrap()).mode() & 0o777, 0o755);
    }
}
