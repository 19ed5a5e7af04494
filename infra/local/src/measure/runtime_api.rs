//! A Lambda Runtime API of our own (AWS Lambda Developer Guide, "Using the Lambda runtime API"), for one
//! process and one event at a time.

use std::{
    collections::BTreeMap,
    fs,
    net::Ipv4Addr,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
    time::timeout,
};

use crate::aws_calls::REGION;

/// Longest wait for a function to do anything.
const PATIENCE: Duration = Duration::from_secs(120);
const BASE: &str = "/2018-06-01/runtime";

/// What the process asked, and how it is answered.
struct Asked {
    line: String,
    body: Vec<u8>,
    answer: oneshot::Sender<String>,
}

/// A function's process under our Runtime API; dropping it ends the process.
pub struct Runtime {
    child: Child,
    asked: mpsc::Receiver<Asked>,
    /// The poll that waits for an event.
    poll: Option<oneshot::Sender<String>>,
    first_poll: Duration,
    events: u32,
}

impl Runtime {
    /// Starts the process and waits for its first poll.
    ///
    /// # Errors
    /// When it ends, reports an error of its start, or does not poll in time.
    pub async fn start(binary: &Path, environment: &BTreeMap<String, String>) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (tell, asked) = mpsc::channel(8);
        tokio::spawn(serve(listener, tell));
        let mut command = Command::new(binary);
        command
            .env_clear()
            .envs([("AWS_ACCESS_KEY_ID", "local"), ("AWS_SECRET_ACCESS_KEY", "local")])
            .envs([("AWS_REGION", REGION), ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")])
            .envs([("AWS_LAMBDA_FUNCTION_NAME", "measured"), ("_HANDLER", "bootstrap")])
            .envs([("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512")])
            .env("AWS_LAMBDA_RUNTIME_API", address.to_string())
            .envs(environment)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let started = Instant::now();
        let child = command.spawn().with_context(|| format!("starting {}", binary.display()))?;
        let mut runtime = Self { child, asked, poll: None, first_poll: Duration::ZERO, events: 0 };
        runtime.wait_for_poll().await.context("waiting for the first poll")?;
        runtime.first_poll = started.elapsed();
        Ok(runtime)
    }

    /// From the spawn of the process to its first poll for work.
    #[must_use]
    pub fn first_poll(&self) -> Duration {
        self.first_poll
    }

    /// Gives the process an event; answers what it said, be it an error, and how long it took.
    ///
    /// # Errors
    /// When it ends, or takes too long.
    pub async fn invoke(&mut self, event: &Value) -> Result<(Value, Duration)> {
        self.events += 1;
        let poll = self.poll.take().context("the function does not poll")?;
        let started = Instant::now();
        if poll.send(event_answer(self.events, event)?).is_err() {
            bail!("the function hung up");
        }
        let asked = self.next().await?;
        let took = started.elapsed();
        let body = String::from_utf8_lossy(&asked.body).into_owned();
        if !asked.line.contains("/response") && !asked.line.contains("/error") {
            bail!("the function says neither answer nor error: {} {body}", asked.line);
        }
        let _ = asked.answer.send(empty_answer());
        self.wait_for_poll().await?;
        Ok((serde_json::from_str(&body).unwrap_or(Value::String(body)), took))
    }

    /// Most memory the process ever held, in bytes.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn peak_bytes(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find(|line| line.starts_with("VmHWM:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().nth(1));
        let kilobytes: u64 = kilobytes.context("a process without memory")?.parse()?;
        Ok(kilobytes.saturating_mul(1024))
    }

    async fn wait_for_poll(&mut self) -> Result<()> {
        let asked = self.next().await?;
        if !asked.line.contains("/invocation/next") {
            bail!("the function failed: {}", String::from_utf8_lossy(&asked.body));
        }
        self.poll = Some(asked.answer);
        Ok(())
    }

    async fn next(&mut self) -> Result<Asked> {
        let asked = timeout(PATIENCE, self.asked.recv()).await;
        asked.context("the function says nothing")?.context("the Runtime API ended")
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn event_answer(number: u32, event: &Value) -> Result<String> {
    let body = event.to_string();
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH)? + PATIENCE;
    Ok(format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\
         lambda-runtime-aws-request-id: 00000000-0000-4000-8000-{number:012}\r\n\
         lambda-runtime-deadline-ms: {}\r\n\
         lambda-runtime-invoked-function-arn: arn:aws:lambda:{REGION}:000000000000:function:m\r\n\
         lambda-runtime-trace-id: Root=1-00000000-000000000000000000000000\r\n\
         content-length: {}\r\n\r\n{body}",
        deadline.as_millis(),
        body.len()
    ))
}

fn empty_answer() -> String {
    "HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n".to_owned()
}

async fn serve(listener: TcpListener, tell: mpsc::Sender<Asked>) {
    while let Ok((stream, _)) = listener.accept().await {
        let tell = tell.clone();
        tokio::spawn(async move {
            // The end of the process ends its connections too.
            let _ = converse(stream, tell).await;
        });
    }
}

async fn converse(stream: TcpStream, tell: mpsc::Sender<Asked>) -> Result<()> {
    stream.set_nodelay(true)?;
    let (read_half, mut write_half) = stream.into_split();
    let mut lines = BufReader::new(read_half);
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let mut length = 0_usize;
        loop {
            let mut header = String::new();
            lines.read_line(&mut header).await?;
            let Some((name, value)) = header.split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse()?;
            }
            anyhow::ensure!(
                !name.eq_ignore_ascii_case("transfer-encoding"),
                "a streamed answer is not measured here"
            );
        }
        let mut body = vec![0; length];
        lines.read_exact(&mut body).await?;
        let line = line.trim().replace(BASE, "");
        let (answer, answered) = oneshot::channel();
        tell.send(Asked { line, body, answer }).await?;
        write_half.write_all(answered.await?.as_bytes()).await?;
    }
}
