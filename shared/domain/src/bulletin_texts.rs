//! The words of bulletins, in each language we have texts in.

use crate::alert::{Alert, Watched};
use crate::bounce_category_texts;
use crate::bulletin::News;
use crate::language::Language;
use crate::rates::Metric;

/// A mail's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BulletinTexts {
    /// The subject.
    pub subject: String,
    /// The text, lines ended by `\n`.
    pub text: String,
}

/// The words of some news.
pub fn of(news: &News, language: Language) -> BulletinTexts {
    let (subject, text) = match news {
        News::RateTooHigh(alert) => too_high(alert, language),
        News::RateRecovered(alert) => recovered(alert, language),
        News::DomainRefuses { domain, category } => {
            let texts = bounce_category_texts::of(*category, language);
            refuses(domain, texts.name, texts.recommendation, language)
        }
    };
    BulletinTexts { subject, text: format!("{text}\n\n{}\n", closing(language)) }
}

fn too_high(alert: &Alert, language: Language) -> (String, String) {
    let (share, counts) = (share(alert), counts(alert));
    let what = metric(alert.metric, language);
    let mail = watched(alert.about, language);
    match language {
        Language::En => (
            format!("{what}: {share} of {mail}"),
            format!(
                "{what}: {share} of {mail} ({counts}).\n\nSending may be stopped by the provider if it \
                 stays so. Look at /v1/alerts/{} and at the bounce report, and let addresses rest \
                 that come back.",
                alert.id
            ),
        ),
        Language::De => (
            format!("{what}: {share} {mail}"),
            format!(
                "{what}: {share} {mail} ({counts}).\n\nBleibt es so, kann der Anbieter den Versand \
                 anhalten. Näheres steht unter /v1/alerts/{} und im Bericht über Rückläufer; \
                 Adressen, von denen Mail zurückkommt, sollten ruhen.",
                alert.id
            ),
        ),
        Language::Zh => (
            format!("{what}：{mail}的 {share}"),
            format!(
                "{what}：{mail}的 {share}（{counts}）。\n\n如果情况持续，服务商可能会停止发送。请查看 \
                 /v1/alerts/{} 和退信报告，并暂停向被退回的地址发信。",
                alert.id
            ),
        ),
    }
}

fn recovered(alert: &Alert, language: Language) -> (String, String) {
    let (worst, what) = (share(alert), metric(alert.metric, language));
    let mail = watched(alert.about, language);
    match language {
        Language::En => (
            format!("{what}: back to normal"),
            format!("{what} of {mail} are back to normal. At their worst they were {worst}."),
        ),
        Language::De => (
            format!("{what}: wieder im Rahmen"),
            format!("{what} {mail} sind wieder im Rahmen. Am höchsten waren es {worst}."),
        ),
        Language::Zh => {
            (format!("{what}：已恢复正常"), format!("{mail}的{what}已恢复正常，最高时为 {worst}。"))
        }
    }
}

fn refuses(domain: &str, cause: &str, advice: &str, language: Language) -> (String, String) {
    match language {
        Language::En => (
            format!("{domain} refuses our mail"),
            format!(
                "Many recipients at {domain} refused our mail for one cause: {cause}. Mail to this \
                 domain rests for a day; all other mail goes on.\n\n{advice}"
            ),
        ),
        Language::De => (
            format!("{domain} nimmt unsere Mail nicht an"),
            format!(
                "Viele Empfänger bei {domain} haben unsere Mail aus einem Grund abgewiesen: {cause}. \
                 Mail an diese Domain ruht einen Tag; alles andere geht weiter.\n\n{advice}"
            ),
        ),
        Language::Zh => (
            format!("{domain} 拒收我们的邮件"),
            format!(
                "{domain} 的许多收件人因同一原因拒收我们的邮件：{cause}。发往该域名的邮件暂停一天，其他邮件照常。\n\n{advice}"
            ),
        ),
    }
}

fn metric(metric: Metric, language: Language) -> &'static str {
    match (metric, language) {
        (Metric::Bounces, Language::En) => "Bounces",
        (Metric::Bounces, Language::De) => "Rückläufer",
        (Metric::Bounces, Language::Zh) => "退信",
        (Metric::Complaints, Language::En) => "Complaints",
        (Metric::Complaints, Language::De) => "Beschwerden",
        (Metric::Complaints, Language::Zh) => "投诉",
    }
}

fn watched(about: Watched, language: Language) -> String {
    match (about, language) {
        (Watched::Sender, Language::En) => "your mail".to_owned(),
        (Watched::Sender, Language::De) => "der gesendeten Mail".to_owned(),
        (Watched::Sender, Language::Zh) => "所发邮件".to_owned(),
        (Watched::Campaign(campaign), Language::En) => format!("campaign {campaign}"),
        (Watched::Campaign(campaign), Language::De) => format!("der Kampagne {campaign}"),
        (Watched::Campaign(campaign), Language::Zh) => format!("活动 {campaign} "),
    }
}

fn closing(language: Language) -> &'static str {
    match language {
        Language::En => {
            "A program wrote this to the administrators. They can turn it off in the settings \
             (alert_mails)."
        }
        Language::De => {
            "Ein Programm schreibt dies an die Administratoren. In den Einstellungen lässt es sich \
             abschalten (alert_mails)."
        }
        Language::Zh => "本邮件由程序发送给管理员，可在设置中关闭（alert_mails）。",
    }
}

/// In per cent, with two decimals.
fn share(alert: &Alert) -> String {
    let ppm = alert.metric.rate_ppm(alert.worst.volume).unwrap_or_default();
    format!("{}.{:02} %", ppm / 10_000, ppm % 10_000 / 100)
}

fn counts(alert: &Alert) -> String {
    format!("{}/{}", alert.metric.count(alert.worst.volume), alert.worst.volume.sent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::Reading;
    use crate::bounce_category::BounceCategory;
    use crate::day_tally::Volume;
    use crate::ids::{AlertId, TenantId};
    use crate::rates::{Level, Window};
    use crate::timestamp::Timestamp;

    #[test]
    fn each_language_tells_what_happened_with_its_numbers() {
        let volume = Volume { sent: 10_000, bounced: 512, complained: 0 };
        let alert = Alert {
            id: AlertId::from_bits(1),
            tenant: TenantId::from_bits(1),
            metric: Metric::Bounces,
            about: Watched::Sender,
            worst: Reading { window: Window::LastDay, level: Level::Alert, volume },
            opened_at: Timestamp::from_seconds(0),
            recovered_at: None,
            rev: 1,
        };
        let refuses = News::DomainRefuses {
            domain: "harbour.example".to_owned(),
            category: BounceCategory::PolicyRelated,
        };
        for language in Language::ALL {
            let high = of(&News::RateTooHigh(alert.clone()), language);
            assert!(high.subject.contains("5.12 %") && high.text.contains("512/10000"), "{high:?}");
            assert!(of(&News::RateRecovered(alert.clone()), language).text.contains("5.12 %"));
            let refuses = of(&refuses, language);
            assert!(refuses.subject.contains("harbour.example"));
            assert!(refuses.text.contains("alert_mails"));
        }
    }
}
