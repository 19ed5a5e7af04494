//! `cargo measure`: size, start, invokes and memory of each function.

use std::{io::Write as _, process::ExitCode};

#[tokio::main]
async fn main() -> ExitCode {
    match local::measure::run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            let _ = writeln!(std::io::stderr(), "error: {fault:#}");
            ExitCode::FAILURE
        }
    }
}
