//! What a reason is told by: codes, and words of servers.

use domain::bounce::{BounceReason, EnhancedStatus, StatusClass};

/// One reason's codes and words.
pub struct ReasonRow {
    /// The reason.
    pub reason: BounceReason,
    /// Enhanced codes that mean it (`x` stands for 4 and 5).
    pub statuses: &'static [&'static str],
    /// Reply codes that mean it by themselves.
    pub replies: &'static [u16],
    /// Words that mean it, in lower case. ` * ` stands for up to [`GAP_OCTETS_MAX`] other octets.
    pub phrases: &'static [&'static str],
    /// Words that mean it is something else after all.
    pub unless: &'static [&'static str],
}

/// How far apart the two halves of a phrase with a star may stand.
pub const GAP_OCTETS_MAX: usize = 90;

/// Whether `status` is the code that `pattern` names: `5.1.1`, `x.7.26`, or a range of details
/// such as `x.7.606-649`.
pub fn status_fits(pattern: &str, status: EnhancedStatus) -> bool {
    let mut parts = pattern.split('.');
    let class = match parts.next() {
        Some("x") => true,
        Some("4") => status.class == StatusClass::Transient,
        Some("5") => status.class == StatusClass::Permanent,
        _ => false,
    };
    let subject = parts.next().and_then(|text| text.parse::<u16>().ok());
    let details = parts.next().unwrap_or_default();
    let (low, high) = details.split_once('-').unwrap_or((details, details));
    let within = match (low.parse::<u16>(), high.parse::<u16>()) {
        (Ok(low), Ok(high)) => (low..=high).contains(&status.detail),
        _ => false,
    };
    class && subject == Some(status.subject) && within
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_pattern_fits_one_code_both_classes_or_a_range() {
        let fits = |pattern: &str, status: &str| status_fits(pattern, status.parse().unwrap());
        assert!(fits("5.1.1", "5.1.1") && !fits("5.1.1", "4.1.1") && !fits("5.1.1", "5.1.10"));
        assert!(fits("x.7.26", "4.7.26") && fits("x.7.26", "5.7.26"));
        assert!(fits("x.7.606-649", "5.7.630") && !fits("x.7.606-649", "5.7.650"));
    }
}
