//! The demo tenant, and the sample mails it starts with.

use std::{fs, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path, time::Duration};

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    cloud::Stack,
    mail_api::MailApi,
    receiving::ReceivedMail,
    recipients::{of_mail, sender_of_mail},
};

/// Domain whose mail the demo tenant gets.
pub const MAIL_DOMAIN: &str = "crm.example.com";
/// A sample takes about 100 ms; this is the longest wait for one more outcome.
const OUTCOME_POLLS_MAX: u32 = 3_000;
const POLL_GAP: Duration = Duration::from_millis(100);
/// Outcomes looked at; the local run is no place for more.
const INTAKES_MAX: usize = 20_000;

/// The demo tenant as `first_tenant` made it. The key is shown once by the stack, so it is kept here.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Tenant {
    /// Id of the tenant.
    pub tenant_id: String,
    /// Id of its owner.
    pub user_id: String,
    /// Key of its owner.
    pub api_key: String,
    /// Whether this run made it.
    #[serde(skip)]
    pub is_new: bool,
}

/// The tenant of this state folder, made by invoking `first_tenant` when there is none yet.
///
/// # Errors
/// When the function fails.
pub async fn tenant(stack: &Stack, state_dir: &Path) -> Result<Tenant> {
    let file = state_dir.join("tenant.json");
    if let Ok(text) = fs::read_to_string(&file) {
        return serde_json::from_str(&text).context("reading the demo tenant");
    }
    let answer = stack.first_tenant(&payload()).await.context("making the demo tenant")?;
    let mut tenant: Tenant = serde_json::from_value(answer).context("reading the demo tenant")?;
    let mut options = fs::OpenOptions::new();
    let mut file = options.create_new(true).write(true).mode(0o600).open(file)?;
    file.write_all(serde_json::to_string(&tenant)?.as_bytes())?;
    tenant.is_new = true;
    Ok(tenant)
}

/// What `first_tenant` is invoked with.
#[must_use]
pub fn payload() -> Value {
    json!({
        "tenant_name": "Demo",
        "owner_name": "Demo owner",
        "owner_email": format!("owner@{MAIL_DOMAIN}"),
        "mail_domain": MAIL_DOMAIN,
    })
}

/// Feeds mail files through the bucket, in this order; answers how many.
///
/// A mail for somebody at the domain comes as SES brings it. SES would refuse any other file, so that
/// one is put where other writers put theirs.
///
/// # Errors
/// When a file cannot be read or the local cloud does not take it.
pub async fn feed(stack: &Stack, files: &[std::path::PathBuf]) -> Result<usize> {
    for file in files {
        let raw = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
        let recipients = of_mail(&raw, MAIL_DOMAIN);
        if recipients.is_empty() {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            // The same name may be fed again and is another mail then.
            let name = format!("{}-{name}", Timestamp::now().as_millisecond());
            stack.drop_mail(&name, raw.into()).await?;
        } else {
            let sender = sender_of_mail(&raw);
            stack.receive(&ReceivedMail { sender, recipients, raw: raw.into() }).await?;
        }
    }
    Ok(files.len())
}

/// The mail files of a folder, by name.
///
/// # Errors
/// When the folder cannot be read.
pub fn mail_files(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "eml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Waits until this many mails have an outcome; answers the intakes that have.
///
/// # Errors
/// When no further outcome comes for a minute.
pub async fn outcomes(api: &MailApi, wanted: usize) -> Result<Vec<Value>> {
    let mut best = 0;
    let mut polls = 0;
    loop {
        let intakes = api.list("/v1/intake", INTAKES_MAX).await?;
        let done: Vec<Value> =
            intakes.into_iter().filter(|intake| outcome_of(intake).is_some()).collect();
        if done.len() >= wanted {
            return Ok(done);
        }
        if done.len() > best {
            (best, polls) = (done.len(), 0);
        }
        polls += 1;
        if polls > OUTCOME_POLLS_MAX {
            bail!("{} of {wanted} mails have an outcome, and no more come", done.len());
        }
        tokio::time::sleep(POLL_GAP).await;
    }
}

/// The outcome of an intake, e.g. `filed`; `None` while there is none.
#[must_use]
pub fn outcome_of(intake: &Value) -> Option<&str> {
    intake.pointer("/outcome/name").and_then(Value::as_str)
}
