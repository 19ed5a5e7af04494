//! Topics (Amazon SNS) that may tell us what became of mail: their names, and the list of those that
//! we listen to over HTTPS.

use std::fmt;
use std::str::FromStr;

/// The name of a topic: `arn:aws:sns:eu-west-1:123456789012:mail_events`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TopicArn {
    text: String,
    region: String,
    host: String,
}

/// The text names no topic.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no ARN of a topic")]
pub struct NoTopicArn(String);

impl TopicArn {
    /// The one host that the topic's region answers on ("Amazon SNS endpoints and quotas").
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The ARN.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The region it is in.
    pub fn region(&self) -> &str {
        &self.region
    }
}

impl FromStr for TopicArn {
    type Err = NoTopicArn;

    fn from_str(text: &str) -> Result<Self, NoTopicArn> {
        let refused = || NoTopicArn(text.to_owned());
        let parts: Vec<&str> = text.split(':').collect();
        let ["arn", partition, "sns", region, account, name] = parts.as_slice() else {
            return Err(refused());
        };
        let suffix = match *partition {
            "aws" | "aws-us-gov" => "amazonaws.com",
            "aws-cn" => "amazonaws.com.cn",
            _ => return Err(refused()),
        };
        let is_region = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let sound = !region.is_empty()
            && region.chars().all(is_region)
            && account.len() == 12
            && account.chars().all(|c| c.is_ascii_digit())
            && (1..=256).contains(&name.len())
            && name.chars().all(is_name);
        if !sound {
            return Err(refused());
        }
        let host = format!("sns.{region}.{suffix}");
        Ok(Self { text: text.to_owned(), region: (*region).to_owned(), host })
    }
}

impl fmt::Display for TopicArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The topics that we listen to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TopicList(Vec<TopicArn>);

impl TopicList {
    /// The topic of that name, if we listen to it.
    pub fn find(&self, arn: &str) -> Option<&TopicArn> {
        self.0.iter().find(|topic| topic.text == arn)
    }
}

impl FromStr for TopicList {
    type Err = NoTopicArn;

    /// ARNs with commas between them; spaces and empty places do not matter.
    fn from_str(text: &str) -> Result<Self, NoTopicArn> {
        let arns = text.split(',').map(str::trim).filter(|arn| !arn.is_empty());
        arns.map(TopicArn::from_str).collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_tells_the_one_host_of_its_region() {
        let host = |arn: &str| arn.parse::<TopicArn>().unwrap().host().to_owned();
        let region = "arn:aws:sns:eu-west-1:123456789012:mail_events";
        assert_eq!(host(region), "sns.eu-west-1.amazonaws.com");
        let china = "arn:aws-cn:sns:cn-north-1:123456789012:mail_events";
        assert_eq!(host(china), "sns.cn-north-1.amazonaws.com.cn");
    }

    #[test]
    fn what_names_no_topic_is_none() {
        for arn in [
            "",
            "arn:aws:sqs:eu-west-1:123456789012:mail_events",
            "arn:other:sns:eu-west-1:123456789012:mail_events",
            "arn:aws:sns::123456789012:mail_events",
            "arn:aws:sns:evil.example/:123456789012:mail_events",
            "arn:aws:sns:eu-west-1:12345:mail_events",
            "arn:aws:sns:eu-west-1:123456789012:",
            "arn:aws:sns:eu-west-1:123456789012:mail_events:subscription",
            "arn:aws:sns:eu-west-1:123456789012:mail events",
        ] {
            assert!(arn.parse::<TopicArn>().is_err(), "{arn:?}");
        }
    }

    #[test]
    fn a_list_is_read_with_empty_places_and_stops_at_what_is_no_topic() {
        let (ours, theirs) =
            ("arn:aws:sns:eu-west-1:123456789012:a", "arn:aws:sns:x:123456789012:b");
        let list: TopicList = format!("{ours}, ,{theirs},").parse().unwrap();
        assert!(list.find(ours).is_some() && list.find(theirs).is_some());
        assert!(list.find("arn:aws:sns:eu-west-1:123456789012:A").is_none());
        assert!(format!("{ours},mail_events").parse::<TopicList>().is_err());
    }
}
