//! HTTP/1.1 on loopback, as much of it as the SDK speaks: one request after another on a connection,
//! each with its length.

use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use http::{Method, StatusCode};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

use super::{Desk, calls};

/// Connections served at once; the next one waits.
const CONNECTIONS_MAX: usize = 64;
/// A mail of 40 MB in base64, and the JSON around it.
const BODY_BYTES_MAX: usize = 64 << 20;
const LINE_BYTES_MAX: u64 = 16 << 10;

/// One request.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Its method.
    pub method: Method,
    /// Path and query as they came.
    pub target: String,
    /// Its body.
    pub body: Bytes,
}

/// What it is answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// JSON with a status.
    Json(StatusCode, Value),
    /// An error of SES: status, code and message.
    Error(StatusCode, &'static str, String),
    /// Nothing: the connection breaks, as where an answer is lost.
    HangUp,
}

impl Said {
    /// What went well.
    #[must_use]
    pub fn ok(body: Value) -> Self {
        Self::Json(StatusCode::OK, body)
    }
}

/// A free port of 127.0.0.1.
///
/// # Errors
/// When there is none.
pub async fn bind() -> Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("opening the door of the local SES")
}

/// Serves connections until it is dropped.
pub async fn serve(listener: TcpListener, desk: Arc<Desk>) {
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else { continue };
        let desk = Arc::clone(&desk);
        tokio::spawn(async move {
            // A client that hangs up in the middle has only itself to tell.
            let _ = converse(stream, &desk).await;
            drop(place);
        });
    }
}

async fn converse(stream: TcpStream, desk: &Arc<Desk>) -> Result<()> {
    stream.set_nodelay(true)?;
    let (read_half, mut client) = stream.into_split();
    let mut lines = BufReader::new(read_half);
    while let Some(asked) = read_request(&mut lines).await? {
        let text = match calls::answer(desk, asked).await {
            Said::HangUp => return Ok(()),
            Said::Json(status, body) => written(status, "", &body.to_string()),
            Said::Error(status, code, message) => {
                let body = serde_json::json!({"message": message}).to_string();
                written(status, &format!("x-amzn-errortype: {code}\r\n"), &body)
            }
        };
        client.write_all(text.as_bytes()).await?;
    }
    Ok(())
}

fn written(status: StatusCode, header: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{header}content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

async fn read_request(lines: &mut BufReader<impl AsyncRead + Unpin>) -> Result<Option<Asked>> {
    let Some(line) = read_line(lines).await? else { return Ok(None) };
    let mut words = line.split(' ');
    let method = Method::from_bytes(words.next().unwrap_or_default().as_bytes())?;
    let target = words.next().context("a request without target")?.to_owned();
    let mut length = 0_usize;
    loop {
        let header = read_line(lines).await?.context("a cut request")?;
        let Some((name, value)) = header.split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().context("the length of a request")?;
        }
        ensure!(!name.eq_ignore_ascii_case("transfer-encoding"), "a body without length");
    }
    ensure!(length <= BODY_BYTES_MAX, "a body of {length} bytes");
    let mut body = vec![0; length];
    lines.read_exact(&mut body).await?;
    Ok(Some(Asked { method, target, body: body.into() }))
}

/// A line without its end; none where the client has hung up.
async fn read_line(lines: &mut BufReader<impl AsyncRead + Unpin>) -> Result<Option<String>> {
    let mut line = Vec::new();
    if (&mut *lines).take(LINE_BYTES_MAX).read_until(b'\n', &mut line).await? == 0 {
        return Ok(None);
    }
    ensure!(line.ends_with(b"\n"), "a line too long or cut");
    Ok(Some(String::from_utf8_lossy(&line).trim_end().to_owned()))
}
