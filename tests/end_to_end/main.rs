//! The whole system from outside: the template deployed to the local cloud, the functions' real
//! binaries, mail in by SMTP or bucket, answers out by HTTP. IAM policies are in force.

mod first_tenant;
mod inbound;
mod journey;
mod quarantine;
mod recovery;
mod restart;
mod schedules;
mod sealed;
mod search;
mod sending;
mod shared_cloud;
mod smtp_client;
