//! The raw mails of the simulation.

/// A raw mail in the making.
pub struct Draft {
    id: String,
    from: String,
    to: String,
    subject: String,
    references: Vec<String>,
    text: String,
}

impl Draft {
    pub fn new(id: &str, from: &str, to: &str) -> Self {
        Self {
            id: format!("{id}@mail.example.com"),
            from: from.to_owned(),
            to: to.to_owned(),
            subject: format!("About {id}"),
            references: Vec::new(),
            text: format!("Good morning,\r\n\r\nthis is the text of {id}.\r\n"),
        }
    }

    /// As an answer to these ids, the oldest first.
    pub fn answering(mut self, ids: &[&str]) -> Self {
        self.references = ids.iter().map(|id| format!("<{id}@mail.example.com>")).collect();
        self
    }

    pub fn text(mut self, text: &str) -> Self {
        text.clone_into(&mut self.text);
        self
    }

    /// The octets, as received by a server that adds this trace header.
    pub fn raw(&self, trace: &str) -> Vec<u8> {
        let Self { id, from, to, subject, references, text } = self;
        let mut raw = format!(
            "Received: by mx.example.net with ESMTP id {trace}; Sun, 22 Nov 2026 09:00:00 +0000\r\n\
             Message-ID: <{id}>\r\nDate: Sun, 22 Nov 2026 08:59:00 +0000\r\n\
             From: <{from}>\r\nTo: <{to}>\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n"
        );
        if let Some(parent) = references.last() {
            raw.push_str(&format!("In-Reply-To: {parent}\r\n"));
            raw.push_str(&format!("References: {}\r\n", references.join("\r\n ")));
        }
        raw.push_str("Content-Type: multipart/mixed; boundary=cut\r\n\r\n--cut\r\n");
        raw.push_str(&format!("Content-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"));
        raw.push_str("--cut\r\nContent-Type: application/pdf; name=\"offer.pdf\"\r\n");
        raw.push_str("Content-Disposition: attachment; filename=\"offer.pdf\"\r\n");
        raw.push_str("Content-Transfer-Encoding: base64\r\n\r\nJVBERi0xLjQK\r\n--cut--\r\n");
        raw.into_bytes()
    }
}
