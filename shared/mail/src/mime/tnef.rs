//! TNEF, Outlook's `winmail.dat` (MS-OXTNEF): the files and the text packed into it.
//!
//! Every read is bounded by the octets that are there; a stream that stops early gives what it
//! had until then.

use super::charset;

/// What a stream holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tnef {
    /// Its files.
    pub files: Vec<TnefFile>,
    /// The plain text of the mail.
    pub text: Option<String>,
    /// The HTML of the mail.
    pub html: Option<String>,
    /// The stream stops in the midst of something.
    pub damaged: bool,
}

/// A packed file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TnefFile {
    /// Its name, the long one where there is one.
    pub name: Option<String>,
    /// Its media type where it was told.
    pub media_type: Option<String>,
    /// Its `Content-ID`.
    pub content_id: Option<String>,
    /// Its content.
    pub bytes: Vec<u8>,
}

const SIGNATURE: u32 = 0x223e_9f78;
const BODY: u32 = 0x0002_800c;
const MESSAGE_PROPERTIES: u32 = 0x0006_9003;
const ATTACH_RENDER_DATA: u32 = 0x0006_9002;
const ATTACH_TITLE: u32 = 0x0001_8010;
const ATTACH_DATA: u32 = 0x0006_800f;
const ATTACHMENT_PROPERTIES: u32 = 0x0006_9005;
const OEM_CODEPAGE: u32 = 0x0006_9007;

const PR_BODY: u16 = 0x1000;
const PR_BODY_HTML: u16 = 0x1013;
const PR_ATTACH_DATA: u16 = 0x3701;
const PR_ATTACH_FILENAME: u16 = 0x3704;
const PR_ATTACH_LONG_FILENAME: u16 = 0x3707;
const PR_ATTACH_MIME_TAG: u16 = 0x370e;
const PR_ATTACH_CONTENT_ID: u16 = 0x3712;

/// Most files unpacked of one stream.
const FILES_MAX: usize = 1_000;
/// Most properties read of one list.
const PROPERTIES_MAX: u32 = 10_000;

/// Unpacks a stream; None where it is none.
pub fn read(bytes: &[u8]) -> Option<Tnef> {
    let mut stream = Octets { rest: bytes };
    if stream.u32()? != SIGNATURE {
        return None;
    }
    stream.u16()?;
    let mut reader = Reader { tnef: Tnef::default(), codepage: "windows-1252".to_owned() };
    while !stream.rest.is_empty() {
        if reader.attribute(&mut stream).is_none() {
            reader.tnef.damaged = true;
            break;
        }
    }
    reader.tnef.files.retain(|f| f.name.is_some() || !f.bytes.is_empty());
    Some(reader.tnef)
}

struct Reader {
    tnef: Tnef,
    codepage: String,
}

impl Reader {
    fn attribute(&mut self, stream: &mut Octets<'_>) -> Option<()> {
        stream.take(1)?;
        let id = stream.u32()?;
        let length = stream.u32()?;
        let data = stream.take(usize::try_from(length).ok()?)?;
        stream.u16()?;
        match id {
            OEM_CODEPAGE => {
                let page = Octets { rest: data }.u32()?;
                self.codepage = format!("windows-{page}");
            }
            BODY => self.tnef.text = Some(self.text(data)),
            MESSAGE_PROPERTIES => self.message_properties(data),
            ATTACH_RENDER_DATA if self.tnef.files.len() < FILES_MAX => {
                self.tnef.files.push(TnefFile::default());
            }
            ATTACH_TITLE => {
                let name = self.text(data);
                let file = self.tnef.files.last_mut()?;
                file.name.get_or_insert(name);
            }
            ATTACH_DATA => self.tnef.files.last_mut()?.bytes = data.to_vec(),
            ATTACHMENT_PROPERTIES => self.attachment_properties(data),
            _ => {}
        }
        Some(())
    }

    /// Text in the stream's code page, up to its end mark.
    fn text(&self, data: &[u8]) -> String {
        let end = memchr::memchr(0, data).unwrap_or(data.len());
        charset::decode(data.get(..end).unwrap_or_default(), Some(&self.codepage)).text
    }

    fn message_properties(&mut self, data: &[u8]) {
        for (id, value) in properties(data) {
            match id {
                PR_BODY => self.tnef.text = Some(self.value_text(&value)),
                PR_BODY_HTML => self.tnef.html = Some(self.value_text(&value)),
                _ => {}
            }
        }
    }

    fn attachment_properties(&mut self, data: &[u8]) {
        for (id, value) in properties(data) {
            let text = self.value_text(&value);
            let Some(file) = self.tnef.files.last_mut() else { return };
            match id {
                PR_ATTACH_LONG_FILENAME => file.name = Some(text),
                PR_ATTACH_FILENAME => {
                    file.name.get_or_insert(text);
                }
                PR_ATTACH_MIME_TAG => file.media_type = Some(text.to_ascii_lowercase()),
                PR_ATTACH_CONTENT_ID => file.content_id = Some(text),
                PR_ATTACH_DATA if file.bytes.is_empty() => file.bytes = value.bytes.to_vec(),
                _ => {}
            }
        }
    }

    fn value_text(&self, value: &Value<'_>) -> String {
        if value.unicode {
            let text = charset::decode(value.bytes, Some("utf-16le")).text;
            return text.trim_end_matches('\0').to_owned();
        }
        self.text(value.bytes)
    }
}

struct Value<'o> {
    bytes: &'o [u8],
    unicode: bool,
}

/// The single-valued texts and octets of a property list (MS-OXTNEF section 2.1.3.4).
fn properties(data: &[u8]) -> Vec<(u16, Value<'_>)> {
    let mut found = Vec::new();
    let mut octets = Octets { rest: data };
    let count = octets.u32().unwrap_or(0).min(PROPERTIES_MAX);
    for _ in 0..count {
        let Some(property) = property(&mut octets) else { break };
        found.extend(property);
    }
    found
}

/// One property; `Some(None)` for one that is of no interest.
fn property<'o>(octets: &mut Octets<'o>) -> Option<Option<(u16, Value<'o>)>> {
    let kind = octets.u16()?;
    let id = octets.u16()?;
    if id >= 0x8000 {
        octets.take(16)?;
        match octets.u32()? {
            0 => octets.take(4)?,
            _ => octets.padded()?,
        };
    }
    let multiple = kind & 0x1000 != 0;
    let kind = kind & 0x0fff;
    let variable = matches!(kind, 0x1e | 0x1f | 0x102 | 0x0d);
    let count = if multiple || variable { octets.u32()? } else { 1 };
    // Values of no octets would make the loop as long as its count says.
    if usize::try_from(count).ok()? > octets.rest.len().max(1) {
        return None;
    }
    let mut first = None;
    for _ in 0..count {
        let bytes = if variable { octets.padded()? } else { octets.take(fixed_octets(kind)?)? };
        first.get_or_insert(bytes);
    }
    let wanted = variable && !multiple;
    Some(first.filter(|_| wanted).map(|bytes| (id, Value { bytes, unicode: kind == 0x1f })))
}

/// Octets of a value of fixed length, padded to four (MS-OXCDATA section 2.11.1).
fn fixed_octets(kind: u16) -> Option<usize> {
    match kind {
        0x02 | 0x03 | 0x04 | 0x0a | 0x0b => Some(4),
        0x05 | 0x06 | 0x07 | 0x14 | 0x40 => Some(8),
        0x48 => Some(16),
        0x00 | 0x01 => Some(0),
        _ => None,
    }
}

struct Octets<'o> {
    rest: &'o [u8],
}

impl<'o> Octets<'o> {
    fn take(&mut self, count: usize) -> Option<&'o [u8]> {
        let (taken, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        self.take(2)?.try_into().ok().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }

    /// A length, so many octets, and what fills them up to four.
    fn padded(&mut self) -> Option<&'o [u8]> {
        let length = usize::try_from(self.u32()?).ok()?;
        let taken = self.take(length)?;
        let pad = (4 - length % 4) % 4;
        self.take(pad.min(self.rest.len()))?;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(id: u32, data: &[u8]) -> Vec<u8> {
        let mut out = vec![2];
        out.extend(id.to_le_bytes());
        out.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
        out.extend(data);
        out.extend([0, 0]);
        out
    }

    fn stream() -> Vec<u8> {
        let mut out = SIGNATURE.to_le_bytes().to_vec();
        out.extend([1, 0]);
        out.extend(attribute(OEM_CODEPAGE, &[0xe4, 4, 0, 0, 0, 0, 0, 0]));
        out.extend(attribute(BODY, b"Gr\xfc\xdfe\0"));
        out.extend(attribute(ATTACH_RENDER_DATA, &[0; 14]));
        out.extend(attribute(ATTACH_TITLE, b"OFFER~1.PDF\0"));
        out.extend(attribute(ATTACH_DATA, b"%PDF"));
        let mut properties = vec![2, 0, 0, 0];
        properties.extend([0x03, 0, 0x05, 0x37, 1, 0, 0, 0]);
        properties.extend([0x1f, 0, 0x07, 0x37, 1, 0, 0, 0, 14, 0, 0, 0]);
        properties.extend("\u{c4}.pdf\0\0".encode_utf16().flat_map(u16::to_le_bytes));
        properties.extend([0, 0]);
        out.extend(attribute(ATTACHMENT_PROPERTIES, &properties));
        out
    }

    #[test]
    fn files_and_text_are_unpacked() {
        let read = read(&stream()).unwrap();
        assert_eq!(read.files[0].name.as_deref(), Some("Ä.pdf"));
        assert_eq!(read.files[0].bytes, b"%PDF");
        assert!(!read.damaged);
    }

    #[test]
    fn a_stream_cut_anywhere_gives_what_it_had() {
        let whole = stream();
        for end in 0..whole.len() {
            let cut = read(&whole[..end]);
            assert!(end < 6 || cut.is_some(), "{end}");
        }
        assert_eq!(read(b"no such stream"), None);
    }
}
