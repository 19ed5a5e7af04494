//! The SES v2 calls that the stack makes (Amazon SES API v2 Reference), by method and path.

use std::sync::Arc;

use anyhow::Result;
use http::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::Desk;
use super::http_door::{Asked, Said};
use super::send_email;
use super::suppression::{Entry, Reason};

const SUPPRESSION: &str = "/v2/email/suppression/addresses";
/// Most entries on a page of the suppression list (ListSuppressedDestinations: 1 to 1000).
const PAGE_MAX: usize = 1000;

/// Answers one call.
pub async fn answer(desk: &Arc<Desk>, asked: Asked) -> Said {
    let target = asked.target.clone();
    let (path, query) = target.split_once('?').unwrap_or((target.as_str(), ""));
    let done = match (asked.method.as_str(), path.trim_end_matches('/')) {
        ("POST", "/v2/email/outbound-emails") => send_email::answer(desk, &asked.body).await,
        ("GET", "/v2/email/account") => Ok(Said::ok(desk.account().shown(Timestamp::now()))),
        ("PUT", SUPPRESSION) => put_suppressed(desk, &asked.body),
        ("GET", SUPPRESSION) => Ok(list_suppressed(desk, query)),
        (_, path) => match path.strip_prefix(SUPPRESSION).and_then(|rest| rest.strip_prefix('/')) {
            Some(address) => one_suppressed(desk, &asked.method, &percent_decoded(address)),
            None => elsewhere(desk, &asked, path).await,
        },
    };
    done.unwrap_or_else(|fault| {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        Said::Error(status, "InternalServiceErrorException", format!("{fault:#}"))
    })
}

/// Configuration sets are the template's, so the local cloud knows them.
async fn elsewhere(desk: &Desk, asked: &Asked, path: &str) -> Result<Said> {
    let known = path.starts_with("/v2/email/configuration-sets") && asked.method == Method::GET;
    let (true, Some(around)) = (known, desk.surroundings.get()) else {
        let message = format!("the local SES has no {} {path}", asked.method);
        return Ok(Said::Error(StatusCode::NOT_FOUND, "UnknownOperationException", message));
    };
    let answer = around.aws.rest("ses", Method::GET, path, bytes::Bytes::new()).await?;
    if answer.status.is_success() {
        return Ok(Said::ok(answer.json()?));
    }
    Ok(not_found(format!("{path} does not exist.")))
}

fn put_suppressed(desk: &Desk, body: &[u8]) -> Result<Said> {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let address = body.get("EmailAddress").and_then(Value::as_str).unwrap_or_default();
    let reason = body.get("Reason").cloned().unwrap_or_default();
    let Ok(reason) = serde_json::from_value::<Reason>(reason) else {
        return Ok(bad_request("Reason should be BOUNCE or COMPLAINT."));
    };
    if !address.contains('@') {
        return Ok(bad_request("EmailAddress is not an address."));
    }
    let entry = Entry { reason, at_millis: Timestamp::now().as_millisecond(), message_id: None };
    desk.suppression().put(address, entry)?;
    Ok(Said::ok(json!({})))
}

fn one_suppressed(desk: &Desk, method: &Method, address: &str) -> Result<Said> {
    let missing = || not_found("Email address does not exist on your suppression list.".to_owned());
    match *method {
        Method::DELETE => {
            let was_there = desk.suppression().delete(address)?;
            Ok(if was_there { Said::ok(json!({})) } else { missing() })
        }
        Method::GET => Ok(desk.suppression().get(address).map_or_else(missing, |entry| {
            let mut shown = summary(address, entry);
            if let (Some(id), Some(fields)) = (&entry.message_id, shown.as_object_mut()) {
                fields.insert("Attributes".to_owned(), json!({"MessageId": id}));
            }
            Said::ok(json!({"SuppressedDestination": shown}))
        })),
        _ => Ok(bad_request("a suppressed address can be read and deleted.")),
    }
}

/// One page, by address. `NextToken` is the last address of the page before.
fn list_suppressed(desk: &Desk, query: &str) -> Said {
    let parameters: Vec<(String, String)> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (percent_decoded(name), percent_decoded(value)))
        .collect();
    let all = |name: &str| -> Vec<&str> {
        let named = parameters.iter().filter(|(given, _)| given == name);
        named.map(|(_, value)| value.as_str()).collect()
    };
    let time = |name: &str| all(name).first().and_then(|text| text.parse::<Timestamp>().ok());
    let (reasons, from, until) = (all("Reason"), time("StartDate"), time("EndDate"));
    let size = all("PageSize").first().and_then(|text| text.parse().ok()).unwrap_or(PAGE_MAX);
    let after = all("NextToken").first().copied().unwrap_or_default();
    let list = desk.suppression();
    let mut wanted = list.entries().filter(|(address, entry)| {
        let word = if entry.reason == Reason::Bounce { "BOUNCE" } else { "COMPLAINT" };
        (reasons.is_empty() || reasons.contains(&word))
            && *address > after
            && from.is_none_or(|from| entry.at() >= from)
            && until.is_none_or(|until| entry.at() <= until)
    });
    let page: Vec<(&str, &Entry)> = wanted.by_ref().take(size.clamp(1, PAGE_MAX)).collect();
    let summaries: Vec<Value> =
        page.iter().map(|(address, entry)| summary(address, entry)).collect();
    let mut answer = json!({"SuppressedDestinationSummaries": summaries});
    let more = wanted.next().is_some();
    if let (true, Some((last, _)), Some(fields)) = (more, page.last(), answer.as_object_mut()) {
        fields.insert("NextToken".to_owned(), json!(last));
    }
    Said::ok(answer)
}

fn summary(address: &str, entry: &Entry) -> Value {
    let reason = &entry.reason;
    json!({"EmailAddress": address, "Reason": reason, "LastUpdateTime": entry.at().as_second()})
}

fn bad_request(message: &str) -> Said {
    Said::Error(StatusCode::BAD_REQUEST, "BadRequestException", message.to_owned())
}

fn not_found(message: String) -> Said {
    Said::Error(StatusCode::NOT_FOUND, "NotFoundException", message)
}

fn percent_decoded(text: &str) -> String {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        octets.extend_from_slice(before.as_bytes());
        match after.get(..2).and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(octet) => {
                octets.push(octet);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                octets.push(b'%');
                rest = after;
            }
        }
    }
    octets.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&octets).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_signs_are_undone_and_a_lone_one_stays() {
        assert_eq!(percent_decoded("a%2Bb%40example.org"), "a+b@example.org");
        assert_eq!(percent_decoded("100%"), "100%");
    }
}
