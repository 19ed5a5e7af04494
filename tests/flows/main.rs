//! The flows on the table in memory: what they do, and what they cost.

mod answering;
mod bench_of_events;
mod bench_of_inbound;
mod bench_of_routes;
mod calendar_mails;
mod day_tallies;
mod events_order;
mod events_timelines;
mod inbound_bounces;
mod inbound_corpus;
mod inbound_cost;
mod inbound_filing;
mod inbound_quarantine;
mod merge_races;
mod page_cost;
mod rounds;
mod routing_dropbox;
mod routing_forwarding;
mod routing_organization;
mod routing_release;
mod routing_unknown;
mod sending;
mod sending_deaths;
mod sending_desk;
mod sweep;
