//! The SMTP door on loopback: mail of any client takes the path a mail takes through SES.

use std::{net::Ipv4Addr, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use bytes::Bytes;
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::timeout,
};

use crate::{
    receiving::{MAIL_BYTES_MAX, ReceiptRule, ReceivedMail},
    smtp_session::{Session, Step, too_large},
};

/// Connections served at once; the next one waits.
const CONNECTIONS_MAX: usize = 64;
/// RFC 5321 section 4.5.3.2.7: a server waits at least 5 minutes for the next command.
const IDLE_SECONDS_MAX: u64 = 300;
/// RFC 5321 section 4.5.3.1.4 asks for 512; extensions need more.
const COMMAND_BYTES_MAX: u64 = 4096;

/// Opens the door on `port` of 127.0.0.1; 0 takes a free one.
///
/// # Errors
/// When the port is taken.
pub async fn bind(port: u16) -> Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.with_context(|| {
        format!(
            "SMTP port {port} of 127.0.0.1 is taken\nnext: stop what uses it, or give another one \
             with --smtp-port"
        )
    })
}

/// Serves connections until it is dropped.
pub async fn serve(listener: TcpListener, domain: String, rule: ReceiptRule) {
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
        let Ok((stream, _)) = listener.accept().await else { continue };
        let (session, rule) = (Session::new(domain.clone()), rule.clone());
        tokio::spawn(async move {
            // A client that hangs up in the middle has only itself to tell.
            let _ = converse(stream, session, &rule).await;
            drop(place);
        });
    }
}

async fn converse(stream: TcpStream, mut session: Session, rule: &ReceiptRule) -> Result<()> {
    let (read_half, mut client) = stream.into_split();
    let mut lines = BufReader::new(read_half);
    say(&mut client, &session.greeting()).await?;
    loop {
        let idle = Duration::from_secs(IDLE_SECONDS_MAX);
        let line = match timeout(idle, read_command(&mut lines)).await {
            Err(_) => return say(&mut client, "421 4.4.2 Idle too long").await,
            Ok(line) => match line? {
                Some(line) => line,
                None => return Ok(()),
            },
        };
        match session.command(&line) {
            Step::Reply(text) => say(&mut client, &text).await?,
            Step::Close(text) => return say(&mut client, &text).await,
            Step::ReadMail(text) => {
                say(&mut client, &text).await?;
                let raw = timeout(idle, read_mail(&mut lines)).await??;
                let reply = deliver(session.take_envelope(), raw, rule).await;
                say(&mut client, &reply).await?;
            }
        }
    }
}

async fn deliver(
    envelope: crate::smtp_session::Envelope,
    raw: Option<Bytes>,
    rule: &ReceiptRule,
) -> String {
    let Some(raw) = raw else { return too_large() };
    let sender = envelope.sender.unwrap_or_default();
    match rule.take(&ReceivedMail { sender, recipients: envelope.recipients, raw }).await {
        Ok(key) => format!("250 2.6.0 Ok {}", key.trim_start_matches("inbound/")),
        Err(_) => "451 4.3.0 The local cloud did not take the mail, try again".to_owned(),
    }
}

async fn say(client: &mut (impl AsyncWrite + Unpin), text: &str) -> Result<()> {
    client.write_all(format!("{text}\r\n").as_bytes()).await?;
    Ok(())
}

/// One command line without its end; `None` when the client has hung up.
async fn read_command(lines: &mut (impl AsyncBufRead + Unpin)) -> Result<Option<String>> {
    let mut line = Vec::new();
    let read = lines.take(COMMAND_BYTES_MAX).read_until(b'\n', &mut line).await?;
    if read == 0 {
        return Ok(None);
    }
    anyhow::ensure!(line.ends_with(b"\n"), "command line too long or cut");
    let text = String::from_utf8_lossy(&line);
    Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
}

/// The mail up to the lone dot, with dots unstuffed (RFC 5321 section 4.5.2); `None` when it is too
/// large, of which the rest is read and dropped so that the conversation can go on.
async fn read_mail(lines: &mut (impl AsyncBufRead + Unpin)) -> Result<Option<Bytes>> {
    let mut raw = Vec::new();
    let mut too_large = false;
    let mut line = Vec::new();
    let mut at_line_start = true;
    loop {
        line.clear();
        // A line without end is taken in pieces, so that memory stays bounded.
        let read = (&mut *lines).take(1 << 16).read_until(b'\n', &mut line).await?;
        anyhow::ensure!(read > 0, "the client hung up within a mail");
        if at_line_start && (line == b".\r\n" || line == b".\n") {
            return Ok((!too_large).then(|| raw.into()));
        }
        let text = if at_line_start { line.strip_prefix(b".").unwrap_or(&line) } else { &line };
        at_line_start = line.ends_with(b"\n");
        if raw.len().saturating_add(text.len()) > MAIL_BYTES_MAX {
            too_large = true;
            raw = Vec::new();
        }
        if !too_large {
            raw.extend_from_slice(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn mail_of(data: &[u8]) -> Result<Option<Bytes>> {
        read_mail(&mut BufReader::new(data)).await
    }

    #[tokio::test]
    async fn stuffed_dots_are_undone_and_the_lone_dot_ends_the_mail() {
        let raw = mail_of(b"a\r\n..b\r\n.c\r\n\r\n.\r\nQUIT\r\n").await.unwrap().unwrap();
        assert_eq!(raw, "a\r\n.b\r\nc\r\n\r\n");
    }

    #[tokio::test]
    async fn a_dot_in_a_piece_of_a_long_line_is_kept() {
        let long = "x".repeat(1 << 16);
        let raw = mail_of(format!("{long}.\r\n.\r\n").as_bytes()).await.unwrap().unwrap();
        assert_eq!(raw, format!("{long}.\r\n"));
    }

    #[tokio::test]
    async fn a_mail_over_the_bound_is_read_to_its_end_but_not_kept() {
        let line = [vec![b'x'; (1 << 16) - 2], b"\r\n".to_vec()].concat();
        let mut data = line.repeat(MAIL_BYTES_MAX / line.len() + 1);
        data.extend_from_slice(b".\r\nNOOP\r\n");
        let mut lines = BufReader::new(data.as_slice());
        assert!(read_mail(&mut lines).await.unwrap().is_none());
        assert_eq!(read_command(&mut lines).await.unwrap().as_deref(), Some("NOOP"));
    }

    #[tokio::test]
    async fn a_cut_mail_is_no_mail() {
        assert!(mail_of(b"Subject: x\r\n\r\nhal").await.is_err());
    }

    #[tokio::test]
    async fn a_command_without_end_is_refused() {
        let endless = vec![b'x'; 10_000];
        assert!(read_command(&mut BufReader::new(endless.as_slice())).await.is_err());
    }
}
