//! Merge patches (RFC 7396): a member that is missing stays, one that is null goes, any other is set.

use domain::refusal::{RefusalCode, Refused};
use flows::change_settings::Setting;
use serde::{Deserialize, Deserializer};

/// One member of a merge patch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Member<T> {
    /// It is not in the patch.
    #[default]
    Missing,
    /// It is null.
    Null,
    /// It has a value.
    Value(T),
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Member<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // A missing member never comes here: its field has a default.
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Value))
    }
}

impl<T> Member<T> {
    /// The new value of a member that can be taken away: the inner none is null.
    pub fn or_none(self) -> Option<Option<T>> {
        match self {
            Self::Missing => None,
            Self::Null => Some(None),
            Self::Value(value) => Some(Some(value)),
        }
    }

    /// The new value of a member that can't be taken away.
    ///
    /// # Errors
    /// `field_invalid` for null.
    pub fn required(self, field: &str) -> Result<Option<T>, Refused> {
        match self {
            Self::Missing => Ok(None),
            Self::Value(value) => Ok(Some(value)),
            Self::Null => {
                let hint = "it can be changed, not taken away";
                Err(Refused::field(RefusalCode::FieldInvalid, field, hint))
            }
        }
    }
}

impl<T> From<Member<T>> for Setting<T> {
    fn from(member: Member<T>) -> Self {
        match member {
            Member::Missing => Self::Keep,
            Member::Null => Self::Reset,
            Member::Value(value) => Self::To(value),
        }
    }
}
