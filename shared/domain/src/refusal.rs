//! What is answered to a caller who asked for something that can't be done: a stable code, the field
//! it is about, and a hint what to do. Our own failures are not refusals (see `flows::error`).

use std::fmt;

use crate::timestamp::Timestamp;

/// A request that is refused because of the request, not because of us.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("refused: {code}")]
pub struct Refused {
    /// Which rule refused it.
    pub code: RefusalCode,
    /// The field of the request it is about, in the request's own spelling.
    pub field: Option<String>,
    /// What the caller can do.
    pub hint: String,
    /// The bound that was crossed, where there is one.
    pub limit: Option<u64>,
    /// From when on the same request may succeed, where that is known.
    pub retry_at: Option<Timestamp>,
    /// The thing that stands in the way, where one does; boxed, for it is rare.
    pub existing: Option<Box<Existing>>,
}

/// A thing that stands in the way of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Existing {
    /// Its id.
    pub id: String,
    /// The fields in which it differs from what was asked for.
    pub differences: Vec<String>,
}

impl Refused {
    /// A refusal about the whole request.
    pub fn new(code: RefusalCode, hint: impl Into<String>) -> Self {
        Self { code, field: None, hint: hint.into(), limit: None, retry_at: None, existing: None }
    }

    /// A refusal about one field.
    pub fn field(code: RefusalCode, field: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..Self::new(code, hint) }
    }

    /// The same refusal, naming the bound that was crossed.
    pub fn with_limit(mut self, limit: u64) -> Self {
        self.limit = Some(limit);
        self
    }

    /// The same refusal, naming the thing that stands in the way and the fields in which it differs.
    pub fn about(mut self, existing: impl ToString, differences: Vec<String>) -> Self {
        self.existing = Some(Box::new(Existing { id: existing.to_string(), differences }));
        self
    }

    /// The same refusal, naming when to try again.
    pub fn with_retry_at(mut self, at: Timestamp) -> Self {
        self.retry_at = Some(at);
        self
    }
}

/// What sort of answer a refusal is; the HTTP edge maps it to a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// The request can't be read.
    Malformed,
    /// The caller is not known.
    Unauthenticated,
    /// The caller is known and lacks a right.
    Forbidden,
    /// There is no such thing, or none that the caller may see.
    NotFound,
    /// The thing is there and does not take this method.
    WrongMethod,
    /// The thing's state does not allow it.
    Conflict,
    /// The caller's revision is not the current one.
    RevisionMismatch,
    /// The caller named no revision.
    RevisionMissing,
    /// Too often: the same request may succeed later.
    TooOften,
    /// Too many octets.
    TooLarge,
    /// The body is of a form that nothing here reads.
    WrongMediaType,
    /// The request can be read, and a rule says no.
    Rule,
}

macro_rules! refusal_codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $kind:ident, $title:literal;)*) => {
        /// The stable codes of refusals.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum RefusalCode {
            $($(#[$doc])* $name,)*
        }

        impl RefusalCode {
            /// Every code, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code as callers see it.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// One short English sentence, the same for every refusal of the code.
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }

            /// What sort of answer it is.
            pub fn kind(self) -> RefusalKind {
                match self { $(Self::$name => RefusalKind::$kind,)* }
            }
        }
    };
}

refusal_codes! {
    /// The body is no JSON of the wanted shape.
    BodyMalformed = "body_malformed", Malformed, "The body can't be read.";
    /// A query parameter is of the wrong form.
    QueryMalformed = "query_malformed", Malformed, "A query parameter can't be read.";
    /// A path segment is no id of the wanted kind.
    IdMalformed = "id_malformed", Malformed, "The id can't be read.";
    /// The cursor is not one of ours for this tenant, path and filter.
    CursorInvalid = "cursor_invalid", Malformed, "The cursor does not belong to this list.";
    /// No bearer key, or one of the wrong form.
    KeyMissing = "key_missing", Unauthenticated, "An API key is needed.";
    /// The key is not known, is revoked or has expired.
    KeyInvalid = "key_invalid", Unauthenticated, "The API key is not valid.";
    /// The key's scopes or the user's role lack the right.
    RightMissing = "right_missing", Forbidden, "A right is missing.";
    /// There is no such thing, or none that the caller may see.
    NotFound = "not_found", NotFound, "There is no such thing.";
    /// The path is not part of the API.
    PathUnknown = "path_unknown", NotFound, "There is no such path.";
    /// The method is not part of the path.
    MethodUnknown = "method_unknown", WrongMethod, "The path does not take this method.";
    /// If-Match names another revision than the current one.
    RevisionMismatch = "revision_mismatch", RevisionMismatch, "The thing has changed meanwhile.";
    /// If-Match is missing or of the wrong form.
    RevisionMissing = "revision_missing", RevisionMissing, "The revision is needed.";
    /// The body is longer than the API takes.
    BodyTooLarge = "body_too_large", TooLarge, "The body is too large.";
    /// The body says of itself that it is no JSON.
    MediaTypeUnsupported = "media_type_unsupported", WrongMediaType, "The body is of another form.";
    /// The idempotency key was used with another body.
    IdempotencyKeyReused = "idempotency_key_reused", Conflict, "The key was used for another request.";
    /// The first request with this idempotency key is still at work.
    IdempotencyKeyBusy = "idempotency_key_busy", Conflict, "The first request is still at work.";
    /// The idempotency key is empty or too long.
    IdempotencyKeyMalformed = "idempotency_key_malformed", Malformed, "The key can't be used.";
    /// A field must be given, or must not be empty.
    FieldMissing = "field_missing", Rule, "A field is missing.";
    /// A field is not part of the request.
    FieldUnknown = "field_unknown", Rule, "A field is not known.";
    /// A field's value is not one that the field takes.
    FieldInvalid = "field_invalid", Rule, "A field has a value it can't take.";
    /// A text is longer than its field takes.
    FieldTooLong = "field_too_long", Rule, "A text is too long.";
    /// The text is no e-mail address.
    AddressInvalid = "address_invalid", Rule, "The text is not an e-mail address.";
    /// The address is another record's already.
    AddressTaken = "address_taken", Conflict, "The address is in use.";
    /// The address or the domain has a route already.
    RouteTaken = "route_taken", Conflict, "There is a route for it already.";
    /// Only a secret address can be changed for another.
    RouteNotSecret = "route_not_secret", Conflict, "The route has no secret address.";
    /// The domain is not one that the tenant's mail comes in for.
    DomainNotClaimed = "domain_not_claimed", Rule, "The domain is not one of the tenant's.";
    /// A key can't be given rights that its maker or its user lacks.
    ScopeNotHeld = "scope_not_held", Rule, "A right can't be given.";
    /// Somebody would stand above himself.
    TeamCircle = "team_circle", Rule, "Somebody would stand above himself.";
    /// The module has this name already.
    ModuleExists = "module_exists", Conflict, "There is such a module already.";
    /// The module still has records.
    ModuleNotEmpty = "module_not_empty", Conflict, "The module still has records.";
    /// The module was removed: its records can only be read and removed.
    ModuleRemoved = "module_removed", Conflict, "The module was removed.";
    /// The record would be larger than records may be.
    RecordTooLarge = "record_too_large", TooLarge, "The record is too large.";
    /// Only leads are converted.
    NotALead = "not_a_lead", Conflict, "The record is no lead.";
    /// A record can't be merged with itself or with one that was merged into it.
    SameRecord = "same_record", Conflict, "Both are the same record.";
    /// No conversion or merge of the record can be undone.
    NothingToUndo = "nothing_to_undo", Conflict, "There is nothing to undo.";
    /// The mail suggests no record that is there.
    NothingSuggested = "nothing_suggested", Conflict, "There is nothing to accept.";
    /// A record has the address already.
    ContactExists = "contact_exists", Conflict, "A record has the address already.";
    /// A limit of the tenant's plan is reached.
    LimitReached = "limit_reached", Rule, "A limit is reached.";
    /// The stack has its first tenant already.
    TenantExists = "tenant_exists", Conflict, "The stack has its first tenant already.";
    /// The last user with the owner role can't be disabled or lose the role.
    LastOwner = "last_owner", Conflict, "The last owner has to stay.";
    /// Only a quarantined intake can be retried.
    NotQuarantined = "not_quarantined", Conflict, "The mail is not in quarantine.";
    /// What keeps the mail in quarantine is not a rule that a person can set aside.
    NotReleasable = "not_releasable", Conflict, "The mail can't be filed in spite of it.";
    /// The notice tells something and asks nothing.
    NoticeAsksNothing = "notice_asks_nothing", Conflict, "The notice asks nothing.";
    /// The code is wrong, spent or too old.
    CodeInvalid = "code_invalid", Rule, "The code is not valid.";
    /// A code was mailed a moment ago.
    CodeTooSoon = "code_too_soon", Conflict, "A code is on its way.";
    /// The sender did not take a mail of ours.
    MailNotTaken = "mail_not_taken", Conflict, "The mail could not be sent.";
    /// The receiving server found a virus in the mail: its files are not served (B11).
    VirusFound = "virus_found", Conflict, "The mail carries a virus.";
    /// The domain belongs to another tenant.
    DomainTaken = "domain_taken", Conflict, "The domain is another tenant's.";
    /// The meeting was called off.
    MeetingCancelled = "meeting_cancelled", Conflict, "The meeting was called off.";
    /// The invitation names no organizer.
    NoOrganizer = "no_organizer", Conflict, "There is nobody to answer to.";
    /// The caller holds the meeting himself.
    OwnMeeting = "own_meeting", Conflict, "The meeting is the caller's own.";
    /// The mail is being taken in by another worker at this moment.
    IntakeBusy = "intake_busy", Conflict, "The mail is being taken in.";
    /// A recipient's address is blocked (H9).
    RecipientBlocked = "recipient_blocked", Rule, "A recipient's address is blocked.";
    /// The provider asks for a slower rate.
    SendingThrottled = "sending_throttled", TooOften, "The mail has to wait.";
    /// The address is not one that the caller may write from.
    SenderNotAllowed = "sender_not_allowed", Rule, "The sender's address can't be used.";
    /// A request that sends needs an idempotency key, or a repeated one would send twice.
    IdempotencyKeyMissing = "idempotency_key_missing", Malformed, "An idempotency key is needed.";
    /// Nobody said that the cause of a block is resolved (S4.8).
    CauseUnresolved = "cause_unresolved", Rule, "The cause has to be resolved first.";
    /// A permanent block is not lifted by one person (S4.3, Z12).
    BlockPermanent = "block_permanent", Forbidden, "The block is permanent.";
    /// A complaint, an unsubscription or a legal demand is not ours to lift (H4).
    RecipientsWish = "recipients_wish", Forbidden, "The block is not ours to lift.";
    /// A block was lifted as often as it may be (Z12).
    LiftsExhausted = "lifts_exhausted", Conflict, "The block was lifted too often.";
    /// The provider's list has the address, and nothing tells us its text any more.
    AddressUnknown = "address_unknown", Conflict, "The address is not known any more.";
    /// Who opened a request can't confirm it himself.
    SecondPersonNeeded = "second_person_needed", Forbidden, "Another administrator is needed.";
    /// The request was confirmed, withdrawn or has expired.
    UnblockRequestClosed = "unblock_request_closed", Conflict, "The request is not open.";
    /// The body is no message of a topic.
    TopicMessageMalformed = "topic_message_malformed", Malformed, "The topic's message can't be read.";
    /// The topic is not one that we listen to (H1).
    TopicNotAllowed = "topic_not_allowed", Forbidden, "The topic is not one of ours.";
    /// The message is signed in a way that we do not know.
    TopicSignatureUnknown = "topic_signature_unknown", Rule, "The signature's version is not known.";
    /// A URL of the message leads elsewhere than to the topic's provider.
    TopicUrlForeign = "topic_url_foreign", Forbidden, "A URL is not one of the topic's provider.";
    /// The message is too old, or from the future: perhaps a copy.
    TopicMessageStale = "topic_message_stale", Rule, "The message is not of this hour.";
    /// There is no certificate at its URL, or none that is valid now.
    TopicCertificateInvalid = "topic_certificate_invalid", Forbidden, "The certificate is not valid.";
    /// The signature is not that of the message.
    TopicSignatureWrong = "topic_signature_wrong", Forbidden, "The signature is wrong.";
    /// The provider does not take the confirmation of a subscription.
    TopicNotConfirmed = "topic_not_confirmed", Conflict, "The subscription was not confirmed.";
    /// Somebody else changed the same things again and again.
    TooMuchContention = "too_much_contention", Conflict, "The thing is being changed.";
}

impl fmt::Display for RefusalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_snake_case_and_unique() {
        let mut codes: Vec<_> = RefusalCode::ALL.iter().map(|c| c.code()).collect();
        assert!(codes.iter().all(|c| c.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')));
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), RefusalCode::ALL.len());
    }
}
