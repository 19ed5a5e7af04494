//! Raw mails in the making.

/// A mail with a text and, if wanted, a file.
#[derive(Clone, Debug)]
pub struct Draft {
    id: String,
    from: String,
    to: String,
    cc: Option<String>,
    subject: String,
    date: String,
    references: Vec<String>,
    more_fields: String,
    text: String,
    files: Vec<(String, Vec<u8>)>,
    calendar: Option<(String, String)>,
}

impl Draft {
    /// A plain mail; `id` makes the Message-ID, the subject and the text.
    pub fn new(id: &str, from: &str, to: &str) -> Self {
        Self {
            id: format!("{id}@mail.example.com"),
            from: from.to_owned(),
            to: to.to_owned(),
            cc: None,
            subject: format!("About {id}"),
            date: "Sun, 22 Nov 2026 08:59:00 +0000".to_owned(),
            references: Vec::new(),
            more_fields: String::new(),
            text: format!("Good morning,\r\n\r\nthis is the text of {id}.\r\n"),
            files: Vec::new(),
            calendar: None,
        }
    }

    /// As an answer to the mails of these ids, the oldest first.
    pub fn answering(mut self, ids: &[&str]) -> Self {
        self.references = ids.iter().map(|id| format!("<{id}@mail.example.com>")).collect();
        self
    }

    /// With copies to these addresses.
    pub fn cc(mut self, cc: &str) -> Self {
        self.cc = Some(cc.to_owned());
        self
    }

    /// About something else.
    pub fn subject(mut self, subject: &str) -> Self {
        subject.clone_into(&mut self.subject);
        self
    }

    /// Written at another time, as the Date field says it.
    pub fn date(mut self, date: &str) -> Self {
        date.clone_into(&mut self.date);
        self
    }

    /// With one more header field, given as a whole line.
    pub fn field(mut self, line: &str) -> Self {
        self.more_fields.push_str(line);
        self.more_fields.push_str("\r\n");
        self
    }

    /// With another text.
    pub fn text(mut self, text: &str) -> Self {
        text.clone_into(&mut self.text);
        self
    }

    /// With a file.
    pub fn file(mut self, name: &str, octets: &[u8]) -> Self {
        self.files.push((name.to_owned(), octets.to_owned()));
        self
    }

    /// As a calendar mail: nothing but iCalendar text of that method.
    pub fn calendar(mut self, method: &str, text: &str) -> Self {
        self.calendar = Some((method.to_owned(), text.to_owned()));
        self
    }

    /// The octets, as a server received them that adds this trace header field's id.
    pub fn raw(&self, trace: &str) -> Vec<u8> {
        let Self { id, from, to, subject, date, references, more_fields, .. } = self;
        let mut raw = format!(
            "Received: by mx.example.net with ESMTP id {trace}; Sun, 22 Nov 2026 09:00:00 +0000\r\n\
             Message-ID: <{id}>\r\nDate: {date}\r\nFrom: {from}\r\nTo: {to}\r\n\
             Subject: {subject}\r\nMIME-Version: 1.0\r\n{more_fields}"
        );
        if let Some(cc) = &self.cc {
            raw.push_str(&format!("Cc: {cc}\r\n"));
        }
        if let Some(parent) = references.last() {
            raw.push_str(&format!("In-Reply-To: {parent}\r\n"));
            raw.push_str(&format!("References: {}\r\n", references.join("\r\n ")));
        }
        raw.push_str(&self.body());
        raw.into_bytes()
    }

    fn body(&self) -> String {
        if let Some((method, text)) = &self.calendar {
            let kind = format!("Content-Type: text/calendar; charset=utf-8; method={method}");
            return format!("{kind}\r\n\r\n{text}");
        }
        let plain = "Content-Type: text/plain; charset=utf-8\r\n\r\n";
        if self.files.is_empty() {
            return format!("{plain}{}", self.text);
        }
        let mut body = "Content-Type: multipart/mixed; boundary=cut\r\n\r\n".to_owned();
        body.push_str(&format!("--cut\r\n{plain}{}\r\n", self.text));
        for (name, octets) in &self.files {
            let hexadecimal: String = octets.iter().map(|octet| format!("={octet:02X}")).collect();
            let lines: Vec<&str> = hexadecimal
                .as_bytes()
                .chunks(72)
                .filter_map(|line| std::str::from_utf8(line).ok())
                .collect();
            body.push_str(&format!(
                "--cut\r\nContent-Type: application/octet-stream; name=\"{name}\"\r\n\
                 Content-Disposition: attachment; filename=\"{name}\"\r\n\
                 Content-Transfer-Encoding: quoted-printable\r\n\r\n{}\r\n",
                lines.join("=\r\n")
            ));
        }
        body.push_str("--cut--\r\n");
        body
    }
}
