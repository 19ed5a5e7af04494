//! Why a mail came back: from codes and words to one reason.
//!
//! What outranks what: the provider's own wording, then words and enhanced codes that name one
//! cause, then codes that only name an area, then the reply code. A text that says nothing known is
//! `onhold`, no text at all `undefined`: both are counted, neither is guessed away.
//!
//! Each reason is one small file (codes, words) and one line in [`table`]; each provider is one
//! file under [`provider`].

pub mod decide;
pub mod evidence;
pub mod provider;
pub mod row;
pub mod squeeze;
pub mod table;
pub mod vocabulary;

mod auth_failure;
mod bad_reputation;
mod blocked;
mod content_error;
mod exceed_limit;
mod expired;
mod failed_starttls;
mod filtered;
mod has_moved;
mod host_unknown;
mod mailbox_full;
mod mailer_error;
mod message_too_big;
mod network_error;
mod no_relaying;
mod not_accept;
mod not_compliant_rfc;
mod policy_violation;
mod rejected;
mod require_ptr;
mod security_error;
mod spam_detected;
mod speeding;
mod suppressed;
mod suspend;
mod syntax_error;
mod system_error;
mod system_full;
mod too_many_conn;
mod user_unknown;
mod virus_detected;
