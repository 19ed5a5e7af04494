//! Bounds of what topics tell us over HTTPS, and of what we ask their provider for.

use std::time::Duration;

/// How old a topic's message may be: the provider gives up on a message well before (its retries of an
/// HTTPS endpoint end within half an hour), and what is older is somebody's copy.
pub const TOPIC_MESSAGE_AGE_MAX: Duration = Duration::from_secs(3_600);
/// How far a topic's clock may be ahead of ours.
pub const TOPIC_CLOCK_AHEAD_MAX: Duration = Duration::from_secs(60);
/// Largest answer of the provider that is read, in octets: its certificates are of 2 KB.
pub const TOPIC_ANSWER_BYTES_MAX: usize = 16 * 1024;
/// How long one question to the provider may take: it waits 15 s for our answer.
pub const TOPIC_ANSWER_TIME_MAX: Duration = Duration::from_secs(5);
/// Most certificates that a worker keeps: there is one for each region at a time.
pub const TOPIC_CERTIFICATES_MAX: usize = 8;
/// Longest name of a certificate or token of a subscription in a URL, in octets.
pub const TOPIC_WORD_BYTES_MAX: usize = 1_024;
