//! Bytes in, meaning out: what a mail says, who says it, what it answers, what sort it is.
//!
//! Architecture invariant: pure code. No IO (but for the `inspect` module, which reads files for
//! the program of that name), no clock, no network. Reading a mail never fails but for what is no
//! mail at all; everything else is the best reading and its [`flaw::Flaw`]s.

pub mod flaw;
pub mod parse;
pub mod parsed_mail;

pub mod body;
pub mod fields;
mod html_elements;
pub mod html_marks;
pub mod html_text;
pub mod html_tokens;
pub mod language;
pub mod mime;
pub mod parts;
pub mod reply_text;

pub mod bounce;
pub mod bounce_reason;

pub mod calendar;
pub mod calendar_feed;
pub mod calendar_reply;
mod calendar_text;
pub mod canonical;
pub mod card_text;
pub mod cards;
pub mod compose;
pub mod forwarded;
pub mod kind;
pub mod phrases;
pub mod reply_token;
pub mod safe_html;
pub mod send_token;
pub mod signature_fields;
mod signature_words;
pub mod subject;
pub mod thread_clues;
pub mod trace;
pub mod verdicts;

pub mod inspect;
pub mod work;
