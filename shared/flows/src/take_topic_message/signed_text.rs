//! The text that a topic signs: names and values of some fields, in the order of their names, each on
//! a line of its own ("Verifying the signatures of Amazon SNS messages", step "create the string to
//! sign").

use super::{Confirmation, Sort, TopicMessage};

/// The text that the signature of a message is over.
pub fn signed_text(message: &TopicMessage) -> String {
    let mut text = String::new();
    let mut add = |name: &str, value: &str| {
        for line in [name, value] {
            text.push_str(line);
            text.push('\n');
        }
    };
    add("Message", &message.message);
    add("MessageId", &message.id);
    match &message.sort {
        Sort::Notification { subject } => {
            if let Some(subject) = subject {
                add("Subject", subject);
            }
            add("Timestamp", &message.told_at);
        }
        Sort::SubscriptionConfirmation(Confirmation { token, url })
        | Sort::UnsubscribeConfirmation(Confirmation { token, url }) => {
            add("SubscribeURL", url);
            add("Timestamp", &message.told_at);
            add("Token", token);
        }
    }
    add("TopicArn", &message.topic);
    add("Type", message.sort.name());
    text
}

impl Sort {
    /// Its name in the field `Type`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Notification { .. } => "Notification",
            Self::SubscriptionConfirmation(_) => "SubscriptionConfirmation",
            Self::UnsubscribeConfirmation(_) => "UnsubscribeConfirmation",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(sort: Sort) -> TopicMessage {
        TopicMessage {
            sort,
            id: "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324".to_owned(),
            topic: "arn:aws:sns:us-west-2:123456789012:mail".to_owned(),
            message: "two\nlines".to_owned(),
            told_at: "2026-11-22T09:29:00.000Z".to_owned(),
            signature_version: "2".to_owned(),
            signature: "not signed".to_owned(),
            certificate_url: "not signed".to_owned(),
        }
    }

    #[test]
    fn a_notification_is_signed_with_its_subject_only_where_it_has_one() {
        let with = signed_text(&message(Sort::Notification { subject: Some("Hi".to_owned()) }));
        assert_eq!(
            with,
            "Message\ntwo\nlines\nMessageId\n22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324\nSubject\nHi\n\
             Timestamp\n2026-11-22T09:29:00.000Z\n\
             TopicArn\narn:aws:sns:us-west-2:123456789012:mail\nType\nNotification\n"
        );
        let without = signed_text(&message(Sort::Notification { subject: None }));
        assert_eq!(without, with.replace("Subject\nHi\n", ""));
    }

    #[test]
    fn questions_about_subscriptions_are_signed_with_url_and_token() {
        let asked = Confirmation { token: "2336412f".to_owned(), url: "https://x".to_owned() };
        for sort in [
            Sort::SubscriptionConfirmation(asked.clone()),
            Sort::UnsubscribeConfirmation(asked.clone()),
        ] {
            let name = sort.name();
            assert_eq!(
                signed_text(&message(sort)),
                format!(
                    "Message\ntwo\nlines\nMessageId\n22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324\n\
                     SubscribeURL\nhttps://x\nTimestamp\n2026-11-22T09:29:00.000Z\n\
                     Token\n2336412f\nTopicArn\narn:aws:sns:us-west-2:123456789012:mail\n\
                     Type\n{name}\n"
                )
            );
        }
    }
}
