//! The local run keeps to itself: loopback only, rights as in the template.

use std::{collections::BTreeSet, fs};

use bytes::Bytes;
use http::Method;
use local::{alarms, http_client::HttpClient, stack::STACK};

use crate::shared_cloud::on_the_cloud;

/// This process and all below it.
fn processes() -> BTreeSet<u32> {
    let parents: Vec<(u32, u32)> = fs::read_dir("/proc")
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().to_string_lossy().parse().ok())
        .filter_map(|process: u32| {
            let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
            // The name in brackets may hold blanks; state and parent come after it.
            let parent = stat.rsplit_once(") ")?.1.split(' ').nth(1)?.parse().ok()?;
            Some((process, parent))
        })
        .collect();
    let mut found = BTreeSet::from([std::process::id()]);
    loop {
        let before = found.len();
        found.extend(
            parents
                .iter()
                .filter(|(_, parent)| found.contains(parent))
                .map(|it| it.0)
                .collect::<Vec<_>>(),
        );
        if found.len() == before {
            return found;
        }
    }
}

fn sockets(processes: &BTreeSet<u32>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for process in processes {
        let Ok(entries) = fs::read_dir(format!("/proc/{process}/fd")) else { continue };
        for entry in entries.flatten() {
            let Ok(target) = fs::read_link(entry.path()) else { continue };
            let text = target.to_string_lossy().into_owned();
            if let Some(inode) = text.strip_prefix("socket:[") {
                found.insert(inode.trim_end_matches(']').to_owned());
            }
        }
    }
    found
}

/// Local addresses, as the kernel prints them, of listening sockets among these.
fn listening(sockets: &BTreeSet<String>) -> Vec<String> {
    const LISTEN: &str = "0A";
    ["/proc/net/tcp", "/proc/net/tcp6"]
        .iter()
        .filter_map(|table| fs::read_to_string(table).ok())
        .flat_map(|table| table.lines().skip(1).map(str::to_owned).collect::<Vec<_>>())
        .filter_map(|line| {
            let columns: Vec<&str> = line.split_whitespace().collect();
            let ours = columns.get(3) == Some(&LISTEN) && sockets.contains(*columns.get(9)?);
            ours.then(|| columns[1].to_owned())
        })
        .collect()
}

#[test]
fn nothing_listens_on_anything_but_loopback() {
    on_the_cloud(async |cloud, api| {
        api.get("/v1/health").await.unwrap();
        let found = listening(&sockets(&processes()));
        let smtp = format!("0100007F:{:04X}", cloud.smtp_port());
        assert!(found.contains(&smtp), "{smtp} is not among {found:?}");
        assert!(found.len() >= 3, "SMTP, the cloud and a function's runtime listen: {found:?}");
        for address in found {
            assert!(address.starts_with("0100007F:"), "{address} is not on 127.0.0.1");
        }
    });
}

#[test]
fn the_iam_policies_of_the_template_are_in_force() {
    on_the_cloud(async |cloud, _| {
        let url = format!("{}/_ministack/health", cloud.stack().aws().endpoint());
        let answer = HttpClient::default().send(Method::GET, &url, &[], Bytes::new()).await;
        assert_eq!(answer.unwrap().json().unwrap()["auth"], "enabled");
    });
}

#[test]
fn the_alarms_of_the_template_are_deployed() {
    on_the_cloud(async |cloud, _| {
        let alarms = alarms::list(cloud.stack().aws(), STACK).await.unwrap();
        let names: Vec<&str> = alarms.iter().map(|alarm| alarm.name.as_str()).collect();
        assert!(names.contains(&"mailroom-inbound_mail-errors"), "{names:?}");
    });
}
