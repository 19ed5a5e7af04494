//! The DNS through the resolver of the machine: in Lambda that of the region (or of the VPC).
//!
//! Names are absolute, there is no search list and no hosts file. Time, tries, and what is kept are
//! bounded; a truncated answer is asked for again over TCP.

use std::net::IpAddr;

use async_trait::async_trait;
use domain::limits::{DNS_CACHE_MAX, DNS_TIME, DNS_TRY_TIME, DNS_TTL_MAX};
use flows::ports::{Dns, DnsAnswer, PortFault};
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ResolveHosts, ResolverConfig, ResolverOpts};
use hickory_resolver::lookup::Lookup;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::net::{DnsError, NetError};
use hickory_resolver::proto::op::ResponseCode;
use hickory_resolver::proto::rr::{Name, RData, RecordType};
use hickory_resolver::system_conf::read_system_conf;

/// The machine's resolver.
pub struct Resolver {
    /// Why there is none, where the machine names no name servers.
    resolver: Result<TokioResolver, String>,
}

impl Resolver {
    /// Through the name servers that the machine is set up with. Where there are none, every question
    /// is a fault, and the rest of the function works.
    pub fn of_the_machine() -> Self {
        let servers = read_system_conf().map(|(config, _)| config.into_parts().2);
        match servers {
            Ok(servers) => Self::through(ResolverConfig::from_name_servers(servers)),
            Err(fault) => Self { resolver: Err(fault.to_string()) },
        }
    }

    /// Through these name servers.
    pub fn through(servers: ResolverConfig) -> Self {
        let provider = TokioRuntimeProvider::default();
        let builder = TokioResolver::builder_with_config(servers, provider);
        let resolver = builder.with_options(options()).build();
        Self { resolver: resolver.map_err(|fault| fault.to_string()) }
    }

    async fn ask<T>(
        &self,
        name: &str,
        kind: RecordType,
        read: impl Fn(&RData) -> Option<T>,
    ) -> Result<DnsAnswer<T>, PortFault> {
        // What cannot be a name names nothing.
        let Ok(mut name) = Name::from_utf8(name) else { return Ok(DnsAnswer::NoSuchDomain) };
        name.set_fqdn(true);
        let resolver = self.resolver.as_ref().map_err(|why| fault(why.clone()))?;
        let asked = tokio::time::timeout(DNS_TIME, resolver.lookup(name, kind)).await;
        let asked = asked.map_err(|_| fault("no answer in time".to_owned()))?;
        answer(asked, read)
    }
}

fn options() -> ResolverOpts {
    let mut options = ResolverOpts::default();
    options.timeout = DNS_TRY_TIME;
    options.attempts = 1;
    options.cache_size = DNS_CACHE_MAX;
    options.positive_max_ttl = Some(DNS_TTL_MAX);
    options.negative_max_ttl = Some(DNS_TTL_MAX);
    options.use_hosts_file = ResolveHosts::Never;
    options
}

/// What an answer means. A referral, which has name servers and no SOA, is a server that did not ask
/// on for us: that is no answer (RFC 2308 section 2.2).
fn answer<T>(
    asked: Result<Lookup, NetError>,
    read: impl Fn(&RData) -> Option<T>,
) -> Result<DnsAnswer<T>, PortFault> {
    let found = match asked {
        Ok(found) => found,
        Err(NetError::Dns(DnsError::NoRecordsFound(none))) => {
            let code = none.response_code;
            let is_referral = none.soa.is_none() && none.ns.is_some();
            return if code == ResponseCode::NXDomain {
                Ok(DnsAnswer::NoSuchDomain)
            } else if code == ResponseCode::NoError && !is_referral {
                Ok(DnsAnswer::NoData)
            } else {
                Err(fault(format!("{code}, and nothing in it")))
            };
        }
        // The fault's own text names the domain.
        Err(NetError::Timeout) => return Err(fault("no answer in time".to_owned())),
        Err(NetError::Dns(DnsError::ResponseCode(code))) => return Err(fault(code.to_string())),
        Err(_) => return Err(fault("the name server could not be asked".to_owned())),
    };
    let records: Vec<T> = found.answers().iter().filter_map(|record| read(&record.data)).collect();
    // An alias that leads to nothing of the kind.
    Ok(if records.is_empty() { DnsAnswer::NoData } else { DnsAnswer::Found(records) })
}

fn fault(why: String) -> PortFault {
    PortFault { port: "dns", operation: "look up", source: why.into() }
}

#[async_trait]
impl Dns for Resolver {
    async fn mail_exchangers(&self, domain: &str) -> Result<DnsAnswer<String>, PortFault> {
        let read = |data: &RData| {
            let RData::MX(mx) = data else { return None };
            Some((mx.preference, host(&mx.exchange)))
        };
        Ok(match self.ask(domain, RecordType::MX, read).await? {
            DnsAnswer::Found(mut exchangers) => {
                exchangers.sort();
                DnsAnswer::Found(exchangers.into_iter().map(|(_, host)| host).collect())
            }
            DnsAnswer::NoData => DnsAnswer::NoData,
            DnsAnswer::NoSuchDomain => DnsAnswer::NoSuchDomain,
        })
    }

    async fn addresses(&self, host: &str) -> Result<DnsAnswer<IpAddr>, PortFault> {
        let read = RData::ip_addr;
        let asked = self.ask(host, RecordType::A, read).await?;
        if asked != DnsAnswer::NoData {
            return Ok(asked);
        }
        self.ask(host, RecordType::AAAA, read).await
    }

    async fn texts(&self, name: &str) -> Result<DnsAnswer<String>, PortFault> {
        let read = |data: &RData| {
            let RData::TXT(text) = data else { return None };
            Some(String::from_utf8_lossy(&text.txt_data.concat()).into_owned())
        };
        self.ask(name, RecordType::TXT, read).await
    }
}

/// A host's name as we write names: without the dot at its end; the root stays `.`.
fn host(name: &Name) -> String {
    let text = name.to_ascii();
    if name.is_root() { text } else { text.trim_end_matches('.').to_owned() }
}

#[cfg(test)]
mod tests;
