//! The DNS in memory: a few names, and silence on demand. A name that nobody told does not exist.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use flows::ports::{Dns, DnsAnswer, PortFault};

/// The DNS in memory.
#[derive(Default)]
pub struct MemoryDns {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    names: BTreeMap<String, Name>,
    silent: BTreeSet<String>,
    asked: u64,
    fails: bool,
}

#[derive(Clone, Default)]
struct Name {
    exchangers: Vec<String>,
    addresses: Vec<IpAddr>,
    texts: Vec<String>,
}

impl MemoryDns {
    /// Gives a domain these mail exchangers; `.` alone is the null MX.
    pub fn exchangers(&self, domain: &str, hosts: &[&str]) {
        let hosts = hosts.iter().map(|host| (*host).to_owned()).collect();
        self.lock().names.entry(domain.to_owned()).or_default().exchangers = hosts;
    }

    /// Gives a host an address (of RFC 5737, for documentation).
    pub fn host(&self, name: &str) {
        self.host_at(name, IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)));
    }

    /// Gives a host this address.
    pub fn host_at(&self, name: &str, address: IpAddr) {
        self.lock().names.entry(name.to_owned()).or_default().addresses = vec![address];
    }

    /// Gives a name this text, beside those it has.
    pub fn text(&self, name: &str, text: &str) {
        self.lock().names.entry(name.to_owned()).or_default().texts.push(text.to_owned());
    }

    /// Takes a name away.
    pub fn forget(&self, name: &str) {
        self.lock().names.remove(name);
    }

    /// Makes the servers of one name silent.
    pub fn silence(&self, name: &str) {
        self.lock().silent.insert(name.to_owned());
    }

    /// Makes every question fail, or work again.
    pub fn fail(&self, fails: bool) {
        self.lock().fails = fails;
    }

    /// How often it was asked.
    pub fn asked(&self) -> u64 {
        self.lock().asked
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask<T>(&self, name: &str, read: impl Fn(Name) -> Vec<T>) -> Result<DnsAnswer<T>, PortFault> {
        let mut state = self.lock();
        state.asked += 1;
        if state.fails || state.silent.contains(name) {
            let source = "no answer in time".into();
            return Err(PortFault { port: "dns", operation: "look up", source });
        }
        let Some(found) = state.names.get(name) else { return Ok(DnsAnswer::NoSuchDomain) };
        let records = read(found.clone());
        Ok(if records.is_empty() { DnsAnswer::NoData } else { DnsAnswer::Found(records) })
    }
}

#[async_trait]
impl Dns for MemoryDns {
    async fn mail_exchangers(&self, domain: &str) -> Result<DnsAnswer<String>, PortFault> {
        self.ask(domain, |name| name.exchangers)
    }

    async fn addresses(&self, host: &str) -> Result<DnsAnswer<IpAddr>, PortFault> {
        self.ask(host, |name| name.addresses)
    }

    async fn texts(&self, name: &str) -> Result<DnsAnswer<String>, PortFault> {
        self.ask(name, |name| name.texts)
    }
}
