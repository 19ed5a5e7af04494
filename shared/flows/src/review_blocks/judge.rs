//! Whether the cause of a block is solved. What several blocks hang on is looked up once a run.

use std::collections::BTreeMap;

use domain::block_review::{Remedy, Verdict};
use domain::contact::PartyRole;
use domain::ids::TenantId;
use domain::limits::DNS_FAILURES_MAX;
use domain::send::SendPlace;
use domain::suppression::Suppression;
use domain::timestamp::Timestamp;
use store::messages;
use store::table::Table;

use crate::error::FlowError;
use crate::own_authentication::{Authentication, own_authentication};
use crate::ports::PortFault;
use crate::review_blocks::ReviewPorts;
use crate::takes_mail::takes_mail;

/// Who judges the blocks of a run.
pub(super) struct Judge<'a> {
    table: &'a dyn Table,
    ports: ReviewPorts<'a>,
    tenant: TenantId,
    now: Timestamp,
    /// What each domain that mail goes to came to; none where nobody could be asked.
    theirs: BTreeMap<String, Option<Verdict>>,
    /// What each domain that mail was written from came to.
    ours: BTreeMap<String, Option<Verdict>>,
    /// How many questions to the DNS failed, one after another.
    failures: u32,
}

impl<'a> Judge<'a> {
    pub(super) fn new(
        table: &'a dyn Table,
        ports: ReviewPorts<'a>,
        tenant: TenantId,
        now: Timestamp,
    ) -> Self {
        let (theirs, ours) = (BTreeMap::new(), BTreeMap::new());
        Self { table, ports, tenant, now, theirs, ours, failures: 0 }
    }

    /// What is to become of a block; none where a port could not be asked.
    pub(super) async fn judge(
        &mut self,
        block: &Suppression,
    ) -> Result<Option<Verdict>, FlowError> {
        let remedy = Remedy::of(block);
        if remedy != Remedy::None && !block.holds(self.now) {
            return Ok(Some(Verdict::Ended));
        }
        Ok(match remedy {
            Remedy::None => Some(Verdict::NeverLifted),
            Remedy::Time => Some(Verdict::TimePassed),
            Remedy::Unknown => Some(Verdict::NotCheckable),
            // An address of a host by its number has no name to look up.
            Remedy::Domain if block.domain.starts_with('[') => Some(Verdict::NotCheckable),
            Remedy::Domain => self.of_their_domain(&block.domain).await,
            Remedy::Authentication => match self.written_from(block).await? {
                None => Some(Verdict::NotCheckable),
                Some(domain) => self.of_our_domain(domain).await,
            },
        })
    }

    async fn of_their_domain(&mut self, domain: &str) -> Option<Verdict> {
        if let Some(known) = self.theirs.get(domain) {
            return *known;
        }
        let verdict = if self.failures >= DNS_FAILURES_MAX {
            None
        } else {
            let takes = takes_mail(self.ports.dns, domain).await;
            Some(self.answered(takes.map(|takes| match takes {
                true => Verdict::DomainTakesMail,
                false => Verdict::DomainTakesNone,
            })))
        };
        self.theirs.insert(domain.to_owned(), verdict);
        verdict
    }

    async fn of_our_domain(&mut self, domain: String) -> Option<Verdict> {
        if let Some(known) = self.ours.get(&domain) {
            return *known;
        }
        let verdict = self.authentication(&domain).await;
        self.ours.insert(domain, verdict);
        verdict
    }

    async fn authentication(&mut self, domain: &str) -> Option<Verdict> {
        let signing = self.ports.health.signing(domain).await.ok()?;
        if self.failures >= DNS_FAILURES_MAX {
            return None;
        }
        let told = own_authentication(self.ports.dns, domain, &signing).await;
        Some(self.answered(told.map(|authentication| match authentication {
            Authentication::Passes => Verdict::AuthenticationPasses,
            Authentication::NotSigned => Verdict::AuthenticationFails,
            Authentication::SpfFails => Verdict::SpfFails,
            Authentication::NoPolicy => Verdict::NoDmarcPolicy,
        })))
    }

    /// The verdict where the DNS answered; else the block waits a day.
    fn answered(&mut self, told: Result<Verdict, PortFault>) -> Verdict {
        self.failures = if told.is_err() { self.failures.saturating_add(1) } else { 0 };
        told.unwrap_or(Verdict::NotAnswered)
    }

    /// The domain that the mail was written from that led to a block.
    async fn written_from(&self, block: &Suppression) -> Result<Option<String>, FlowError> {
        let Some(SendPlace::OneOff { message }) = block.source else { return Ok(None) };
        let found = messages::get(self.table, self.tenant, message).await?;
        let parties = found.into_iter().flat_map(|found| found.message.parties);
        let mut authors = parties.filter(|party| party.role == PartyRole::From);
        Ok(authors.next().map(|author| author.address.domain().to_owned()))
    }
}
