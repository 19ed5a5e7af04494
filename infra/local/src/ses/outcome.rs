//! What becomes of a mail at a recipient: by the mailbox simulator's addresses (Amazon SES Developer
//! Guide, "Using the mailbox simulator manually"), else as a file says, else it is delivered.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// Domain of the mailbox simulator.
pub const SIMULATOR: &str = "simulator.amazonses.com";

/// How a mail to one recipient ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Delivered.
    Delivered,
    /// Bounce Permanent/General, the simulator's.
    GeneralBounce,
    /// Bounce Permanent/NoEmail: there is no such mailbox.
    NoEmail,
    /// Bounce Transient/MailboxFull.
    MailboxFull,
    /// DeliveryDelay, then delivered.
    Delayed,
    /// DeliveryDelay, then a bounce Transient/General.
    DelayedThenBounced,
    /// Reject: taken, and not sent because of a virus.
    Reject,
    /// Delivered, then a complaint.
    Complaint,
    /// Delivered, and the recipient's out-of-office mail comes back.
    OutOfOffice,
    /// Bounce Permanent/Suppressed: not tried, as the address bounced for others of late.
    Suppressed,
    /// Taken and delivered, but the answer to the call is lost.
    LostAnswer,
    /// Not taken, and the answer to the call is lost too.
    LostRequest,
    /// The call is answered `TooManyRequestsException`.
    Throttled,
    /// The call is answered `MessageRejected`.
    Refused,
}

/// The outcomes that a file gives to addresses: a JSON object of address, or `@domain`, to outcome.
/// Read anew for each mail, so a person can change it while all runs.
#[derive(Debug)]
pub struct Outcomes {
    file: PathBuf,
    writing: Mutex<()>,
}

impl Outcomes {
    /// Those of this file, which need not be there.
    #[must_use]
    pub fn of(file: PathBuf) -> Self {
        Self { file, writing: Mutex::new(()) }
    }

    /// Gives an address, or all of `@domain`, an outcome.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn set(&self, address: &str, outcome: Outcome) -> Result<()> {
        let _turn = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all = self.read()?;
        all.insert(address.to_lowercase(), outcome);
        let text = serde_json::to_string_pretty(&all)?;
        let beside = self.file.with_extension("new");
        fs::write(&beside, text).context("writing the outcomes")?;
        fs::rename(beside, &self.file).context("writing the outcomes")
    }

    /// How mail to this address ends.
    ///
    /// # Errors
    /// When the file is there and cannot be read.
    pub fn at(&self, address: &str) -> Result<Outcome> {
        let address = address.to_lowercase();
        let (local, domain) = address.rsplit_once('@').unwrap_or_default();
        if domain == SIMULATOR {
            return Ok(simulated(local));
        }
        let all = self.read()?;
        let told = all.get(&address).or_else(|| all.get(&format!("@{domain}")));
        Ok(told.copied().unwrap_or(Outcome::Delivered))
    }

    fn read(&self) -> Result<BTreeMap<String, Outcome>> {
        if !self.file.exists() {
            return Ok(BTreeMap::new());
        }
        let text = fs::read_to_string(&self.file).context("reading the outcomes")?;
        let next = || format!("next: mend or remove {}", self.file.display());
        serde_json::from_str(&text).with_context(next)
    }
}

/// A label after a plus is of no meaning to the simulator.
fn simulated(local: &str) -> Outcome {
    match local.split('+').next().unwrap_or_default() {
        "bounce" => Outcome::GeneralBounce,
        "ooto" => Outcome::OutOfOffice,
        "complaint" => Outcome::Complaint,
        "suppressionlist" => Outcome::Suppressed,
        _ => Outcome::Delivered,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_simulators_addresses_end_as_documented_with_any_label() {
        let none = Outcomes::of("no such file".into());
        for (local, outcome) in [
            ("success", Outcome::Delivered),
            ("bounce+label", Outcome::GeneralBounce),
            ("OOTO", Outcome::OutOfOffice),
            ("complaint", Outcome::Complaint),
            ("suppressionlist", Outcome::Suppressed),
        ] {
            assert_eq!(none.at(&format!("{local}@{SIMULATOR}")).unwrap(), outcome, "{local}");
        }
        assert_eq!(none.at("bounce@example.org").unwrap(), Outcome::Delivered);
    }

    #[test]
    fn an_address_goes_before_its_domain_and_a_change_holds_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let outcomes = Outcomes::of(folder.path().join("outcomes.json"));
        outcomes.set("@example.org", Outcome::MailboxFull).unwrap();
        outcomes.set("Anna@example.org", Outcome::NoEmail).unwrap();
        assert_eq!(outcomes.at("ANNA@example.org").unwrap(), Outcome::NoEmail);
        assert_eq!(outcomes.at("other@example.org").unwrap(), Outcome::MailboxFull);
        outcomes.set("anna@example.org", Outcome::Delayed).unwrap();
        assert_eq!(outcomes.at("anna@example.org").unwrap(), Outcome::Delayed);
    }

    #[test]
    fn a_file_that_is_no_list_of_outcomes_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("outcomes.json");
        fs::write(&file, r#"{"a@example.org": "vanished"}"#).unwrap();
        let fault = format!("{:#}", Outcomes::of(file).at("a@example.org").unwrap_err());
        assert!(fault.contains("vanished") && fault.contains("next: "), "{fault}");
    }
}
