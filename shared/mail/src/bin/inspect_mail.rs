//! Shows what Mailroom understands of mails: `inspect_mail [--as mail|reply|bounces] PATH...`.
//!
//! Files and folders give JSON lines in path order. On a terminal, without `--as`, a summary for
//! a person.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use mail::inspect::{self, View};

const USAGE: &str = "usage: inspect_mail [--as mail|reply|bounces] PATH...";

fn main() -> ExitCode {
    match run(std::env::args().skip(1).collect()) {
        Ok(()) => ExitCode::SUCCESS,
        // A reader that closed the pipe has seen enough.
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(e) => {
            let _ = writeln!(io::stderr(), "inspect_mail: {e}");
            ExitCode::from(2)
        }
    }
}

fn run(args: Vec<String>) -> io::Result<()> {
    let usage = || io::Error::new(io::ErrorKind::InvalidInput, USAGE);
    let mut view = if io::stdout().is_terminal() { View::Summary } else { View::Mail };
    let mut paths = Vec::new();
    let mut args = args.into_iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--as" => view = args.next().and_then(|v| view_of(&v)).ok_or_else(usage)?,
            "-h" | "--help" => return writeln!(io::stdout(), "{USAGE}"),
            _ => paths.push(PathBuf::from(arg)),
        }
    }
    if paths.is_empty() {
        return Err(usage());
    }
    let mut out = io::BufWriter::new(io::stdout().lock());
    for path in inspect::files(&paths, view)? {
        let raw = std::fs::read(&path)?;
        for line in view.lines(&inspect::file_name(&path), &raw) {
            writeln!(out, "{line}")?;
        }
    }
    out.flush()
}

fn view_of(name: &str) -> Option<View> {
    match name {
        "mail" => Some(View::Mail),
        "reply" => Some(View::Reply),
        "bounces" => Some(View::Bounces),
        _ => None,
    }
}
