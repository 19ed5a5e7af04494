//! Rules for texts that callers give: names and addresses.

use domain::email_address::EmailAddress;
use domain::limits::NAME_BYTES_MAX;
use domain::refusal::{RefusalCode, Refused};

/// A name as it is kept: without white space around it, not empty, on one line, within the bound.
///
/// # Errors
/// `field_missing`, `field_too_long` or `field_invalid`, naming the field.
pub fn name(field: &str, text: &str) -> Result<String, Refused> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refused::field(RefusalCode::FieldMissing, field, "give it a name"));
    }
    if text.len() > NAME_BYTES_MAX {
        let hint = "shorten it; letters outside English count two to four octets";
        let refused = Refused::field(RefusalCode::FieldTooLong, field, hint);
        return Err(refused.with_limit(u64::try_from(NAME_BYTES_MAX).unwrap_or(u64::MAX)));
    }
    if text.chars().any(char::is_control) {
        let hint = "leave out line breaks and control characters";
        return Err(Refused::field(RefusalCode::FieldInvalid, field, hint));
    }
    Ok(text.to_owned())
}

/// An address.
///
/// # Errors
/// `address_invalid`, naming the field and the flaw, never the text.
pub fn address(field: &str, text: &str) -> Result<EmailAddress, Refused> {
    EmailAddress::parse(text)
        .map_err(|flaw| Refused::field(RefusalCode::AddressInvalid, field, flaw.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_and_must_be_one_line_of_bounded_length() {
        assert_eq!(name("name", "  Anna ").as_deref(), Ok("Anna"));
        let code = |text: &str| name("name", text).map_err(|refused| refused.code);
        assert_eq!(code(" \t"), Err(RefusalCode::FieldMissing));
        assert_eq!(code("a\nb"), Err(RefusalCode::FieldInvalid));
        assert_eq!(code(&"ä".repeat(101)), Err(RefusalCode::FieldTooLong));
        assert!(code(&"ä".repeat(100)).is_ok());
    }
}
