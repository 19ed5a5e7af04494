//! Consents of contacts.

use axum::extract::State;
use domain::consent::{Consent, ConsentChannel, ConsentProof, ConsentSource, LawfulBasis};
use domain::ids::{ConsentId, ContactId, MessageId, UserId};
use domain::permission::{ReadContacts, Scope, WriteContacts};
use domain::refusal::{RefusalCode, Refused};
use domain::timestamp::Timestamp;
use flows::manage_consents::{self, NewConsent};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::app::App;
use crate::asked::{Asked, PathWords};
use crate::auth::Call;
use crate::endpoint::Endpoint;
use crate::idempotency::once;
use crate::pages::{ListQuery, page};
use crate::problem::ApiError;
use crate::schemas;

/// What allows mail to a contact.
#[derive(Serialize, ToSchema)]
pub struct ConsentView {
    /// Its id.
    #[schema(schema_with = schemas::consent_id)]
    pub id: ConsentId,
    /// The contact, by the id under which it was written down.
    #[schema(schema_with = schemas::contact_id)]
    pub contact: ContactId,
    /// By which way one may come to the person.
    #[schema(schema_with = schemas::consent_channel)]
    pub channel: ConsentChannel,
    /// What for.
    pub purpose: String,
    /// What makes it lawful: one of GDPR article 6 paragraph 1.
    #[schema(schema_with = schemas::lawful_basis)]
    pub basis: LawfulBasis,
    /// How it was given.
    #[schema(schema_with = schemas::consent_source)]
    pub source: ConsentSource,
    /// What shows it.
    pub proof: ProofView,
    /// When it was given.
    #[schema(schema_with = schemas::moment)]
    pub given_at: Timestamp,
    /// When it was written down.
    #[schema(schema_with = schemas::moment)]
    pub recorded_at: Timestamp,
    /// Who wrote it down.
    #[schema(schema_with = schemas::user_id)]
    pub recorded_by: UserId,
    /// That it holds no more; null while it does.
    #[schema(required)]
    pub withdrawn: Option<WithdrawalView>,
}

/// What shows that a consent was given: exactly one of the three.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProofView {
    /// The words that the person agreed to, or gave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// The mail in which he did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    message: Option<MessageId>,
    /// Where the proof is kept: a file number, a URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
}

impl ProofView {
    fn read(self) -> Result<ConsentProof, Refused> {
        match (self.text, self.message, self.reference) {
            (Some(text), None, None) => Ok(ConsentProof::Text(text)),
            (None, Some(message), None) => Ok(ConsentProof::Message(message)),
            (None, None, Some(reference)) => Ok(ConsentProof::Reference(reference)),
            _ => {
                let hint = "give one of `text`, `message` and `reference`";
                Err(Refused::field(RefusalCode::FieldInvalid, "proof", hint))
            }
        }
    }
}

impl From<ConsentProof> for ProofView {
    fn from(proof: ConsentProof) -> Self {
        let none = Self { text: None, message: None, reference: None };
        match proof {
            ConsentProof::Text(text) => Self { text: Some(text), ..none },
            ConsentProof::Message(message) => Self { message: Some(message), ..none },
            ConsentProof::Reference(reference) => Self { reference: Some(reference), ..none },
        }
    }
}

/// That a consent was withdrawn.
#[derive(Serialize, ToSchema)]
pub struct WithdrawalView {
    /// Since when it holds no more.
    #[schema(schema_with = schemas::moment)]
    pub at: Timestamp,
    /// When that was written down.
    #[schema(schema_with = schemas::moment)]
    pub recorded_at: Timestamp,
    /// Who wrote it down.
    #[schema(schema_with = schemas::user_id)]
    pub recorded_by: UserId,
    /// How the person said so.
    #[schema(required)]
    pub note: Option<String>,
}

impl From<Consent> for ConsentView {
    fn from(consent: Consent) -> Self {
        let withdrawn = consent.withdrawn.map(|withdrawn| WithdrawalView {
            at: withdrawn.at,
            recorded_at: withdrawn.recorded_at,
            recorded_by: withdrawn.recorded_by,
            note: withdrawn.note,
        });
        Self {
            id: consent.id,
            contact: consent.contact,
            channel: consent.channel,
            purpose: consent.purpose,
            basis: consent.basis,
            source: consent.source,
            proof: consent.proof.into(),
            given_at: consent.given_at,
            recorded_at: consent.recorded_at,
            recorded_by: consent.recorded_by,
            withdrawn,
        }
    }
}

/// A consent to write down.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentToGive {
    /// By which way one may come to the person; mail where it is missing.
    #[serde(default = "by_mail")]
    #[schema(schema_with = schemas::consent_channel)]
    channel: ConsentChannel,
    /// What for.
    purpose: String,
    /// What makes it lawful.
    #[schema(schema_with = schemas::lawful_basis)]
    basis: LawfulBasis,
    /// How it was given.
    #[schema(schema_with = schemas::consent_source)]
    source: ConsentSource,
    /// What shows it.
    proof: ProofView,
    /// When it was given; now where it is missing.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    given_at: Option<Timestamp>,
}

fn by_mail() -> ConsentChannel {
    ConsentChannel::Email
}

/// That a consent is withdrawn.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentToWithdraw {
    /// Since when it holds no more; now where it is missing.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    withdrawn_at: Option<Timestamp>,
    /// How the person said so.
    #[serde(default)]
    note: Option<String>,
}

/// The endpoints.
pub fn endpoints() -> Vec<Endpoint> {
    const ALL: &str = "/v1/contacts/{id}/consents";
    const WITHDRAW: &str = "/v1/contacts/{id}/consents/{consent}/withdraw";
    let list_text = "What allows mail to a contact, the last written down first.";
    let withdraw_text = "Withdraws a consent; one that is withdrawn stays as it is.";
    vec![
        Endpoint::get(ALL, "list_consents", list_text, list)
            .needs(Scope::ReadContacts)
            .lists::<ConsentView>(),
        Endpoint::post(ALL, "give_consent", "Writes down a consent.", give)
            .needs(Scope::WriteContacts)
            .takes::<ConsentToGive>()
            .creates::<ConsentView>(),
        Endpoint::post(WITHDRAW, "withdraw_consent", withdraw_text, withdraw)
            .needs(Scope::WriteContacts)
            .takes::<ConsentToWithdraw>()
            .creates::<ConsentView>()
            .with_status(StatusCode::OK),
    ]
}

async fn list(
    State(app): State<App>,
    call: Call<ReadContacts>,
    path: PathWords,
    query: ListQuery,
) -> Result<Answer, ApiError> {
    let (wish, seal) = query.open_whole(&app, &call.allowed)?;
    let listed = manage_consents::list(&app.records, &call.allowed, path.get("id")?, wish).await?;
    page(listed, &seal, ConsentView::from)
}

async fn give(
    State(app): State<App>,
    call: Call<WriteContacts>,
    path: PathWords,
    asked: Asked<ConsentToGive>,
) -> Result<Answer, ApiError> {
    let ConsentToGive { channel, purpose, basis, source, proof, given_at } = asked.body;
    let (records, allowed, id) = (&app.records, &call.allowed, path.get("id")?);
    let proof = proof.read()?;
    once(&app, &call, &asked.keyed, async |origin| {
        let new = NewConsent { channel, purpose, basis, source, proof, given_at };
        let given = manage_consents::give(records, allowed, call.request, origin, id, new).await?;
        Answer::created(&ConsentView::from(given))
    })
    .await
}

async fn withdraw(
    State(app): State<App>,
    call: Call<WriteContacts>,
    path: PathWords,
    asked: Asked<ConsentToWithdraw>,
) -> Result<Answer, ApiError> {
    let ConsentToWithdraw { withdrawn_at, note } = asked.body;
    let (records, allowed) = (&app.records, &call.allowed);
    let which = (path.get("id")?, path.get("consent")?);
    once(&app, &call, &asked.keyed, async |_| {
        let (at, request) = (withdrawn_at, call.request);
        let done = manage_consents::withdraw(records, allowed, request, which, at, note).await?;
        Answer::ok(&ConsentView::from(done))
    })
    .await
}
