//! A sender in memory: records the mails, and answers as the test tells it.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use flows::ports::{MailSender, OutgoingMail, PortFault, SendFault, Sent};

/// A sender in memory. Without a script every mail is accepted.
#[derive(Default)]
pub struct MemorySender {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    sent: Vec<OutgoingMail>,
    script: VecDeque<SendAnswer>,
}

/// How the sender answers one call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SendAnswer {
    /// Takes the mail.
    Accept,
    /// Asks for a slower rate.
    Throttle,
    /// Does not take the mail, for a reason that is not the mail's.
    Fail,
    /// Refuses the mail for good.
    Reject(String),
    /// Does not take the mail, and the answer is lost.
    LoseUnsent,
    /// Takes the mail, and the answer is lost.
    LoseSent,
}

impl MemorySender {
    /// A sender that accepts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what the next calls are answered; after the last it accepts.
    pub fn script(&self, answers: impl IntoIterator<Item = SendAnswer>) {
        self.lock().script.extend(answers);
    }

    /// What went out, in order.
    pub fn sent(&self) -> Vec<OutgoingMail> {
        self.lock().sent.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl MailSender for MemorySender {
    async fn send(&self, mail: &OutgoingMail) -> Result<Sent, SendFault> {
        let mut state = self.lock();
        let lost = || {
            let source = "the connection broke".into();
            SendFault::Unknown(PortFault { port: "sender", operation: "send", source })
        };
        match state.script.pop_front().unwrap_or(SendAnswer::Accept) {
            SendAnswer::Throttle => return Err(SendFault::Throttled),
            SendAnswer::Fail => {
                let source = "sending is paused".into();
                let fault = PortFault { port: "sender", operation: "send", source };
                return Err(SendFault::NotSent(fault));
            }
            SendAnswer::Reject(why) => return Err(SendFault::Rejected(why)),
            SendAnswer::LoseUnsent => return Err(lost()),
            SendAnswer::LoseSent => {
                state.sent.push(mail.clone());
                return Err(lost());
            }
            SendAnswer::Accept => state.sent.push(mail.clone()),
        }
        Ok(Sent { provider_id: format!("sent-{}", state.sent.len()) })
    }
}
