//! What the header of a mail says about who wrote it: a machine that returns mail, or not.

use domain::email_address::EmailAddress;

use super::address_scan;
use super::delivery_status::RECIPIENTS_MAX;
use super::header_fields::HeaderFields;

/// Parts of From that mailer daemons use, lower case.
const DAEMONS: &[&str] = &[
    "mailer-daemon",
    "mailer daemon",
    "mail-daemon",
    "maildaemon",
    "mdaemon@",
    "postmaster",
    "post_master",
    "mail delivery",
    "mail.delivery",
    "mail deliver ",
    "delivery subsystem",
    "mail subsystem",
    "system administrator",
    "systemadministrator",
    "mmdf",
    "ndr@",
    "imss@",
    "bounce@",
    "bounces@",
    "bounce-notification",
    "邮件系统",
    "系统退信",
];

/// Parts of subjects of notices, lower case.
const SUBJECTS: &[&str] = &[
    "undeliver",
    "un-deliver",
    "returned mail",
    "return to sender",
    "returned to sender",
    "returning to sender",
    "returning message to sender",
    "delivery status",
    "delivery fail",
    "delivery has failed",
    "delivery_failure",
    "delivery problem",
    "delivery notification",
    "delivery error",
    "delivery report",
    "delivery warning",
    "failed delivery",
    "failure delivery",
    "failure notice",
    "failure notification",
    "mail delivery",
    "mail system error",
    "mail failure",
    "mail failed",
    "mail could not be delivered",
    "message could not be delivered",
    "could not be delivered",
    "could not send message",
    "not been delivered",
    "not yet been delivered",
    "nondeliver",
    "non-deliver",
    "non deliver",
    "notice: mail delivery status",
    "delayed mail",
    "message delayed",
    "message frozen",
    "message status - undeliverable",
    "server: errors from",
    "processing error",
    "error sending your mail",
    "rejected mail",
    "[bounce]",
    "nameserver error report",
    "loop alert",
    "unzustellbar",
    "nicht zustellbar",
    "zustellung fehlgeschlagen",
    "non remis",
    "non_remis",
    "échec de la remise",
    "non recapitabile",
    "mancato recapito",
    "onbestelbaar",
    "olevererbart",
    "no se puede entregar",
    "no entregado",
    "não foi possível entregar",
    "недоставлен",
    "не доставлено",
    "не может быть доставлено",
    "退信",
    "无法送达",
    "未送达",
    "无法投递",
    "投递失败",
    "配信できません",
    "配信に失敗",
    "送信できません",
    "배달 실패",
];

/// Signs in the header.
#[derive(Debug, Default)]
pub struct SenderSigns {
    /// From a mailer daemon or postmaster.
    pub daemon: bool,
    /// A null sender: From or Return-Path is `<>`.
    pub null_sender: bool,
    /// The subject of a notice, and no answer to one.
    pub subject: bool,
    /// `multipart/report; report-type=delivery-status`.
    pub report: bool,
    /// List software or another robot that returns mail.
    pub robot: bool,
    /// X-Failed-Recipients (Exim, Gmail).
    pub failed_recipients: Vec<EmailAddress>,
}

impl SenderSigns {
    /// Reads them.
    pub fn of(fields: &HeaderFields<'_>) -> Self {
        let lower = |name: &str| fields.get(name).unwrap_or_default().trim().to_lowercase();
        let from = lower("from");
        let subject = lower("subject");
        let return_path = lower("return-path");
        let content_type = lower("content-type");
        // "Re:" and "Fwd:" are written by people, or by their programs for them.
        let answered = ["re:", "aw:", "fwd:", "fw:", "wg:", "回复", "答复", "转发"]
            .iter()
            .any(|p| subject.starts_with(p));
        let failed = fields.all("x-failed-recipients");
        let failed_recipients = failed
            .flat_map(|value| address_scan::find_all(&value, RECIPIENTS_MAX))
            .map(|found| found.address)
            .take(RECIPIENTS_MAX)
            .collect();
        Self {
            daemon: contains_any(&from, DAEMONS)
                || from == "<>"
                || (from.is_empty() && contains_any(&return_path, DAEMONS)),
            null_sender: return_path == "<>" || from == "<>",
            subject: !answered && contains_any(&subject, SUBJECTS),
            report: content_type.starts_with("multipart/report")
                && content_type.contains("delivery-status"),
            robot: lower("message-id").contains(".fml")
                || fields.has("x-mx-bounce")
                || fields.has("x-ms-embedded-report"),
            failed_recipients,
        }
    }

    /// Any of them.
    pub fn any(&self) -> bool {
        self.daemon
            || self.subject
            || self.null_sender
            || self.report
            || self.robot
            || !self.failed_recipients.is_empty()
    }
}

fn contains_any(text: &str, parts: &[&str]) -> bool {
    parts.iter().any(|part| text.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signs(header: &str) -> SenderSigns {
        let mail = format!("{header}\n\n");
        let (fields, _) = HeaderFields::split(mail.as_bytes());
        SenderSigns::of(&fields)
    }

    #[test]
    fn daemons_and_subjects_of_notices_are_known() {
        let all = signs(
            "From: MAILER-DAEMON@mx.example.com (Mail Delivery System)\n\
            Subject: Undelivered Mail Returned to Sender\nReturn-Path: <>",
        );
        assert!(all.daemon && all.subject && all.null_sender && all.any());
        assert!(signs("From: <>").daemon);
        assert!(signs("Subject: 系统退信").subject);
        assert_eq!(
            signs("X-Failed-Recipients: a@example.com, b@example.com").failed_recipients.len(),
            2
        );
    }

    #[test]
    fn an_answer_to_a_notice_is_a_persons() {
        let answer = signs("From: Anna <anna@example.com>\nSubject: Re: Undelivered Mail");
        assert!(!answer.any());
    }
}
