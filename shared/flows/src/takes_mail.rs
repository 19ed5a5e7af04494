//! Whether a domain takes mail, as far as the DNS tells (RFC 5321 section 5.1, RFC 7505).

use std::net::IpAddr;

use domain::limits::EXCHANGERS_ASKED_MAX;

use crate::ports::{Dns, DnsAnswer, PortFault};

/// Whether some host takes mail for a domain: its mail exchangers, or where it has none the domain
/// itself. What exchangers there are but none that has an address is as good as none.
///
/// # Errors
/// Nobody knows now.
pub async fn takes_mail(dns: &dyn Dns, domain: &str) -> Result<bool, PortFault> {
    let exchangers = match dns.mail_exchangers(domain).await? {
        DnsAnswer::NoSuchDomain => return Ok(false),
        DnsAnswer::NoData => return reachable(dns, domain).await,
        DnsAnswer::Found(exchangers) => exchangers,
    };
    let mut unknown = None;
    // The null MX stands alone; beside others it is a mistake that hides none of them.
    let hosts = exchangers.iter().filter(|host| *host != ".");
    for host in hosts.take(EXCHANGERS_ASKED_MAX) {
        match reachable(dns, host).await {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(fault) => unknown = Some(fault),
        }
    }
    unknown.map_or(Ok(false), Err)
}

/// Whether a host has an address that somebody else's server can be behind.
async fn reachable(dns: &dyn Dns, host: &str) -> Result<bool, PortFault> {
    let addresses = dns.addresses(host).await?.records();
    let own = |address: &IpAddr| address.is_loopback() || address.is_unspecified();
    Ok(addresses.iter().any(|address| !own(address)))
}
