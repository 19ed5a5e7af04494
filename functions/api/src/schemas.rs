//! Schemas of values that the domain defines: the document's enumerations come from its own lists.

use domain::consent::{ConsentChannel, ConsentSource, LawfulBasis};
use domain::contact::ContactKind;
use domain::intake::QuarantineReason;
use domain::permission::Scope;
use utoipa::openapi::KnownFormat;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaFormat, SchemaType, Type};

fn one_of<'a>(names: impl IntoIterator<Item = &'a str>) -> ObjectBuilder {
    let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names))
}

/// An id with its prefix.
fn id_of(prefix: &str) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(format!("^{prefix}[0-9A-HJKMNP-TV-Z]{{26}}$")))
        .build()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $id:ident;)*) => {
        $($(#[$doc])* pub fn $name() -> Object { id_of(domain::ids::$id::PREFIX) })*
    };
}

ids! {
    /// A tenant's id.
    tenant_id = TenantId;
    /// A user's id.
    user_id = UserId;
    /// An API key's id.
    api_key_id = ApiKeyId;
    /// A contact's id.
    contact_id = ContactId;
    /// A list's id.
    list_id = ListId;
    /// A mailbox's id.
    mailbox_id = MailboxId;
    /// A message's id.
    message_id = MessageId;
    /// A thread's id.
    thread_id = ThreadId;
    /// An intake's id.
    intake_id = IntakeId;
    /// A route's id.
    route_id = RouteId;
    /// An activity's id.
    activity_id = ActivityId;
    /// An invitation's id.
    invitation_id = InvitationId;
    /// A notice's id.
    notice_id = NoticeId;
    /// The id of a request to lift permanent blocks.
    unblock_request_id = UnblockRequestId;
    /// An alert's id.
    alert_id = AlertId;
    /// A standing rule's id.
    link_rule_id = LinkRuleId;
    /// A consent's id.
    consent_id = ConsentId;
    /// A request's id.
    request_id = RequestId;
}

/// Ids of contacts.
pub fn contact_ids() -> utoipa::openapi::schema::Array {
    utoipa::openapi::schema::ArrayBuilder::new().items(contact_id()).build()
}

/// A right.
pub fn scope() -> Object {
    one_of(Scope::ALL.iter().map(|scope| scope.name())).build()
}

/// Rights.
pub fn scopes() -> utoipa::openapi::schema::Array {
    utoipa::openapi::schema::ArrayBuilder::new().items(scope()).build()
}

/// A role.
pub fn role() -> Object {
    one_of(["member", "admin", "owner"]).build()
}

/// By which way one may come to a person.
pub fn consent_channel() -> Object {
    one_of(ConsentChannel::NAMES.iter().copied()).build()
}

/// What makes mail to somebody lawful.
pub fn lawful_basis() -> Object {
    one_of(LawfulBasis::NAMES.iter().copied()).build()
}

/// How a consent was given.
pub fn consent_source() -> Object {
    one_of(ConsentSource::NAMES.iter().copied()).build()
}

/// A kind of contact.
pub fn contact_kind() -> Object {
    let standard: Vec<&str> = ContactKind::STANDARD.iter().map(ContactKind::name).collect();
    ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some("^[a-z][a-z0-9_]{1,23}$"))
        .description(Some(format!("{}, or a module of the tenant.", standard.join(", "))))
        .build()
}

/// Values of fields by name.
pub fn field_values() -> Object {
    ObjectBuilder::new().schema_type(Type::Object).additional_properties(Some(any_value())).build()
}

/// A type of fields.
pub fn field_type() -> Object {
    one_of([
        "text",
        "long_text",
        "integer",
        "decimal",
        "date",
        "moment",
        "yes_no",
        "choice",
        "choices",
        "email",
        "phone",
        "url",
        "reference",
    ])
    .build()
}

/// A value of a field, of whichever type.
pub fn field_value() -> Object {
    any_value().build()
}

fn any_value() -> ObjectBuilder {
    let texts =
        "A text, a whole number, true or false, or a list of texts, as the field's type is.";
    let kinds = [Type::String, Type::Integer, Type::Boolean, Type::Array];
    let kinds = SchemaType::from_iter(kinds);
    ObjectBuilder::new().schema_type(kinds).description(Some(texts))
}

/// What an address is in a mail.
pub fn party_role() -> Object {
    one_of(["from", "sender", "reply_to", "to", "cc", "bcc", "resent_from", "resent_to"]).build()
}

/// What addresses are in a mail.
pub fn party_roles() -> utoipa::openapi::schema::Array {
    utoipa::openapi::schema::ArrayBuilder::new().items(party_role()).build()
}

/// Received or sent.
pub fn direction() -> Object {
    one_of(["received", "sent"]).build()
}

/// Why a message stands in its thread.
pub fn thread_reason() -> Object {
    let reasons = [
        "opened",
        "reply_token",
        "in_reply_to",
        "references",
        "awaited",
        "provider_thread",
        "embedded_token",
        "same_header_id",
        "by_person",
    ];
    one_of(reasons).build()
}

/// Why a raw mail needs a person.
pub fn quarantine_reason() -> Object {
    one_of(QuarantineReason::ALL.iter().map(|reason| reason.code())).build()
}

/// What the receiving server must have said about a sender.
pub fn required_verdict() -> Object {
    one_of(["dmarc_pass", "authenticated", "trusted"]).build()
}

/// Which records a dropbox looks for.
pub fn search_pattern() -> Object {
    one_of(["leads", "contacts", "both"]).build()
}

/// Where a sender address stands.
pub fn sender_state() -> Object {
    one_of(["unverified", "pending", "verified"]).build()
}

/// What a route is for.
pub fn route_kind() -> Object {
    one_of(["mailbox", "organization", "forwarding", "dropbox"]).build()
}

/// Which mail makes contacts.
pub fn contact_creation() -> Object {
    one_of(["received", "sent_and_received", "sent", "none"]).build()
}

/// What mail makes of unknown people.
pub fn created_as() -> Object {
    one_of(["contact", "lead"]).build()
}

/// A task, event or note.
pub fn activity_kind() -> Object {
    one_of(["task", "event", "note"]).build()
}

/// An answer to an invitation.
pub fn meeting_answer() -> Object {
    one_of(["accept", "tentative", "decline"]).build()
}

/// How far a mail has come on its way to the provider, or null where that is not known here.
pub fn reply_state() -> Object {
    let types = SchemaType::from_iter([Type::String, Type::Null]);
    let names = ["queued", "unknown", "sent", "refused"].map(|name| Some(name.to_owned()));
    ObjectBuilder::new()
        .schema_type(types)
        .enum_values(Some(names.into_iter().chain([None])))
        .build()
}

/// A moment, or null where there is none.
pub fn moment_or_null() -> Object {
    let types = SchemaType::from_iter([Type::String, Type::Null]);
    ObjectBuilder::new()
        .schema_type(types)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .build()
}

/// A moment.
pub fn moment() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .build()
}
