//! `cargo local`: the whole system on this machine.

use std::{io::Write as _, process::ExitCode};

use local::{commands, fault_text, run};

#[tokio::main]
async fn main() -> ExitCode {
    let command = match commands::parse(std::env::args().skip(1)) {
        Ok(command) => command,
        Err(fault) => {
            let _ = writeln!(std::io::stderr(), "{fault}\n\n{}", commands::HELP);
            return ExitCode::from(2);
        }
    };
    match run::run(command).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            let _ = writeln!(std::io::stderr(), "{}", fault_text::told(&fault));
            ExitCode::FAILURE
        }
    }
}
