//! What the API writes into its log.

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::office::Office;

/// Where the lines of a test's log go.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn every_line_names_its_request_and_none_an_address_a_name_or_a_key() {
    let office = Office::new();
    let firm = office.firm("acme", true).await;
    let lines = Lines::default();
    let writer = lines.clone();
    let log = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
    let guard = tracing::subscriber::set_default(log);

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
    drop(guard);
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
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
