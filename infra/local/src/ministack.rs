//! The local cloud as a child process.
//!
//! It binds all interfaces unless told otherwise, so every setting that opens a port is given here.
//! It writes its state on SIGTERM only: closing its standard input has its launcher send one, which
//! works on a normal stop, a panic and a kill of this process alike.

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use http::Method;

use crate::{
    aws_calls::{ACCESS_KEY, REGION},
    http_client::HttpClient,
};

const LAUNCHER: &str = include_str!("launch_cloud.py");
/// It starts in half a second on a quiet machine.
const HEALTH_POLLS_MAX: u32 = 1_200;
const POLL_GAP: Duration = Duration::from_millis(100);
/// Writing the state takes well under a second; functions get 5 s to end.
const STOP_POLLS_MAX: u32 = 600;
/// Written while it runs; still there at start means the last run was killed before it could save.
const RUNNING_MARK: &str = "running";

/// A running local cloud; dropping it stops it and waits until its state is written.
#[derive(Debug)]
pub struct Ministack {
    child: Child,
    state_dir: std::path::PathBuf,
    endpoint: String,
}

impl Ministack {
    /// Starts it with the Python of `bin`, on `port` of 127.0.0.1, and waits until it answers. Functions
    /// find SES at `ses_endpoint`.
    ///
    /// # Errors
    /// When the port is taken or the process ends at once; the message says what to do next.
    pub async fn start(
        bin: &Path,
        state_dir: &Path,
        port: u16,
        ses_endpoint: &str,
    ) -> Result<Self> {
        let child = spawn(bin, state_dir, port, ses_endpoint)?;
        let endpoint = format!("http://127.0.0.1:{port}");
        let mut cloud = Self { child, state_dir: state_dir.to_owned(), endpoint };
        cloud.wait_for_health().await?;
        Ok(cloud)
    }

    /// Base URL of all its services.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    async fn wait_for_health(&mut self) -> Result<()> {
        let http = HttpClient::default();
        let url = format!("{}/_ministack/health", self.endpoint);
        for _ in 0..HEALTH_POLLS_MAX {
            if let Some(status) = self.child.try_wait()? {
                bail!("the local cloud ended at once ({status})\n{}", self.log_tail());
            }
            let answer = http.send(Method::GET, &url, &[], bytes::Bytes::new()).await;
            if answer.is_ok_and(|answer| answer.status.is_success()) {
                return Ok(());
            }
            tokio::time::sleep(POLL_GAP).await;
        }
        bail!("the local cloud does not answer\n{}", self.log_tail())
    }

    fn log_tail(&self) -> String {
        let path = self.state_dir.join("cloud.log");
        let log = fs::read_to_string(&path).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        let tail = lines.get(lines.len().saturating_sub(8)..).unwrap_or_default().join("\n");
        format!("{tail}\nnext: see {}", path.display())
    }

    fn stop(&mut self) {
        drop(self.child.stdin.take());
        for _ in 0..STOP_POLLS_MAX {
            match self.child.try_wait() {
                Ok(None) => std::thread::sleep(POLL_GAP),
                Ok(Some(_)) => {
                    let _ = fs::remove_file(self.state_dir.join(RUNNING_MARK));
                    return;
                }
                Err(_) => break,
            }
        }
        // It ignores us: its state is lost, and the mark left behind says so at the next start.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Ministack {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Whether the last run in this folder ended without writing its state.
#[must_use]
pub fn was_killed(state_dir: &Path) -> bool {
    state_dir.join(RUNNING_MARK).exists()
}

/// A port of 127.0.0.1: the wanted one when it is free, any free one for 0.
///
/// # Errors
/// When the wanted port is taken.
pub fn free_port(wanted: u16, option: &str) -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, wanted)).with_context(|| {
        format!(
            "port {wanted} of 127.0.0.1 is taken\n\
             next: stop what uses it (perhaps another `cargo local up`), or give another one with \
             {option}"
        )
    })?;
    Ok(listener.local_addr()?.port())
}

fn spawn(bin: &Path, state_dir: &Path, port: u16, ses_endpoint: &str) -> Result<Child> {
    for folder in ["state", "objects", "tmp"] {
        fs::create_dir_all(state_dir.join(folder)).context("making the state folder")?;
    }
    fs::write(state_dir.join(RUNNING_MARK), "").context("writing the state folder")?;
    let log = fs::File::create(state_dir.join("cloud.log")).context("opening the cloud's log")?;
    let endpoint = format!("http://127.0.0.1:{port}");
    Command::new(bin.join("python"))
        .args(["-c", LAUNCHER])
        // The functions inherit all of this environment, so it holds nothing of the caller's.
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("HOME", state_dir)
        .env("TMPDIR", state_dir.join("tmp"))
        .envs([("BIND_HOST", "127.0.0.1"), ("MINISTACK_HOST", "127.0.0.1")])
        .envs([("GATEWAY_PORT", port.to_string())])
        .envs([("IOT_MTLS_ENABLED", "0"), ("SFTP_ENABLED", "0"), ("LAMBDA_EXECUTOR", "local")])
        .envs([("PERSIST_STATE", "1"), ("S3_PERSIST", "1")])
        .env("STATE_DIR", state_dir.join("state"))
        .env("S3_DATA_DIR", state_dir.join("objects"))
        .env("AWS_ENDPOINT_URL", endpoint)
        // Its own SES publishes no events and keeps no mail.
        .env("AWS_ENDPOINT_URL_SESV2", ses_endpoint)
        // IAM policies are in force: a function holds the rights of its role alone, so that one it
        // lacks is found here and not after the deploy.
        .env("AUTH", "true")
        .envs([("AWS_ACCESS_KEY_ID", ACCESS_KEY), ("AWS_SECRET_ACCESS_KEY", ACCESS_KEY)])
        .envs([
            ("AWS_REGION", REGION),
            ("AWS_DEFAULT_REGION", REGION),
            ("MINISTACK_REGION", REGION),
        ])
        .stdin(Stdio::piped())
        .stdout(log.try_clone().context("opening the cloud's log")?)
        .stderr(log)
        // Ctrl-C in a terminal goes to the whole group; the cloud is to be stopped by us alone.
        .process_group(0)
        .spawn()
        .context("starting the local cloud")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_told_with_the_option_to_change_it() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let fault = format!("{:#}", free_port(port, "--port").unwrap_err());
        assert!(fault.contains(&format!("port {port} of 127.0.0.1 is taken")), "{fault}");
        assert!(fault.contains("next: ") && fault.contains("--port"), "{fault}");
    }

    #[test]
    fn port_zero_takes_a_free_one() {
        assert_ne!(free_port(0, "--port").unwrap(), 0);
    }
}
