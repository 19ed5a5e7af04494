//! Changes to an instance of a recurring meeting and all that follow it (RFC 5545 section 3.2.13,
//! RANGE=THISANDFUTURE): what they move, and what they call off.

use std::time::Duration;

use crate::local_time::LocalTime;
use crate::meeting::{MeetingPart, Version};
use crate::timestamp::Timestamp;

/// A change from one instance on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// The instance it begins with, and how that one is now.
    pub part: MeetingPart,
    /// Its version: of two ranges that reach over an instance, the newer one holds.
    pub version: Version,
    /// Whether the instances are called off.
    pub called_off: bool,
}

impl Range {
    /// The moment of the instance it begins with.
    pub fn from(&self) -> Option<Timestamp> {
        self.part.instance.as_ref()?.moment()
    }

    /// Whether it reaches over the instance of that moment.
    pub fn reaches(&self, instance: Timestamp) -> bool {
        self.from().is_some_and(|from| from <= instance)
    }

    /// By how much it moves instances to an earlier time.
    pub fn moved_back_by(&self) -> Option<Duration> {
        let shift = shift_seconds(self.part.instance.as_ref()?, self.part.start.as_ref()?)?;
        u64::try_from(shift.checked_neg()?).ok().map(Duration::from_secs)
    }

    /// The instance that regularly begins at `regular`, as the range has it: moved as far as the first one
    /// is, by the clock of the meeting's zone, and as long as that. What the range does not tell, the whole
    /// does. None where the range tells no time.
    pub fn moved(&self, whole: &MeetingPart, regular: &LocalTime) -> Option<MeetingPart> {
        let shift = shift_seconds(self.part.instance.as_ref()?, self.part.start.as_ref()?)?;
        let start = regular.shifted(shift)?;
        let told = |of: fn(&MeetingPart) -> &Option<String>| of(&self.part).clone();
        let length = self.part.length();
        let as_long = if length > Duration::ZERO { length } else { whole.length() };
        Some(MeetingPart {
            instance: Some(regular.clone()),
            sequence: self.part.sequence,
            stamp: self.part.stamp,
            summary: told(|part| &part.summary).or_else(|| whole.summary.clone()),
            description: told(|part| &part.description).or_else(|| whole.description.clone()),
            location: told(|part| &part.location).or_else(|| whole.location.clone()),
            start: Some(start),
            end: None,
            duration_seconds: i64::try_from(as_long.as_secs()).ok(),
            rules: Vec::new(),
            excluded: Vec::new(),
            added: Vec::new(),
            and_future: false,
        })
    }
}

/// How far the first instance was moved, in seconds.
fn shift_seconds(from: &LocalTime, to: &LocalTime) -> Option<i64> {
    let millis = to.moment()?.millis().checked_sub(from.moment()?.millis())?;
    Some(millis.div_euclid(1_000))
}

/// The range that holds of the instance of a moment: the newest, of one version the one that begins last.
pub fn holding(ranges: &[Range], instance: Timestamp) -> Option<&Range> {
    let reaching = ranges.iter().filter(|range| range.reaches(instance));
    reaching.max_by_key(|range| (range.version.sequence, range.version.stamp, range.from()))
}

/// Whether something newer than a version holds of the instance of that moment.
pub fn outdated(ranges: &[Range], version: Version, instance: Timestamp) -> bool {
    let newer = |range: &Range| {
        (range.version.sequence, range.version.stamp) > (version.sequence, version.stamp)
    };
    ranges.iter().any(|range| newer(range) && range.reaches(instance))
}
