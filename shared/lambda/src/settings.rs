//! Settings from the environment, read once at cold start.

/// Names that have no value. All of them at once, so that one deployment mends them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("these settings are missing from the environment: {}", .0.join(", "))]
pub struct MissingSettings(pub Vec<&'static str>);

/// The values of all these names, in their order.
///
/// # Errors
/// Every name that has no value, or an empty one.
pub fn required<const COUNT: usize>(
    names: [&'static str; COUNT],
) -> Result<[String; COUNT], MissingSettings> {
    from_source(names, |name| std::env::var(name).ok())
}

fn from_source<const COUNT: usize>(
    names: [&'static str; COUNT],
    source: impl Fn(&str) -> Option<String>,
) -> Result<[String; COUNT], MissingSettings> {
    let values = names.map(|name| source(name).filter(|value| !value.trim().is_empty()));
    let pairs = names.iter().zip(&values);
    let missing: Vec<&str> = pairs.filter(|(_, value)| value.is_none()).map(|(n, _)| *n).collect();
    if missing.is_empty() {
        Ok(values.map(Option::unwrap_or_default))
    } else {
        Err(MissingSettings(missing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_in_the_order_of_the_names() {
        let found = from_source(["B", "A"], |name| Some(name.to_lowercase()));
        assert_eq!(found, Ok(["b".to_owned(), "a".to_owned()]));
    }

    #[test]
    fn every_missing_name_is_told_and_an_empty_value_counts_as_missing() {
        let source = |name: &str| match name {
            "A" => Some("x".to_owned()),
            "B" => Some(" ".to_owned()),
            _ => None,
        };
        let error = from_source(["A", "B", "C"], source).unwrap_err();
        assert_eq!(error.to_string(), "these settings are missing from the environment: B, C");
    }
}
