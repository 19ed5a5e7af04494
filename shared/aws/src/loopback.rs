//! A server on loopback that answers as a test tells it: what an adapter makes of a cloud's answers.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::cloud::Cloud;

/// One answer.
pub enum Answer {
    /// A status and a JSON or XML body.
    Text(u16, String),
    /// A broken connection, after the request was read.
    HangUp,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Request line and header fields, lower-case.
    pub head: String,
    /// The body.
    pub body: String,
}

/// The server, and what it was asked.
pub struct Loopback {
    /// A cloud that lives there.
    pub cloud: Cloud,
    /// Where it is.
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Loopback {
    /// Starts it. A call beyond the last answer gets a status 418.
    pub async fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let cloud = Cloud::at(&url);
        let answers: Arc<Mutex<VecDeque<Answer>>> =
            Arc::new(Mutex::new(answers.into_iter().collect()));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = asked.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, answers.clone(), log.clone()));
            }
        });
        Self { cloud, url, asked }
    }

    /// What it was asked, in order.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

/// An error as the JSON services write it.
pub fn json_error(status: u16, code: &str, message: &str) -> Answer {
    Answer::Text(status, format!(r#"{{"__type":"com.amazon#{code}","message":"{message}"}}"#))
}

/// An error as S3 writes it.
pub fn xml_error(status: u16, code: &str) -> Answer {
    Answer::Text(status, format!("<Error><Code>{code}</Code><Message>no</Message></Error>"))
}

async fn serve(
    mut stream: TcpStream,
    answers: Arc<Mutex<VecDeque<Answer>>>,
    log: Arc<Mutex<Vec<Asked>>>,
) {
    while let Some(asked) = read_request(&mut stream).await {
        log.lock().unwrap().push(asked);
        let answer = answers.lock().unwrap().pop_front();
        let (status, body) = match answer {
            Some(Answer::Text(status, body)) => (status, body),
            Some(Answer::HangUp) => return,
            None => (418, String::new()),
        };
        let length = body.len();
        let text = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n\r\n{body}");
        if stream.write_all(text.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<Asked> {
    let mut octets = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&octets).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Some(Asked { head, body: body.to_owned() });
            }
        }
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => octets.extend_from_slice(&buffer[..read]),
        }
    }
}
