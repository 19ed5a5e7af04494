//! Lines that tell a person what is going on while it takes long.

use std::io::Write as _;

/// Where progress lines go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// To standard error, so that results on standard output stay clean.
    Shown,
    /// Nowhere, as in tests.
    Silent,
}

impl Progress {
    /// Tells what begins now.
    pub fn step(self, text: &str) {
        if self == Self::Shown {
            // A closed standard error is no reason to stop.
            let _ = writeln!(std::io::stderr(), "  {text}");
        }
    }
}

/// Writes a line of a result to standard output.
pub fn say(line: &str) {
    // A reader who has gone, as `head` does, is no fault of ours.
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// Writes what went wrong beside the work that goes on to standard error.
pub fn complain(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}
