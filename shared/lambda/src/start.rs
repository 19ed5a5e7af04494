//! The cold start: what every function does once, before its first event.

use std::backtrace::Backtrace;
use std::panic::PanicHookInfo;

use aws::cloud::Cloud;
use tracing::Level;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The crates whose information is worth a line; a tidy test holds that none of ours is missing.
pub const OURS: [&str; 14] = [
    "api",
    "aws",
    "daily_review",
    "domain",
    "first_tenant",
    "flows",
    "inbound_mail",
    "index_mail",
    "internet",
    "lambda",
    "mail",
    "mail_events",
    "store",
    "sweep_objects",
];

/// Sets up the log and gives the cloud of the environment. No network call.
pub fn begin() -> Cloud {
    write_log();
    std::panic::set_hook(Box::new(tell_place));
    Cloud::from_environment()
}

/// One JSON object a line on standard output. Libraries speak only when something is wrong.
fn write_log() {
    let lines = tracing_subscriber::fmt::layer().json().flatten_event(true).with_span_list(false);
    let levels = Targets::new().with_default(Level::WARN);
    let levels = levels.with_targets(OURS.map(|name| (name, Level::INFO)));
    // It fails where a log is set up already, which is as good.
    let _ = tracing_subscriber::registry().with(lines).with(levels).try_init();
}

/// Tells where the program panicked, not with what: a message can quote the mail in hand.
fn tell_place(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(place, trace = %Backtrace::capture(), "the program panicked");
}
