//! Every bound with its unit and reason, and the plan defaults a tenant can override.

use std::collections::BTreeMap;
use std::time::Duration;

mod mailed;
mod review;
mod search;
mod team;
mod topics;

pub use mailed::*;
pub use review::*;
pub use search::*;
pub use team::*;
pub use topics::*;

/// Largest raw mail taken in, in octets: what the S3 action of SES delivers (40 MB).
pub const RAW_MAIL_BYTES_MAX: u64 = 40 * 1024 * 1024;
/// Longest preview of a message's new text, in octets: with it a plain mail's item stays within
/// two write units.
pub const PREVIEW_BYTES_MAX: usize = 640;
/// Longest subject kept in a record, in octets; the raw mail has the rest.
pub const SUBJECT_BYTES_MAX: usize = 512;
/// Most parties kept on a message: an item stays well under its 32 KB.
pub const PARTIES_MAX: usize = 100;
/// Most addresses of a mail that are looked up: with them one batch read of 100 keys is enough.
pub const ADDRESSES_LOOKED_UP_MAX: usize = 36;
/// Most authors of a mail whose domains are looked at.
pub const AUTHORS_MAX: usize = 3;
/// Most records one mail is linked to: a transaction takes 100 actions.
pub const CONTACT_LINKS_MAX: usize = 25;
/// Most records one mail makes, where its way in makes some of all its recipients: each takes two
/// actions of the transaction besides its link.
pub const RECORDS_MADE_MAX: usize = 10;
/// Most deliveries one raw mail makes in a tenant, for the same reason.
pub const DELIVERIES_MAX: usize = 25;
/// Most deliveries that a message itself tells (75 octets each); who may see one with more is read
/// from its deliveries.
pub const ARRIVALS_MAX: usize = 50;
/// Most attachments stored one by one; more stay in the raw mail only.
pub const ATTACHMENTS_MAX: usize = 100;
/// Most header ids of References that are looked up: the root and the newest.
pub const REFERENCES_MAX: usize = 12;
/// Most header ids of In-Reply-To that are looked up: a mail answers one, rarely two.
pub const IN_REPLY_TO_MAX: usize = 3;
/// Most writes of the transaction that files a mail (DynamoDB takes 100 actions). Where everything
/// does not fit, threads wait to be joined by the next mail, only [`RECORDS_MADE_AT_LEAST`] records are
/// made and [`LINKS_AT_LEAST`] linked: 25 deliveries with a calendar line each, 12 links, 18 claims and
/// 20 others then always fit.
pub const FILING_WRITES_MAX: usize = 100;
/// How many records a mail makes that names more than its transaction holds.
pub const RECORDS_MADE_AT_LEAST: usize = 2;
/// How many records such a mail is linked to.
pub const LINKS_AT_LEAST: usize = 12;
/// Most threads that one mail joins: each is read with its messages.
pub const THREADS_JOINED_MAX: usize = 4;
/// Most threads that become part of one: each is one more query for who reads it.
pub const THREADS_ABSORBED_MAX: usize = 16;
/// Most messages that a mail moves when it joins threads: each takes two actions of its
/// transaction. What is left is read where it stands.
pub const JOIN_MOVES_MAX: usize = 12;
/// Most messages that a person moves at once: each takes two actions of a transaction.
pub const THREAD_MOVES_MAX: usize = 40;
/// How many steps of [`THREAD_MOVES_MAX`] messages a merge moves before it answers; what is left is
/// read where it stands.
pub const MERGE_STEPS_MAX: usize = 10;
/// How long after the last mail the same subject among the same people still suggests its thread (B4).
pub const SUGGESTION_LIFE: Duration = Duration::from_secs(30 * 86_400);
/// How far the time of a subject's last mail may be behind: refreshing it costs a write.
pub const SUBJECT_CLAIM_LAG: Duration = Duration::from_secs(7 * 86_400);
/// Most envelope recipients routed for one mail (SES names at most 100 a rule).
pub const RECIPIENTS_MAX: usize = 100;
/// Longest text of an envelope recipient that is kept, in octets: an address has at most 254.
pub const RECIPIENT_BYTES_MAX: usize = 320;
/// Longest Message-ID kept on a record, in octets: a line of RFC 5322 section 2.1.1.
pub const HEADER_ID_BYTES_MAX: usize = 998;
/// Largest part of an unreadable announcement that is kept, in octets.
pub const ANNOUNCEMENT_BYTES_MAX: usize = 8 * 1024;
/// How long one worker may hold an intake: the function's time limit and a half.
pub const INTAKE_LEASE: Duration = Duration::from_secs(90);
/// How long an intake is kept.
pub const INTAKE_LIFE: Duration = Duration::from_secs(90 * 86_400);
/// How many automatic answers one domain may get at once: after them, one in
/// [`AUTO_ANSWER_EVERY`] (B10).
pub const AUTO_ANSWERS_AT_ONCE: u32 = 10;
/// How long one token of a domain's bucket of automatic answers takes to come back.
pub const AUTO_ANSWER_EVERY: Duration = Duration::from_secs(360);
/// How long a secret address still takes mail after it was changed, where nobody says otherwise: time
/// to enter the new one wherever the old one stands.
pub const ADDRESS_GRACE: Duration = Duration::from_secs(7 * 86_400);
/// How long it may at most.
pub const ADDRESS_GRACE_MAX: Duration = Duration::from_secs(30 * 86_400);
/// Most users that take turns on one organization address: with more, nobody knows whose turn it is.
pub const TURN_USERS_MAX: usize = 50;
/// Most addresses, and most domains, on the list of allowed senders of one route: its item is read for
/// every mail, and stays within a few read units.
pub const LISTED_SENDERS_MAX: usize = 100;
/// Most fields that a made record begins with.
pub const ROUTE_DEFAULTS_MAX: usize = 20;
/// Most addresses a user may say to write from.
pub const SENDER_ADDRESSES_MAX: u64 = 20;
/// How long the code for a sender address is good (as long as that of an organization address, E1).
pub const SENDER_CODE_LIFE: Duration = Duration::from_secs(15 * 86_400);
/// How soon another code may be asked for: an address must not be flooded by us.
pub const SENDER_CODE_PAUSE: Duration = Duration::from_secs(60);
/// How many wrong codes may be tried on one that is under way: eight digits stay unguessable.
pub const SENDER_CODE_TRIES: u64 = 5;
/// Longest text of a quarantined mail that is shown as its beginning, in octets.
pub const INTAKE_PREVIEW_BYTES_MAX: usize = 2_000;
/// Most header fields of a quarantined mail that are shown.
pub const INTAKE_PREVIEW_FIELDS_MAX: usize = 30;
/// Most pages of 1,000 objects that one run of the sweep reads of a folder: a run ends well within its
/// function's time limit.
pub const SWEEP_PAGES_MAX: u32 = 40;
/// How old an object is before the sweep misses its intake: its events are under way before.
pub const SWEEP_YOUNGEST: Duration = Duration::from_secs(3_600);
/// How old it may be: as long as the queue keeps what announced it, and far less than its intake lives.
pub const SWEEP_WINDOW: Duration = Duration::from_secs(14 * 86_400);
/// How long a notice is kept: as long as the intake it speaks of.
pub const NOTICE_LIFE: Duration = INTAKE_LIFE;
/// Longest text of a mail that a notice quotes (a code, a link), in octets.
pub const NOTICE_TEXT_BYTES_MAX: usize = 1_000;
/// How often a worker may begin on one mail before it counts as poison.
pub const INTAKE_ATTEMPTS_MAX: u64 = 4;
/// How far a Date field may lie after the receipt before it is not believed.
pub const DATE_AHEAD_MAX: Duration = Duration::from_secs(86_400);
/// How often a transaction is built anew after somebody else was faster.
pub const CONTENTION_RETRIES_MAX: usize = 12;
/// How long the answer to an idempotency key is kept.
pub const IDEMPOTENCY_LIFE: Duration = Duration::from_secs(86_400);
/// How long a request may hold its idempotency key before another may try.
pub const IDEMPOTENCY_LEASE: Duration = Duration::from_secs(60);
/// Longest idempotency key, in octets.
pub const IDEMPOTENCY_KEY_BYTES_MAX: usize = 255;
/// Largest request body of the API, in octets; files go by signed URL.
pub const REQUEST_BODY_BYTES_MAX: usize = 256 * 1024;
/// Items on a page where the caller does not say.
pub const PAGE_ITEMS_DEFAULT: u32 = 50;
/// Most items on a page.
pub const PAGE_ITEMS_MAX: u32 = 200;
/// Longest new text of a message in one answer, in octets: API Gateway passes answers of 6 MB, and
/// JSON writes some characters with six octets.
pub const TEXT_BYTES_MAX: usize = 768 * 1024;
/// How often a list that leaves things out reads on to fill its page.
pub const PAGE_ROUNDS_MAX: usize = 4;
/// Reads that one request does beside each other.
pub const READS_AT_ONCE_MAX: usize = 16;
/// How many months back the list of intakes goes: as long as an intake is kept.
pub const INTAKE_MONTHS_MAX: u32 = 5;
/// How long a retry may wait in the queue before it can be asked for again.
pub const RETRY_WAIT: Duration = Duration::from_secs(300);
/// How long a signed URL opens its file.
pub const SIGNED_URL_LIFE: Duration = Duration::from_secs(300);
/// Longest name of a user, tenant, contact, key or mailbox, in octets.
pub const NAME_BYTES_MAX: usize = 200;
/// Most writes of one transaction (DynamoDB's TransactWriteItems).
pub const TRANSACTION_WRITES_MAX: usize = 100;
/// Longest text of a task, event or note, in octets: with all else its item stays under 32 KB.
pub const ACTIVITY_TEXT_BYTES_MAX: usize = 16 * 1024;
/// Most records of one activity.
pub const ACTIVITY_CONTACTS_MAX: usize = 10;
/// Longest event: it bounds how far back a list of events has to look for what has not ended yet.
pub const EVENT_LENGTH_MAX: Duration = Duration::from_secs(31 * 86_400);
/// Longest span of one list of events.
pub const EVENT_WINDOW_MAX: Duration = Duration::from_secs(366 * 86_400);
/// Span of a list of events where the caller does not say.
pub const EVENT_WINDOW_DEFAULT: Duration = Duration::from_secs(31 * 86_400);
/// Most events that one list or feed is made of.
pub const EVENTS_LISTED_MAX: usize = 500;
/// Most days that one recurrence rule is walked: 54 years from its first day.
pub const RECURRENCE_DAYS_MAX: usize = 20_000;
/// Most instances of one meeting in one list.
pub const OCCURRENCES_MAX: usize = 366;
/// Most attendees kept of one calendar mail: its item stays well under 32 KB.
pub const ATTENDEES_MAX: usize = 100;
/// Most instances of a recurring meeting that one calendar mail changes.
pub const MEETING_INSTANCES_MAX: usize = 20;
/// Most instances of a recurring meeting that don't take place.
pub const MEETING_EXCLUDED_MAX: usize = 100;
/// Most answers of attendees to single instances of a meeting that are told.
pub const INSTANCE_ANSWERS_MAX: usize = 500;
/// Most instances of a recurring meeting beside those of its rule.
pub const MEETING_ADDED_MAX: usize = 100;
/// Longest description of a meeting that is kept, in octets; the raw mail has all of it.
pub const MEETING_TEXT_BYTES_MAX: usize = 2 * 1024;
/// Longest identifier of a meeting; a mail with a longer one makes no invitation.
pub const MEETING_UID_BYTES_MAX: usize = 512;
/// Longest recurrence rule that is kept, in octets.
pub const RECURRENCE_RULE_BYTES_MAX: usize = 512;
/// Most calendar mails about one meeting that are read: nobody who sends many hides another's.
pub const CALENDAR_MAILS_MAX: u32 = 1_000;
/// Most pages of calendar mails that one month of a calendar is made of, for the same reason.
pub const MEETING_PAGES_MAX: usize = 5;
/// How far back a calendar feed goes.
pub const FEED_BACK: Duration = Duration::from_secs(92 * 86_400);
/// How far ahead a calendar feed goes.
pub const FEED_AHEAD: Duration = Duration::from_secs(366 * 86_400);
/// Longest comment on an answer to an invitation, in octets.
pub const COMMENT_BYTES_MAX: usize = 1024;
/// Longest text that shows a consent, or tells how it was withdrawn, in octets: enough for a form's words.
pub const CONSENT_TEXT_BYTES_MAX: usize = 4 * 1024;
/// Most addresses of one contact, so that a merge of two, and its removal, are one transaction.
pub const CONTACT_ADDRESSES_MAX: usize = 20;
/// Largest record of a contact or a module, in octets of its item: items stay under 32 KB, and an item
/// that keeps a record as it was has room for what it is about.
pub const RECORD_BYTES_MAX: usize = 30 * 1024;
/// Most modules that a tenant makes: they are read with one query.
pub const MODULES_MAX: u64 = 50;
/// Most fields of a module, removed ones included.
pub const MODULE_FIELDS_MAX: usize = 100;
/// Most digits behind the point of a decimal field.
pub const DECIMAL_SCALE_MAX: u32 = 12;
/// Most choices of a field.
pub const FIELD_CHOICES_MAX: usize = 100;
/// Longest text of a field of one line, in characters.
pub const FIELD_CHARS_MAX: usize = 255;
/// Longest text of a field of several lines, in characters.
pub const LONG_FIELD_CHARS_MAX: usize = 8_000;
/// Longest URL in a field, in octets.
pub const FIELD_URL_BYTES_MAX: usize = 2_000;
/// Longest phone number in a field, in characters.
pub const PHONE_CHARS_MAX: usize = 40;
/// Most records that are merged into one: each is one more query when its timeline is read.
pub const MERGED_MAX: usize = 10;
/// Most conversions and merges of one record that can be undone; older ones stay.
pub const UNDOABLE_MAX: usize = 3;
/// Largest item of a table, in octets: as small as reads and backups like it.
pub const ITEM_BYTES_MAX: usize = 32 * 1024;
/// Most lines of a removed record's timeline that its removal takes away, in steps of one transaction;
/// to the others nothing leads.
pub const SWEPT_LINES_MAX: u32 = 500;
/// Lines in one step of that.
pub const SWEPT_LINES_STEP: u32 = 100;
/// Most mails of a conversation that are put on the timeline of a record that is made of one of them:
/// each takes two writes of the transaction.
pub const EARLIER_MAIL_MAX: usize = 25;
/// Most lists of a tenant: they are on few pages.
pub const LISTS_MAX: u64 = 1_000;
/// Most records that one request puts on a list or takes off it.
pub const LIST_MEMBERS_CHANGED_MAX: usize = 500;
/// How many of them one transaction takes.
pub const LIST_MEMBERS_STEP: usize = 50;
/// Members that are counted before a count says "at least".
pub const LIST_COUNTED_MAX: u64 = 10_000;
/// Records that one step of a purge looks at.
pub const PURGE_STEP: u32 = 100;
/// Longest life of an API key.
pub const API_KEY_LIFE_MAX: Duration = Duration::from_secs(366 * 86_400);

/// Largest part of a refusing server's words that is kept, in octets: a send's item stays within one
/// write unit.
pub const DIAGNOSTIC_BYTES_MAX: usize = 300;
/// Most recipients of one mail that we send, over To, Cc and Bcc (SES quotas page).
pub const SEND_RECIPIENTS_MAX: usize = 50;
/// How long the hand-over of a mail to the provider may take: the function's time limit and more.
pub const HAND_OVER_TIME: Duration = Duration::from_secs(60);
/// When to try again after the provider asked for a slower rate, which it counts by the second.
pub const SENDING_PAUSE: Duration = Duration::from_secs(2);
/// How long the record of a sent mail's recipient is kept: 13 months, so that a year can be compared.
pub const SEND_LIFE: Duration = Duration::from_secs(396 * 86_400);
/// After how long a block is looked at again (S4.9): six months.
pub const BLOCK_REVIEW: Duration = Duration::from_secs(183 * 86_400);
/// How long a block for repeated temporary bounces lasts.
pub const TEMPORARY_BLOCK_LIFE: Duration = Duration::from_secs(30 * 86_400);
/// Within which time recipients of a domain who refuse for one cause make an incident, and how long
/// mail to the domain rests then.
pub const DOMAIN_WINDOW: Duration = Duration::from_secs(86_400);
/// Most refusing recipients of a domain that are kept: the record stays small.
pub const DOMAIN_RECIPIENTS_MAX: usize = 100;
/// Recipients of a report that its intake shows: the mail itself has them all.
pub const REPORTED_RECIPIENTS_SHOWN_MAX: usize = 20;
/// Largest bounce report that is decoded within a mail, in recipients: more are not acted on.
pub const BOUNCED_RECIPIENTS_MAX: usize = 50;

/// Most days of one report: it stays within seconds.
pub const REPORT_DAYS_MAX: u64 = 92;
/// Most domains, campaigns or diagnostics that a report names: those with most bounces.
pub const REPORT_VALUES_MAX: usize = 100;
/// Least recipients before a bounce rate tells anything (F15).
pub const BOUNCE_VOLUME_MIN: u64 = 100;
/// Least recipients before a complaint rate tells anything: one complaint of fewer is over 0.1 %.
pub const COMPLAINT_VOLUME_MIN: u64 = 1_000;
/// How many days before today the volume is looked for that stands for a sender's habit.
pub const REPRESENTATIVE_DAYS_MAX: u32 = 27;
/// How many months back the lists of bounces and complaints go: as long as a send is kept.
pub const BOUNCE_MONTHS_MAX: u32 = 14;
/// How long after sending an invalid address is listed for the clean-up of lists (S2.11).
pub const ADDRESS_STATUS_DELAY: Duration = Duration::from_secs(7 * 86_400);
/// Most records of one call that lifts blocks (Z12).
pub const UNBLOCK_RECORDS_MAX: usize = 500;
/// Most addresses that such a call may come to: a contact has up to ten.
pub const UNBLOCK_ADDRESSES_MAX: usize = 1_000;
/// How often people may lift the block of one address (Z12).
pub const LIFTS_MAX: u64 = 5;
/// Most blocks of one request of two administrators: the provider is asked for each of them.
pub const UNBLOCK_REQUEST_BLOCKS_MAX: usize = 50;
/// How long a request to lift permanent blocks can be confirmed.
pub const UNBLOCK_REQUEST_LIFE: Duration = Duration::from_secs(7 * 86_400);
/// Lifts of one transaction: each is two writes of the hundred that it takes, and a lift that
/// somebody else outran takes few others with it.
pub const LIFTS_PER_TRANSACTION: usize = 25;
/// Calls of the provider's suppression list that one request does beside each other: SES allows few
/// a second.
pub const PROVIDER_CALLS_AT_ONCE_MAX: usize = 4;

/// A limit that a tenant's plan sets and its settings may override.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanLimit {
    /// Its name in the API and in the settings.
    pub name: &'static str,
    /// What it is where nobody says otherwise.
    pub default: u64,
    /// What it counts.
    pub unit: &'static str,
    /// Why it is there, or the rule it comes from.
    pub reason: &'static str,
}

/// The one table of plan limits (settled decision 3 of the feature list).
pub const PLAN_LIMITS: &[PlanLimit] = &[
    PlanLimit {
        name: "users",
        default: 500,
        unit: "users",
        reason: "keeps the user list on few pages",
    },
    PlanLimit {
        name: "api_keys_per_user",
        default: 20,
        unit: "keys",
        reason: "keys are named one by one",
    },
    PlanLimit {
        name: "routes",
        default: 500,
        unit: "routes",
        reason: "S0.8: addresses of the largest plan",
    },
    PlanLimit {
        name: "temporary_bounces_to_block",
        default: 3,
        unit: "bounces",
        reason: "H4: an address that is full or away once or twice is not dead",
    },
    PlanLimit {
        name: "temporary_bounces_days",
        default: 30,
        unit: "days",
        reason: "H4: within which time temporary bounces add up",
    },
    PlanLimit {
        name: "temporary_bounces_hours_apart",
        default: 24,
        unit: "hours",
        reason: "H4: several bounces of one night count as one",
    },
    PlanLimit {
        name: "domain_incident_recipients",
        default: 20,
        unit: "recipients",
        reason: "H12: as many refused for one cause are the domain's trouble",
    },
];

/// A limit as it holds for a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectiveLimit {
    /// The plan's entry.
    pub plan: PlanLimit,
    /// What holds.
    pub value: u64,
    /// Whether the tenant's settings say so.
    pub overridden: bool,
}

/// All plan limits with a tenant's overrides.
pub fn effective(overrides: &BTreeMap<String, u64>) -> Vec<EffectiveLimit> {
    let of = |plan: &PlanLimit| {
        let own = overrides.get(plan.name).copied();
        EffectiveLimit {
            plan: *plan,
            value: own.unwrap_or(plan.default),
            overridden: own.is_some(),
        }
    };
    PLAN_LIMITS.iter().map(of).collect()
}

/// What holds for one limit; zero for a name that the table does not have.
pub fn value_of(overrides: &BTreeMap<String, u64>, name: &str) -> u64 {
    effective(overrides).into_iter().find(|l| l.plan.name == name).map_or(0, |l| l.value)
}
