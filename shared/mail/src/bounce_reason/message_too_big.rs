//! The message is too large for the receiving system (X.3.4).

use domain::bounce::BounceReason;

use super::row::ReasonRow;

/// What tells this reason.
pub const ROW: ReasonRow = ReasonRow {
    reason: BounceReason::MesgTooBig,
    statuses: &["5.3.4", "x.7.16"],
    replies: &[],
    phrases: &[
        "message size exceeds",
        "exceeded maximum inbound message size",
        "exceeded the maximum incoming message size",
        "exceeds maximum inbound message size",
        "max message size exceeded",
        "maximum message size exceeded",
        "maximum email size exceeded",
        "maximum size exceeded",
        "message exceeds maximum",
        "message exceeded * size",
        "message file too big",
        "message too big",
        "message is too big",
        "message is too large",
        "message larger than",
        "larger than the current system limit",
        "message too large for this",
        "message length exceeds",
        "line limit exceeded",
        "size limit exceeded",
        "exceeds size limit",
        "exceeds the size limit",
        "exceeded * message size limit",
        "fixed maximum message size",
        "mail size limit",
        "over the maximum message size",
        "too large message",
        "body too large",
        "taille limite du message",
        "nachricht ist zu groß",
        "邮件太大",
        "邮件过大",
        "邮件大小超过",
        "超过邮件大小",
    ],
    unless: &["headers too large", "header size"],
};
