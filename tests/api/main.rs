//! The HTTP API as callers meet it, over everything in memory.

mod access;
mod activities;
mod api_keys;
mod calendar;
mod contacts;
mod conventions;
mod document;
mod idempotency;
mod intake;
mod log;
mod mail;
mod office;
mod routes;
mod settings;
mod users;
