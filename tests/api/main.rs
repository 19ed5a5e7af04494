//! The HTTP API as callers meet it, over everything in memory.

mod access;
mod activities;
mod add_party;
mod api_keys;
mod calendar;
mod contact_acts;
mod contacts;
mod conventions;
mod document;
mod idempotency;
mod intake;
mod lists;
mod log;
mod mail;
mod modules;
mod office;
mod quarantine;
mod reports;
mod route_kinds;
mod routes;
mod search;
mod sender_addresses;
mod settings;
mod suppressions;
mod unblock_requests;
mod users;
