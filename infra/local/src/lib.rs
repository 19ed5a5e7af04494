//! The local run: the stack's own template and binaries on a local cloud, on one machine.
//!
//! [`cloud::Cloud`] is the whole of it as a value: started, used and stopped by `cargo local` and by the
//! end-to-end tests alike. There is no second wiring: the template is deployed as it is, and what
//! stands in for AWS is the local cloud (a Python package) plus what it lacks of SES: the
//! receiving side ([`receiving`]) with its SMTP door ([`smtp`]), and the sending side ([`ses`]).
//!
//! Architecture invariants: nothing listens on anything but 127.0.0.1, and no credential of the
//! caller is read or passed on.

pub mod cloud;
pub mod commands;
pub mod fault_text;
pub mod options;
pub mod progress;

pub mod binaries;
pub mod ministack;
pub mod package;
pub mod python;

pub mod alarms;
pub mod aws_calls;
pub mod functions;
pub mod http_client;
pub mod mail_api;
pub mod objects;
pub mod queues;
pub mod stack;

pub mod drop_folder;
pub mod receiving;
pub mod recipients;
pub mod ses;
pub mod smtp;
pub mod smtp_session;

pub mod bounce_demo;
pub mod demo;
pub mod run;
pub mod timeline;

pub mod measure;
