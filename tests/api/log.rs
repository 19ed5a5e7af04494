//! What the API writes into its log.

use std::cell::RefCell;
use std::io;
use std::sync::Once;

use serde_json::{Value, json};

use crate::office::Office;

thread_local! {
    static LINES: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Where log lines go: to the lines of the thread that writes them, which is a test's own.
struct ThisThread;

impl io::Write for ThisThread {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        LINES.with_borrow_mut(|lines| lines.extend_from_slice(octets));
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Keeps the log of all tests, each thread's apart. One subscriber for the whole process, set before
/// the first request of any test: tracing caches for each line of code whether anybody listens, so a
/// subscriber of one thread alone would miss the lines another thread reached first.
pub fn keep() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let log = tracing_subscriber::fmt().json().with_writer(|| ThisThread).finish();
        tracing::subscriber::set_global_default(log).unwrap();
    });
}

#[tokio::test]
async fn every_line_names_its_request_and_none_an_address_a_name_or_a_key() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    LINES.take();

    let contact = json!({"name": "Lena", "addresses": ["lena@harbour.example"]});
    let asked = [
        office.post("/v1/contacts", contact.clone()).by(&firm.member).send().await,
        office.post("/v1/contacts", contact).by(&firm.member).send().await,
        office.post("/v1/contacts/lookup", json!({"email": "lena@"})).by(&firm.member).send().await,
        office.get("/v1/contacts?kind=lena@harbour.example").by(&firm.member).send().await,
        office.get("/v1/contacts/lena@harbour.example").by(&firm.member).send().await,
        office.get("/lena@harbour.example").send().await,
        office.get("/v1/users").key(&firm.member.key[..40]).send().await,
    ];
    let text = String::from_utf8(LINES.take()).unwrap();
    let entries: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for reply in &asked {
        let id = reply.headers["x-request-id"].to_str().unwrap();
        let own = entries.iter().filter(|entry| entry["span"]["request.id"] == id);
        let statuses: Vec<u64> =
            own.filter_map(|entry| entry["fields"]["http.status"].as_u64()).collect();
        assert_eq!(statuses, [u64::from(reply.status.as_u16())], "one line tells the answer");
    }
    assert!(entries.iter().all(|entry| entry["span"]["request.id"].is_string()));
    assert_eq!(entries[0]["span"]["tenant.id"], firm.id.to_string());
    for secret in ["harbour", "lena", "Lena", "mailroom_"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}
