//! The nouns of Mailroom: identifiers, addresses, records, permissions, refusals and limits.
//!
//! Architecture invariant: this crate does no IO, reads no clock and draws no randomness. Time and
//! ids come in as values, so every rule here can be tested with a literal.

pub mod activity;
pub mod api_key;
pub mod attachment;
pub mod audit;
pub mod bounce;
pub mod bounce_category;
pub mod bounce_category_texts;
pub mod contact;
pub mod contact_act;
pub mod day;
pub mod day_tally;
pub mod decimal;
pub mod delivery;
pub mod domain_refusals;
pub mod email_address;
pub mod field_definition;
pub mod field_value;
pub mod given_value;
pub mod hand_over;
pub mod ids;
pub mod intake;
pub mod language;
pub mod limits;
pub mod list;
pub mod local_time;
pub mod mail_event;
pub mod mail_notice;
pub mod mailbox;
pub mod meeting;
pub mod meeting_state;
pub mod meeting_times;
pub mod message;
pub mod module;
pub mod module_name;
pub mod notice;
pub mod permission;
pub mod rates;
pub mod recurrence;
pub mod refusal;
pub mod route;
pub mod route_purpose;
pub mod send;
pub mod sender_address;
pub mod suppression;
pub mod suppression_id;
pub mod temporary_bounces;
pub mod tenant;
pub mod thread;
pub mod timestamp;
pub mod unblock_request;
pub mod unblock_rule;
pub mod user;
