//! The invocation's JSON and the answer's.

use domain::ids::{MailboxId, TenantId, UserId};
use domain::timestamp::Timestamp;
use flows::make_first_tenant::{FirstTenant, MadeTenant};
use serde::{Deserialize, Serialize};

/// What the function is invoked with.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    tenant_name: String,
    owner_name: String,
    owner_email: String,
    mail_domain: String,
}

impl From<Wanted> for FirstTenant {
    fn from(wanted: Wanted) -> Self {
        let Wanted { tenant_name, owner_name, owner_email, mail_domain } = wanted;
        Self { tenant_name, owner_name, owner_email, mail_domain }
    }
}

/// What it answers. The key's text is shown here and nowhere again.
#[derive(Serialize)]
pub struct Answer {
    tenant_id: TenantId,
    user_id: UserId,
    mailbox_id: MailboxId,
    api_key: String,
    api_key_expires_at: Timestamp,
}

impl From<MadeTenant> for Answer {
    fn from(made: MadeTenant) -> Self {
        Self {
            tenant_id: made.tenant,
            user_id: made.owner,
            mailbox_id: made.mailbox,
            api_key: made.api_key,
            api_key_expires_at: made.api_key_expires_at,
        }
    }
}
