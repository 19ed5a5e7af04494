//! The verbs of Mailroom: one file per flow, free functions over ports that read as numbered steps.
//!
//! Architecture invariant: no SDK and no event JSON here. Clock, ids and randomness come in through
//! the ports, so a test can run a whole system in one thread from a seed.

pub mod add_party;
pub mod address_to_send;
pub mod answer_invitation;
pub mod api_key_text;
pub mod apply_mail_event;
pub mod attachment_key;
pub mod authenticate;
pub mod calendar_feed;
pub mod calendar_mails;
pub mod change_settings;
pub mod contact_rules;
pub mod convert_contact;
pub mod cut;
pub mod error;
pub mod hand_over;
pub mod letter;
pub mod lift_blocks;
pub mod list_members;
pub mod make_first_tenant;
pub mod manage_activities;
pub mod manage_api_keys;
pub mod manage_contacts;
pub mod manage_lists;
pub mod manage_modules;
pub mod manage_routes;
pub mod manage_users;
pub mod merge_contacts;
pub mod origin;
pub mod paging;
mod party_fields;
pub mod ports;
pub mod purge_field;
pub mod remove_contact;
pub mod repeat_request;
pub mod review_intakes;
pub mod send_message;
pub mod show_activities;
pub mod show_blocks;
pub mod show_calendar;
pub mod show_invitations;
pub mod show_message;
pub mod show_thread;
pub mod show_timeline;
pub mod take_in_mail;
pub mod text_rules;
pub mod transaction;
pub mod unblock;
pub mod unblock_requests;
pub mod unblock_targets;
pub mod undo_contact_act;
mod undoable;
pub mod visible_mail;
