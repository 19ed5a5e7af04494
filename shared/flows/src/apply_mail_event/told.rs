//! From a decoded SES event or returned mail to facts: both give the same ones.

use domain::bounce::Permanence;
use domain::bounce_category::BounceCategory;
use domain::email_address::EmailAddress;
use domain::ids::TenantId;
use domain::mail_event::{Bounce, ComplaintFact, Delay, Fact, MailEvent, ServerWords, Teller, Who};
use domain::send::SendPlace;
use domain::timestamp::Timestamp;
use mail::bounce::report::{Action, BounceReport, Decoded, Kind, SesFacts};

/// What one decoded event or mail says about one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The addresses that may be meant, the one we most likely wrote to first.
    pub addresses: Vec<EmailAddress>,
    /// When it happened.
    pub at: Timestamp,
    /// What.
    pub fact: Fact,
    /// Who told us.
    pub teller: Teller,
    /// The provider's id of the mail.
    pub provider_id: Option<String>,
}

impl Told {
    /// The event, once it is known whose mail it is and which address was written to.
    pub fn of(self, tenant: TenantId, place: Option<SendPlace>, to: EmailAddress) -> MailEvent {
        let Self { at, fact, teller, provider_id, .. } = self;
        MailEvent { tenant, place, recipient: to, at, fact, teller, provider_id }
    }
}

/// The facts of an event of SES. `received_at` stands in where the event names no time.
pub fn of_provider(decoded: &Decoded, received_at: Timestamp) -> Vec<Told> {
    let Some(ses) = &decoded.ses else { return Vec::new() };
    let at = ses.at.as_deref().and_then(|at| Timestamp::parse(at).ok()).unwrap_or(received_at);
    let mut all = Vec::new();
    for report in &decoded.reports {
        let fact = fact_of_event(ses, decoded, report, at);
        let provider_id = decoded.original.ses_message_id.clone();
        all.extend(fact.and_then(|fact| told(report, at, fact, Teller::Provider, provider_id)));
    }
    all
}

/// The facts of a mail that came back, a complaint by mail or a success report. Automatic replies
/// name no recipient: who sent one, only the mail itself says.
pub fn of_decoded(decoded: &Decoded, received_at: Timestamp) -> Vec<Told> {
    let at = received_at;
    let mut all = Vec::new();
    for report in &decoded.reports {
        let fact = match decoded.kind {
            Kind::Bounce => bounce(report, at),
            Kind::Feedback => Some(complaint(decoded, at)),
            Kind::Delivered => Some(Fact::Delivered),
            Kind::AutoReply | Kind::Mail | Kind::Delay | Kind::Event => None,
        };
        all.extend(fact.and_then(|fact| told(report, at, fact, Teller::Mail, None)));
    }
    all
}

fn told(
    report: &BounceReport,
    at: Timestamp,
    fact: Fact,
    teller: Teller,
    provider_id: Option<String>,
) -> Option<Told> {
    let both = [&report.original_recipient, &report.final_recipient];
    let mut addresses: Vec<EmailAddress> = both.into_iter().flatten().cloned().collect();
    addresses.dedup();
    (!addresses.is_empty()).then_some(Told { addresses, at, fact, teller, provider_id })
}

fn fact_of_event(
    ses: &SesFacts,
    decoded: &Decoded,
    report: &BounceReport,
    at: Timestamp,
) -> Option<Fact> {
    let refused_for = || cut(ses.refused_for.as_deref().unwrap_or("not told"));
    Some(match ses.event.as_str() {
        "Send" => Fact::Sent,
        "Delivery" => Fact::Delivered,
        "Bounce" => return bounce(report, at),
        "Complaint" => complaint(decoded, at),
        "DeliveryDelay" => delay(ses, report, at),
        "Reject" => Fact::Rejected(refused_for()),
        "Rendering Failure" | "RenderingFailure" => Fact::RenderingFailed(refused_for()),
        "Open" => Fact::Opened(who(ses)),
        "Click" => Fact::Clicked(who(ses)),
        "Subscription" if ses.unsubscribed => Fact::Unsubscribed,
        _ => return None,
    })
}

fn bounce(report: &BounceReport, at: Timestamp) -> Option<Fact> {
    let verdict = report.verdict?;
    let category = verdict.category?;
    if report.action == Some(Action::Delayed) {
        return Some(Fact::Delayed(Delay { at, until: None, category: Some(category) }));
    }
    if category == BounceCategory::AutoReply {
        return Some(Fact::AutoReplied);
    }
    Some(Fact::Bounced(Bounce {
        at,
        permanence: verdict.permanence.unwrap_or(Permanence::Temporary),
        category,
        reason: verdict.reason,
        hard: verdict.hard,
        status: report.status.map(|status| status.to_string()),
        reply: report.reply,
        diagnostic: ServerWords::new(report.diagnostic.expose()),
    }))
}

fn complaint(decoded: &Decoded, at: Timestamp) -> Fact {
    let told = decoded.complaint.as_ref().and_then(|complaint| complaint.feedback_type.as_deref());
    Fact::Complained(ComplaintFact { at, feedback_type: told.map(cut) })
}

fn delay(ses: &SesFacts, report: &BounceReport, at: Timestamp) -> Fact {
    let until = ses.delayed_until.as_deref().and_then(|until| Timestamp::parse(until).ok());
    let category = report.verdict.and_then(|verdict| verdict.category);
    Fact::Delayed(Delay { at, until, category })
}

/// Words of the agents that load pictures and follow links before any person does: proxies of mail
/// providers and scanners. A bare `Mozilla/5.0` is Apple's privacy proxy.
const MACHINES: &[&str] = &[
    "googleimageproxy",
    "yahoomailproxy",
    "ggpht.com",
    "barracuda",
    "mimecast",
    "proofpoint",
    "bot",
    "crawler",
    "spider",
    "scanner",
    "preview",
    "python-requests",
    "curl/",
    "go-http-client",
    "headlesschrome",
];

fn who(ses: &SesFacts) -> Who {
    let agent = ses.user_agent.as_deref().unwrap_or_default().trim().to_ascii_lowercase();
    let machine = agent.is_empty()
        || agent == "mozilla/5.0"
        || MACHINES.iter().any(|mark| agent.contains(mark));
    if machine { Who::Machine } else { Who::Person }
}

fn cut(text: &str) -> String {
    crate::cut::to_octets(text, domain::limits::DIAGNOSTIC_BYTES_MAX).to_owned()
}
