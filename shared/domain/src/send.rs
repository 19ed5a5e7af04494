//! One recipient of a mail we sent. It holds facts that are set once, and its status is derived from
//! them, so events may come late, twice and in any order.
//!
//! A fact that is told twice keeps its earliest telling; a temporary and a permanent bounce are two
//! facts. So the same events give the same record in every order.

use serde::{Deserialize, Serialize};

use crate::bounce::Permanence;
use crate::bounce_category::BounceCategory;
use crate::email_address::EmailAddress;
use crate::ids::{CampaignId, ContactId, MessageId};
use crate::mail_event::{Bounce, ComplaintFact, Delay, Fact, Who};
use crate::timestamp::Timestamp;

/// Where the record of a recipient is: the tags on the mail say it, so an event needs no look-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SendPlace {
    /// A mail a person wrote; the recipient's address tells its recipients apart.
    OneOff {
        /// The mail.
        message: MessageId,
    },
    /// A mail of a campaign.
    Campaign {
        /// The campaign.
        campaign: CampaignId,
        /// The part of it that is planned, sent and counted together.
        chunk: u32,
        /// The recipient.
        contact: ContactId,
    },
}

/// One recipient of a mail we sent. Make it before the mail is handed over: an event that finds none
/// is counted nowhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Send {
    /// Of which mail.
    pub place: SendPlace,
    /// The recipient's address.
    pub to: EmailAddress,
    /// The record of the CRM, where there is one.
    pub contact: Option<ContactId>,
    /// When we decided to send it. Its day is the day that the mail is counted in.
    pub queued_at: Timestamp,
    /// When the provider took it over, by its `Send` event.
    pub sent_at: Option<Timestamp>,
    /// The provider's id of the mail.
    pub provider_id: Option<String>,
    /// When the provider's answer was lost: it may have been sent, and is never sent again blindly.
    pub unknown_at: Option<Timestamp>,
    /// That we could not hand it over.
    pub failed: Option<Stopped>,
    /// That we did not hand it over, for a block of the address.
    pub skipped: Option<Stopped>,
    /// When the recipient's server took it.
    pub delivered_at: Option<Timestamp>,
    /// That it took its time.
    pub delayed: Option<Delay>,
    /// That it came back and another time may help.
    pub bounced_temporary: Option<Bounce>,
    /// That it came back for good.
    pub bounced_permanent: Option<Bounce>,
    /// That the recipient complained.
    pub complained: Option<ComplaintFact>,
    /// That the provider did not send it after all, or could not make it of its template.
    pub rejected: Option<Stopped>,
    /// When a person first opened it.
    pub opened_at: Option<Timestamp>,
    /// When a proxy or scanner first loaded its picture.
    pub opened_by_machine_at: Option<Timestamp>,
    /// When a person first followed a link.
    pub clicked_at: Option<Timestamp>,
    /// When a scanner first followed a link.
    pub clicked_by_machine_at: Option<Timestamp>,
    /// When the mailbox first answered by itself.
    pub auto_replied_at: Option<Timestamp>,
    /// When the recipient unsubscribed by it.
    pub unsubscribed_at: Option<Timestamp>,
    /// Revision: grows by one with each change.
    pub rev: u64,
}

/// That a mail did not go out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Stopped {
    /// When.
    pub at: Timestamp,
    /// Why: a code, or the provider's words without addresses.
    pub reason: String,
}

/// What people see of a mail for one recipient (B16).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SendStatus {
    /// Not handed over yet.
    Queued,
    /// The provider has it.
    Sent,
    /// The recipient's server has it.
    Delivered,
    /// The provider still tries.
    Delayed,
    /// It came back; another time may help.
    BouncedTemporary,
    /// It came back for good.
    BouncedPermanent,
    /// The recipient complained about it.
    Complained,
    /// The provider did not send it.
    Rejected,
    /// A person opened it.
    Opened,
    /// A person followed a link of it.
    Clicked,
    /// Nobody can tell whether it was sent.
    Unknown,
    /// We could not hand it over.
    Failed,
    /// Not sent, because the address is blocked.
    Skipped,
}

impl SendStatus {
    /// Every status.
    pub const ALL: &'static [Self] = &[
        Self::Queued,
        Self::Sent,
        Self::Delivered,
        Self::Delayed,
        Self::BouncedTemporary,
        Self::BouncedPermanent,
        Self::Complained,
        Self::Rejected,
        Self::Opened,
        Self::Clicked,
        Self::Unknown,
        Self::Failed,
        Self::Skipped,
    ];

    /// Its name in the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Delayed => "delayed",
            Self::BouncedTemporary => "bounced_temporary",
            Self::BouncedPermanent => "bounced_permanent",
            Self::Complained => "complained",
            Self::Rejected => "rejected",
            Self::Opened => "opened",
            Self::Clicked => "clicked",
            Self::Unknown => "unknown",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// What the tallies count: each at most once a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counted {
    /// The provider took it.
    Sent,
    /// The recipient's server took it.
    Delivered,
    /// It was delayed.
    Delayed,
    /// It came back, another time may help.
    BouncedTemporary,
    /// It came back for good.
    BouncedPermanent,
    /// The recipient complained.
    Complained,
    /// The provider did not send it.
    Rejected,
    /// A person opened it.
    Opened,
    /// A person followed a link.
    Clicked,
    /// A proxy or scanner opened it or followed a link.
    Machine,
    /// The mailbox answered by itself.
    AutoReplied,
    /// The recipient unsubscribed.
    Unsubscribed,
}

impl Send {
    /// A recipient whose mail is not handed over yet.
    pub fn queued(
        place: SendPlace,
        to: EmailAddress,
        contact: Option<ContactId>,
        at: Timestamp,
    ) -> Self {
        Self {
            place,
            to,
            contact,
            queued_at: at,
            sent_at: None,
            provider_id: None,
            unknown_at: None,
            failed: None,
            skipped: None,
            delivered_at: None,
            delayed: None,
            bounced_temporary: None,
            bounced_permanent: None,
            complained: None,
            rejected: None,
            opened_at: None,
            opened_by_machine_at: None,
            clicked_at: None,
            clicked_by_machine_at: None,
            auto_replied_at: None,
            unsubscribed_at: None,
            rev: 1,
        }
    }

    /// What people see. What says more outranks what says less, whichever came first: a late `Send`
    /// after a bounce leaves the bounce.
    pub fn status(&self) -> SendStatus {
        let ranked = [
            (self.complained.is_some(), SendStatus::Complained),
            (self.bounced_permanent.is_some(), SendStatus::BouncedPermanent),
            (self.bounced_temporary.is_some(), SendStatus::BouncedTemporary),
            (self.rejected.is_some(), SendStatus::Rejected),
            (self.clicked_at.is_some(), SendStatus::Clicked),
            (self.opened_at.is_some(), SendStatus::Opened),
            (self.was_delivered(), SendStatus::Delivered),
            (self.delayed.is_some(), SendStatus::Delayed),
            (self.sent_at.is_some() || self.provider_id.is_some(), SendStatus::Sent),
            (self.skipped.is_some(), SendStatus::Skipped),
            (self.failed.is_some(), SendStatus::Failed),
            (self.unknown_at.is_some(), SendStatus::Unknown),
        ];
        ranked.into_iter().find(|(holds, _)| *holds).map_or(SendStatus::Queued, |(_, is)| is)
    }

    /// Who opens, follows a link or answers has got it, even where nobody says so.
    fn was_delivered(&self) -> bool {
        self.delivered_at.is_some()
            || self.opened_by_machine_at.is_some()
            || self.clicked_by_machine_at.is_some()
            || self.auto_replied_at.is_some()
    }

    /// The bounce that people see: the permanent one, where there are two.
    pub fn bounce(&self) -> Option<&Bounce> {
        self.bounced_permanent.as_ref().or(self.bounced_temporary.as_ref())
    }

    /// The category that people see: of the bounce, of an automatic answer, or of the delay while it
    /// lasts.
    pub fn category(&self) -> Option<BounceCategory> {
        let answered = self.auto_replied_at.map(|_| BounceCategory::AutoReply);
        let waits = self.status() == SendStatus::Delayed;
        let delay = self.delayed.as_ref().filter(|_| waits).and_then(|delay| delay.category);
        self.bounce().map(|bounce| bounce.category).or(answered).or(delay)
    }

    /// Takes in the provider's id of the mail, where none is known.
    pub fn learn_provider_id(&mut self, told: Option<&String>) {
        if self.provider_id.is_none() {
            self.provider_id = told.cloned();
        }
    }

    /// Takes a fact in. Tells what the tallies have to count: nothing where it was known.
    pub fn learn(&mut self, at: Timestamp, fact: &Fact) -> Option<Counted> {
        let (new, counted) = match fact {
            Fact::Sent => (earliest(&mut self.sent_at, &at), Counted::Sent),
            Fact::Delivered => (earliest(&mut self.delivered_at, &at), Counted::Delivered),
            Fact::Delayed(delay) => (self.learn_delay(delay), Counted::Delayed),
            Fact::Bounced(bounce) => match bounce.permanence {
                Permanence::Temporary => {
                    (earliest(&mut self.bounced_temporary, bounce), Counted::BouncedTemporary)
                }
                Permanence::Permanent => {
                    (earliest(&mut self.bounced_permanent, bounce), Counted::BouncedPermanent)
                }
            },
            Fact::Complained(complaint) => {
                (earliest(&mut self.complained, complaint), Counted::Complained)
            }
            Fact::Rejected(reason) | Fact::RenderingFailed(reason) => {
                let stopped = Stopped { at, reason: reason.clone() };
                (earliest(&mut self.rejected, &stopped), Counted::Rejected)
            }
            Fact::Opened(Who::Person) => (earliest(&mut self.opened_at, &at), Counted::Opened),
            Fact::Clicked(Who::Person) => (earliest(&mut self.clicked_at, &at), Counted::Clicked),
            Fact::Opened(Who::Machine) => {
                let other = self.clicked_by_machine_at.is_some();
                (earliest(&mut self.opened_by_machine_at, &at) && !other, Counted::Machine)
            }
            Fact::Clicked(Who::Machine) => {
                let other = self.opened_by_machine_at.is_some();
                (earliest(&mut self.clicked_by_machine_at, &at) && !other, Counted::Machine)
            }
            Fact::AutoReplied => (earliest(&mut self.auto_replied_at, &at), Counted::AutoReplied),
            Fact::Unsubscribed => (earliest(&mut self.unsubscribed_at, &at), Counted::Unsubscribed),
        };
        new.then_some(counted)
    }

    /// Of two delays the earlier one stays, with the later end.
    fn learn_delay(&mut self, delay: &Delay) -> bool {
        let before = self.delayed.clone();
        let new = earliest(&mut self.delayed, delay);
        if let (Some(before), Some(now)) = (before, &mut self.delayed) {
            now.until = before.until.max(delay.until);
        }
        new
    }
}

/// Keeps the lesser of two tellings; true where there was none before.
fn earliest<T: Ord + Clone>(slot: &mut Option<T>, told: &T) -> bool {
    match slot {
        None => {
            *slot = Some(told.clone());
            true
        }
        Some(known) => {
            if told < known {
                *known = told.clone();
            }
            false
        }
    }
}

#[cfg(test)]
mod tests;
