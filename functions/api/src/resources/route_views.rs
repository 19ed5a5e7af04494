//! How the rules of routes are written and shown.

use std::collections::BTreeMap;

use domain::contact::ContactKind;
use domain::email_address::{EmailAddress, normal_domain};
use domain::field_value::FieldValue;
use domain::given_value::GivenValue;
use domain::ids::UserId;
use domain::refusal::{RefusalCode, Refused};
use domain::route_purpose::{
    AllowedSenders, Assignment, DropboxRules, OrganizationRules, RequiredVerdict, SearchPattern,
};
use flows::text_rules;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::field_values;
use crate::schemas;

/// How mail to an organization address is taken.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrganizationView {
    /// What an unknown sender becomes.
    #[schema(schema_with = schemas::contact_kind)]
    pub module: ContactKind,
    /// Values that the made record begins with, by field of the module.
    #[serde(default)]
    #[schema(schema_with = schemas::field_values)]
    pub defaults: BTreeMap<String, serde_json::Value>,
    /// Who gets the made record.
    #[serde(default)]
    pub assignment: AssignmentView,
    /// Who may write to the address.
    #[serde(default)]
    pub senders: SendersView,
    /// What the receiving server must have said: `dmarc_pass`; `authenticated`: DMARC passes, or the
    /// domain says nothing about DMARC and SPF or DKIM passes; `trusted`: nothing.
    #[serde(default = "authenticated")]
    #[schema(schema_with = schemas::required_verdict)]
    pub verdict: RequiredVerdict,
}

fn authenticated() -> RequiredVerdict {
    RequiredVerdict::Authenticated
}

/// Who gets a made record.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum AssignmentView {
    /// The owner of the mailbox.
    #[default]
    MailboxOwner,
    /// One user.
    User {
        /// Who.
        #[schema(schema_with = schemas::user_id)]
        user: UserId,
    },
    /// One after the other.
    RoundRobin {
        /// Who take turns.
        #[schema(value_type = Vec<String>)]
        users: Vec<UserId>,
    },
    /// Who looks after the first known record that the mail names.
    OwnerOfKnownContact,
}

/// Who may write to an organization address.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum SendersView {
    /// Everybody.
    #[default]
    Everyone,
    /// Who has a record.
    KnownContacts,
    /// The tenant's own users.
    OwnUsers,
    /// Those on a list.
    Listed {
        /// Single addresses.
        #[serde(default)]
        addresses: Vec<String>,
        /// Whole domains.
        #[serde(default)]
        domains: Vec<String>,
    },
}

/// How mail in a dropbox is filed.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DropboxView {
    /// Which records are looked for: `leads`, `contacts` or `both`.
    #[serde(default)]
    #[schema(schema_with = schemas::search_pattern)]
    pub search: SearchPattern,
    /// What who has no record becomes; null where nothing is made.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub create: Option<ContactKind>,
    /// As at organization addresses.
    #[serde(default = "dmarc_pass")]
    #[schema(schema_with = schemas::required_verdict)]
    pub verdict: RequiredVerdict,
}

fn dmarc_pass() -> RequiredVerdict {
    RequiredVerdict::DmarcPass
}

impl From<&DropboxRules> for DropboxView {
    fn from(rules: &DropboxRules) -> Self {
        Self { search: rules.search, create: rules.create, verdict: rules.verdict }
    }
}

impl From<DropboxView> for DropboxRules {
    fn from(view: DropboxView) -> Self {
        Self { search: view.search, create: view.create, verdict: view.verdict }
    }
}

impl From<&OrganizationRules> for OrganizationView {
    fn from(rules: &OrganizationRules) -> Self {
        Self {
            module: rules.module,
            defaults: field_values::plain_all(&rules.defaults),
            assignment: match &rules.assignment {
                Assignment::MailboxOwner => AssignmentView::MailboxOwner,
                Assignment::User(user) => AssignmentView::User { user: *user },
                Assignment::RoundRobin(users) => {
                    AssignmentView::RoundRobin { users: users.clone() }
                }
                Assignment::OwnerOfKnownContact => AssignmentView::OwnerOfKnownContact,
            },
            senders: match &rules.senders {
                AllowedSenders::Everyone => SendersView::Everyone,
                AllowedSenders::KnownContacts => SendersView::KnownContacts,
                AllowedSenders::OwnUsers => SendersView::OwnUsers,
                AllowedSenders::Listed { addresses, domains } => SendersView::Listed {
                    addresses: addresses.iter().map(|one| one.expose().to_owned()).collect(),
                    domains: domains.clone(),
                },
            },
            verdict: rules.verdict,
        }
    }
}

impl TryFrom<OrganizationView> for OrganizationRules {
    type Error = Refused;

    fn try_from(view: OrganizationView) -> Result<Self, Refused> {
        Ok(Self {
            module: view.module,
            defaults: defaults(view.defaults)?,
            assignment: match view.assignment {
                AssignmentView::MailboxOwner => Assignment::MailboxOwner,
                AssignmentView::User { user } => Assignment::User(user),
                AssignmentView::RoundRobin { users } => Assignment::RoundRobin(users),
                AssignmentView::OwnerOfKnownContact => Assignment::OwnerOfKnownContact,
            },
            senders: senders(view.senders)?,
            verdict: view.verdict,
        })
    }
}

/// The values as they were given; the fields of the module judge them later. Null is no value.
fn defaults(
    given: BTreeMap<String, serde_json::Value>,
) -> Result<BTreeMap<String, FieldValue>, Refused> {
    let mut values = BTreeMap::new();
    for (name, value) in given.into_iter().filter(|(_, value)| !value.is_null()) {
        let value = match serde_json::from_value(value) {
            Ok(GivenValue::Text(text)) => FieldValue::Text(text),
            Ok(GivenValue::Integer(number)) => FieldValue::Integer(number),
            Ok(GivenValue::YesNo(yes)) => FieldValue::YesNo(yes),
            Ok(GivenValue::Texts(texts)) => FieldValue::Choices(texts),
            Ok(GivenValue::Other(_)) | Err(_) => {
                let field = format!("organization.defaults.{name}");
                let hint = "give a text, a whole number, true or false, or a list of texts";
                return Err(Refused::field(RefusalCode::FieldInvalid, field, hint));
            }
        };
        values.insert(name, value);
    }
    Ok(values)
}

fn senders(view: SendersView) -> Result<AllowedSenders, Refused> {
    let (addresses, domains) = match view {
        SendersView::Everyone => return Ok(AllowedSenders::Everyone),
        SendersView::KnownContacts => return Ok(AllowedSenders::KnownContacts),
        SendersView::OwnUsers => return Ok(AllowedSenders::OwnUsers),
        SendersView::Listed { addresses, domains } => (addresses, domains),
    };
    let field = "organization.senders.addresses";
    let address = |text: String| text_rules::address(field, &text);
    let addresses: Vec<EmailAddress> =
        addresses.into_iter().map(address).collect::<Result<_, _>>()?;
    let domain = |text: String| {
        let field = "organization.senders.domains";
        normal_domain(&text)
            .map_err(|flaw| Refused::field(RefusalCode::FieldInvalid, field, flaw.to_string()))
    };
    let domains = domains.into_iter().map(domain).collect::<Result<_, _>>()?;
    Ok(AllowedSenders::Listed { addresses, domains })
}
