//! What tests run on: an exact table in memory, fakes of the other ports, a clock that stands still,
//! randomness from a seed, and all of them together as a [`world::World`].

pub mod memory_archive;
pub mod memory_dns;
pub mod memory_queue;
pub mod memory_sender;
pub mod memory_sending_health;
pub mod memory_suppression_list;
pub mod memory_table;
pub mod people;
pub mod raw_mail;
pub mod ses_events;
pub mod time_and_chance;
pub mod world;
