//! Which URLs of a message we ask for. Anybody can write one: only the host of the topic's own region
//! is asked, over HTTPS, and what is asked for there is made of checked words.

use domain::limits::TOPIC_WORD_BYTES_MAX;
use domain::refusal::{RefusalCode, Refused};
use domain::topic::TopicArn;

use super::Confirmation;

/// The URL of a certificate: `https://sns.<region>.amazonaws.com/<name>.pem`.
///
/// # Errors
/// `topic_url_foreign`.
pub fn certificate_url(topic: &TopicArn, url: &str) -> Result<String, Refused> {
    let name = path(topic, url).and_then(|path| path.strip_suffix(".pem"));
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match name.filter(|name| is_word(name, is_name)) {
        Some(name) => Ok(format!("https://{}/{name}.pem", topic.host())),
        None => Err(foreign(topic, "SigningCertURL")),
    }
}

/// The URL that confirms a subscription to the topic, made anew of its token.
///
/// # Errors
/// `topic_url_foreign` where the message names a URL of somebody else; `topic_message_malformed` for a
/// token that can't be one.
pub fn confirmation_url(topic: &TopicArn, asked: &Confirmation) -> Result<String, Refused> {
    path(topic, &asked.url)
        .and_then(|path| path.strip_prefix('?'))
        .filter(|query| query.split('&').any(|word| word == "Action=ConfirmSubscription"))
        .ok_or_else(|| foreign(topic, "SubscribeURL"))?;
    if !is_word(&asked.token, |c| c.is_ascii_alphanumeric()) {
        let hint = "a token is of letters and digits";
        return Err(Refused::field(RefusalCode::TopicMessageMalformed, "Token", hint));
    }
    let (host, token) = (topic.host(), &asked.token);
    Ok(format!("https://{host}/?Action=ConfirmSubscription&TopicArn={topic}&Token={token}"))
}

/// What follows the provider's host: the host is compared as a whole, so credentials, ports and longer
/// names are no match.
fn path<'a>(topic: &TopicArn, url: &'a str) -> Option<&'a str> {
    let (host, path) = url.strip_prefix("https://")?.split_once('/')?;
    (host == topic.host()).then_some(path)
}

fn is_word(text: &str, of: impl Fn(char) -> bool) -> bool {
    (1..=TOPIC_WORD_BYTES_MAX).contains(&text.len()) && text.chars().all(of)
}

fn foreign(topic: &TopicArn, field: &str) -> Refused {
    let hint = format!("only https://{}/ is asked", topic.host());
    Refused::field(RefusalCode::TopicUrlForeign, field, hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topic() -> TopicArn {
        "arn:aws:sns:us-east-1:123456789012:mail".parse().unwrap()
    }

    #[test]
    fn certificates_are_asked_of_the_topics_own_region_alone() {
        let good = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0a1b2c.pem";
        assert_eq!(certificate_url(&topic(), good).unwrap(), good);
        for url in [
            "",
            "http://sns.us-east-1.amazonaws.com/a.pem",
            "HTTPS://sns.us-east-1.amazonaws.com/a.pem",
            "https://sns.us-east-1.amazonaws.com.evil.example/a.pem",
            "https://sns.us-east-1.amazonaws.com@evil.example/a.pem",
            "https://evil.example@sns.us-east-1.amazonaws.com/a.pem",
            "https://sns.us-east-1.amazonaws.com:443/a.pem",
            "https://sns.us-east-1.amazonaws.com./a.pem",
            "https://sns.eu-west-1.amazonaws.com/a.pem",
            "https://sns.us-east-1.amazonaws.com.cn/a.pem",
            "https://evilsns.us-east-1.amazonaws.com/a.pem",
            "https://sns.us-east-1.amazonaws.com\\@evil.example/a.pem",
            "https://evil.example/sns.us-east-1.amazonaws.com/a.pem",
            "https://sns.us-east-1.amazonaws.com/a.crt",
            "https://sns.us-east-1.amazonaws.com/.pem",
            "https://sns.us-east-1.amazonaws.com/a/../b.pem",
            "https://sns.us-east-1.amazonaws.com/a.pem?b.pem",
            "https://sns.us-east-1.amazonaws.com/a.pem#.pem",
            "https://sns.us-east-1.amazonaws.com/%2e%2e.pem",
            "https://sns.us-east-1.amazonaws.com/a.pem ",
        ] {
            let refused = certificate_url(&topic(), url).unwrap_err();
            assert_eq!(refused.code, RefusalCode::TopicUrlForeign, "{url}");
        }
        let long = format!("https://sns.us-east-1.amazonaws.com/{}.pem", "a".repeat(2_000));
        assert!(certificate_url(&topic(), &long).is_err());
    }

    #[test]
    fn what_confirms_is_made_of_topic_and_token() {
        let asked = |url: &str, token: &str| {
            let asked = Confirmation { token: token.to_owned(), url: url.to_owned() };
            confirmation_url(&topic(), &asked)
        };
        let good = "https://sns.us-east-1.amazonaws.com/?Action=ConfirmSubscription\
            &TopicArn=arn:aws:sns:us-east-1:123456789012:mail&Token=2336412f";
        assert_eq!(asked(good, "2336412f").unwrap(), good);
        // Another topic in the URL is not confirmed: ours is.
        let other = good.replace(":mail", ":other");
        assert_eq!(asked(&other, "2336412f").unwrap(), good);
        for url in [
            good.replace("https", "http"),
            good.replace("amazonaws.com", "amazonaws.com.evil.example"),
            good.replace("amazonaws.com", "amazonaws.com@evil.example"),
            good.replace("us-east-1.amazonaws", "eu-west-1.amazonaws"),
            good.replace("Confirm", "Delete"),
        ] {
            assert_eq!(asked(&url, "1").unwrap_err().code, RefusalCode::TopicUrlForeign, "{url}");
        }
        for token in ["", "a&Action=Delete", "a b", "ä"] {
            let refused = asked(good, token).unwrap_err();
            assert_eq!(refused.code, RefusalCode::TopicMessageMalformed, "{token}");
        }
    }
}
