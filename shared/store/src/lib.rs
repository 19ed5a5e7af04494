//! Records: what is kept in the tables, under which keys, and how it is read and written.
//!
//! Architecture invariants: a key is spelled in `keys` alone; every function takes the tenant first;
//! every write is conditional or order-free; nothing here knows the AWS SDK.

pub mod activities;
pub mod alerts;
pub mod api_keys;
pub mod audit;
pub mod auto_answers;
pub mod blocks;
pub mod bounce_history;
pub mod bulletins;
pub mod consents;
pub mod contact_acts;
pub mod contact_timeline;
pub mod contacts;
pub mod counts;
pub mod day_tallies;
pub mod domain_claims;
pub mod hand_overs;
pub mod idempotent_requests;
pub mod intake;
pub mod item;
pub mod keys;
pub mod link_rules;
pub mod lists;
pub mod mailboxes;
pub mod meetings;
pub mod messages;
pub mod modules;
pub mod notices;
pub mod organizations;
pub mod provider_list;
pub mod reviews;
pub mod routes;
pub mod search_entries;
pub mod sender_addresses;
pub mod sends;
pub mod spellings;
pub mod suppressions;
pub mod sweeps;
pub mod table;
pub mod teams;
pub mod tenants;
pub mod threads;
pub mod unblock_requests;
pub mod users;
