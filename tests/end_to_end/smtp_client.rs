//! An ordinary SMTP client: the one of Python's standard library.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

const SCRIPT: &str = "
import smtplib, sys
port, sender, *recipients = sys.argv[1:]
with smtplib.SMTP('127.0.0.1', int(port)) as server:
    refused = server.sendmail(sender, recipients, sys.stdin.buffer.read())
    print(sorted(refused))
";

/// Sends one mail; answers the refused recipients, or the refusal of all of it, as the client prints it.
pub fn send(port: u16, sender: &str, recipients: &[&str], mail: &[u8]) -> Result<String, String> {
    let mut child = Command::new("python3")
        .args(["-c", SCRIPT, &port.to_string(), sender])
        .args(recipients)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(mail).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}
