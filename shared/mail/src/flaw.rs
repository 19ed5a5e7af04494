//! What is wrong with a mail that could be read all the same.

use serde::Serialize;

/// A flaw of a mail. None of them stops it from being filed; some are grounds for distrust.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Flaw {
    /// No `From` field, or none with an address in it.
    NoSender,
    /// More than one `From` field: readers disagree about which one counts.
    SeveralFromFields,
    /// A field's name has white space within it, as in `Fr om:`.
    DamagedFieldName,
    /// A line among the header fields is no field.
    StrayHeaderLine,
    /// The header does not end with an empty line.
    HeaderNotEnded,
    /// No date, or none that can be read.
    NoDate,
    /// No `Message-ID`.
    NoMessageId,
    /// An address that is none by RFC 5321 and 6531.
    BadAddress,
    /// A multipart has no delimiter line.
    BoundaryMissing,
    /// A multipart is not closed: the mail may be cut off.
    MultipartNotClosed,
    /// More parts, or deeper ones, than are read.
    TooManyParts,
    /// A part's transfer encoding is damaged.
    DamagedEncoding,
    /// A part's charset label is missing or wrong, so it was guessed.
    CharsetGuessed,
    /// Line ends are bare carriage returns.
    BareCarriageReturns,
    /// NUL octets.
    NulOctets,
    /// Verdict headers by a server that is not trusted.
    UntrustedVerdict,
    /// Encrypted: the text can't be read here.
    Encrypted,
    /// The calendar part can't be read.
    BadCalendar,
    /// The `winmail.dat` part can't be read.
    BadTnef,
    /// The text was longer than what is worked on; the rest is in the raw mail.
    TextCut,
}

impl Flaw {
    /// The name under which it is stored and shown: stable.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoSender => "no_sender",
            Self::SeveralFromFields => "several_from_fields",
            Self::DamagedFieldName => "damaged_field_name",
            Self::StrayHeaderLine => "stray_header_line",
            Self::HeaderNotEnded => "header_not_ended",
            Self::NoDate => "no_date",
            Self::NoMessageId => "no_message_id",
            Self::BadAddress => "bad_address",
            Self::BoundaryMissing => "boundary_missing",
            Self::MultipartNotClosed => "multipart_not_closed",
            Self::TooManyParts => "too_many_parts",
            Self::DamagedEncoding => "damaged_encoding",
            Self::CharsetGuessed => "charset_guessed",
            Self::BareCarriageReturns => "bare_carriage_returns",
            Self::NulOctets => "nul_octets",
            Self::UntrustedVerdict => "untrusted_verdict",
            Self::Encrypted => "encrypted",
            Self::BadCalendar => "bad_calendar",
            Self::BadTnef => "bad_tnef",
            Self::TextCut => "text_cut",
        }
    }
}
