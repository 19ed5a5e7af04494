//! The list of reasons that codes and words tell. A new one is a file and a line here.

use super::row::ReasonRow;
use super::{
    auth_failure, bad_reputation, blocked, content_error, exceed_limit, expired, failed_starttls,
    filtered, has_moved, host_unknown, mailbox_full, mailer_error, message_too_big, network_error,
    no_relaying, not_accept, not_compliant_rfc, policy_violation, rejected, require_ptr,
    security_error, spam_detected, speeding, suppressed, suspend, syntax_error, system_error,
    system_full, too_many_conn, user_unknown, virus_detected,
};

/// Every row; the order in which they are tried stands in [`super::decide`].
pub const ROWS: &[ReasonRow] = &[
    auth_failure::ROW,
    bad_reputation::ROW,
    blocked::ROW,
    content_error::ROW,
    exceed_limit::ROW,
    expired::ROW,
    failed_starttls::ROW,
    filtered::ROW,
    has_moved::ROW,
    host_unknown::ROW,
    mailbox_full::ROW,
    mailer_error::ROW,
    message_too_big::ROW,
    network_error::ROW,
    no_relaying::ROW,
    not_accept::ROW,
    not_compliant_rfc::ROW,
    policy_violation::ROW,
    rejected::ROW,
    require_ptr::ROW,
    security_error::ROW,
    spam_detected::ROW,
    speeding::ROW,
    suppressed::ROW,
    suspend::ROW,
    syntax_error::ROW,
    system_error::ROW,
    system_full::ROW,
    too_many_conn::ROW,
    user_unknown::ROW,
    virus_detected::ROW,
];
