//! What is known of one refusal, gathered from wherever the report says it.

use domain::bounce::{BounceReason, EnhancedStatus, StatusClass};

use crate::bounce::smtp_codes::{self, SmtpStage};

/// Everything that speaks for a reason.
#[derive(Clone, Debug, Default)]
pub struct Evidence<'a> {
    /// The refusing server's words, made uniform by [`super::squeeze::squeeze`].
    pub text: &'a str,
    /// Enhanced status code.
    pub status: Option<EnhancedStatus>,
    /// SMTP reply code.
    pub reply: Option<u16>,
    /// How far the session had come; None where the report does not say.
    pub stage: Option<SmtpStage>,
    /// The host that answered, lower case.
    pub remote_host: Option<&'a str>,
    /// The recipient's domain, lower case.
    pub recipient_domain: Option<&'a str>,
    /// The host that wrote the report, lower case.
    pub reporting_host: Option<&'a str>,
    /// The sending server still tries.
    pub delayed: bool,
    /// A program on the receiving host refused, not an SMTP server.
    pub local_program: bool,
    /// What the wording of the reporting family already tells.
    pub hint: Option<BounceReason>,
}

impl Evidence<'_> {
    /// The class of the codes: of the status, else of the reply, else 4 for a delay.
    pub fn class(&self) -> Option<StatusClass> {
        let reply = self.reply.and_then(smtp_codes::reply_class);
        let delayed = self.delayed.then_some(StatusClass::Transient);
        self.status.map(|status| status.class).or(reply).or(delayed)
    }
}
