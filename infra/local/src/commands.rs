//! What a person can ask of `cargo local`, read from the command line.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};

/// Shown for `cargo local help` and after a command that is none.
pub const HELP: &str = "\
The whole system on this machine: local cloud, real template, real functions.

  cargo local up [--exit] [--fresh] [--port N] [--smtp-port N]
      Sets up what is missing, starts, deploys, feeds the sample mails, shows a
      timeline, and keeps running until Ctrl-C. State is kept for the next start.
      --exit        end after the summary
      --fresh       forget what earlier runs kept
      --port N      port of the local cloud and the API (4700)
      --smtp-port N port that takes mail over SMTP (2525)
  cargo local send [--to ADDRESS]... FILE...
      Feeds mail files to the running system, as SES would.
  cargo local status
      Queues, outcomes and alarms of the running system.";

/// One command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Start.
    Up(Up),
    /// Feed mails to what runs.
    Send(Send),
    /// Show what runs.
    Status,
    /// Show how to use it.
    Help,
}

/// How to start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Up {
    /// End after the summary.
    pub exit: bool,
    /// Forget what earlier runs kept.
    pub fresh: bool,
    /// Port of the local cloud, where not the usual one.
    pub port: Option<u16>,
    /// SMTP port, where not the usual one.
    pub smtp_port: Option<u16>,
}

/// What to feed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Send {
    /// Envelope recipients; none takes them from the mail.
    pub recipients: Vec<String>,
    /// Mail files; at least one.
    pub files: Vec<PathBuf>,
}

/// Reads the arguments after the program's name.
///
/// # Errors
/// When they are no command; the message holds what is wrong.
pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Command> {
    let mut arguments = arguments.into_iter();
    match arguments.next().as_deref() {
        Some("up") => up(arguments).map(Command::Up),
        Some("send") => send(arguments).map(Command::Send),
        Some("status") => match arguments.next() {
            None => Ok(Command::Status),
            Some(other) => bail!("status takes no {other}"),
        },
        None | Some("help" | "--help" | "-h") => Ok(Command::Help),
        Some(other) => bail!("there is no command {other}"),
    }
}

fn up(mut arguments: impl Iterator<Item = String>) -> Result<Up> {
    let mut up = Up::default();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--exit" => up.exit = true,
            "--fresh" => up.fresh = true,
            "--port" => up.port = Some(port(arguments.next(), "--port")?),
            "--smtp-port" => up.smtp_port = Some(port(arguments.next(), "--smtp-port")?),
            other => bail!("up takes no {other}"),
        }
    }
    Ok(up)
}

fn send(mut arguments: impl Iterator<Item = String>) -> Result<Send> {
    let mut send = Send::default();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--to" => send.recipients.push(arguments.next().context("--to needs an address")?),
            option if option.starts_with("--") => bail!("send takes no {option}"),
            file => send.files.push(file.into()),
        }
    }
    if send.files.is_empty() {
        bail!("send needs at least one mail file");
    }
    Ok(send)
}

fn port(value: Option<String>, option: &str) -> Result<u16> {
    let text = value.with_context(|| format!("{option} needs a port"))?;
    match text.parse() {
        Ok(0) | Err(_) => bail!("{option} needs a port from 1 to 65535, not {text}"),
        Ok(port) => Ok(port),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn each_command_is_read_with_its_options() {
        assert_eq!(parsed("up").unwrap(), Command::Up(Up::default()));
        let all = Up { exit: true, fresh: true, port: Some(4800), smtp_port: Some(2600) };
        assert_eq!(
            parsed("up --exit --fresh --port 4800 --smtp-port 2600").unwrap(),
            Command::Up(all)
        );
        let send = Send { recipients: vec!["a@b.example".into()], files: vec!["x.eml".into()] };
        assert_eq!(parsed("send --to a@b.example x.eml").unwrap(), Command::Send(send));
        assert_eq!(parsed("status").unwrap(), Command::Status);
        assert_eq!(parsed("").unwrap(), Command::Help);
    }

    #[test]
    fn what_is_no_command_is_said() {
        for (line, word) in [
            ("down", "down"),
            ("up --now", "--now"),
            ("up --port", "--port"),
            ("up --port 0", "65535"),
            ("up --port 70000", "65535"),
            ("send", "file"),
            ("send --cc x", "--cc"),
            ("send --to", "--to"),
            ("status now", "now"),
        ] {
            let fault = parsed(line).unwrap_err().to_string();
            assert!(fault.contains(word), "{line}: {fault}");
        }
    }
}
