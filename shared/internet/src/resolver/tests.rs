//! The adapter against a name server of our own on the loopback interface, over UDP and TCP.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Arc, Mutex};

use hickory_resolver::config::NameServerConfig;
use hickory_resolver::proto::op::{Message, OpCode};
use hickory_resolver::proto::rr::Record;
use hickory_resolver::proto::rr::rdata::{A, AAAA, CNAME, MX, NS, SOA, TXT};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket};

use super::*;

/// What the server says to a question.
#[derive(Clone)]
enum Says {
    Records(Vec<RData>),
    /// This over TCP, and over UDP that there is more than fits.
    TooMuchForUdp(Vec<RData>),
    Code(ResponseCode),
    NoData,
    Referral,
    Nothing,
}

/// A server that knows a few names; of all others it says that they do not exist.
struct Server {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

type Zone = BTreeMap<(&'static str, RecordType), Says>;

impl Server {
    /// Answers over UDP, and over TCP where `tcp` says so.
    async fn start(zone: &[(&'static str, RecordType, Says)], tcp: bool) -> Self {
        let zone: Zone =
            zone.iter().map(|(name, kind, says)| ((*name, *kind), says.clone())).collect();
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let (udp, listener) = sockets(tcp).await;
        let port = udp.local_addr().unwrap().port();
        let (of_udp, noted) = (zone.clone(), asked.clone());
        tokio::spawn(async move {
            let mut octets = [0; 4096];
            while let Ok((length, from)) = udp.recv_from(&mut octets).await {
                if let Some(reply) = reply(&of_udp, &octets[..length], &noted, true) {
                    udp.send_to(&reply, from).await.unwrap();
                }
            }
        });
        let noted = asked.clone();
        tokio::spawn(async move {
            let Some(listener) = listener else { return };
            while let Ok((mut stream, _)) = listener.accept().await {
                let length = stream.read_u16().await.unwrap();
                let mut octets = vec![0; length.into()];
                stream.read_exact(&mut octets).await.unwrap();
                let reply = reply(&zone, &octets, &noted, false).unwrap();
                stream.write_u16(reply.len().try_into().unwrap()).await.unwrap();
                stream.write_all(&reply).await.unwrap();
            }
        });
        Self { port, asked }
    }

    fn resolver(&self) -> Resolver {
        let mut server = NameServerConfig::udp_and_tcp(IpAddr::V4(Ipv4Addr::LOCALHOST));
        server.connections.iter_mut().for_each(|connection| connection.port = self.port);
        Resolver::through(ResolverConfig::from_name_servers(vec![server]))
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// One port for both kinds.
async fn sockets(tcp: bool) -> (UdpSocket, Option<TcpListener>) {
    loop {
        let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        if !tcp {
            return (udp, None);
        }
        if let Ok(listener) = TcpListener::bind(udp.local_addr().unwrap()).await {
            return (udp, Some(listener));
        }
    }
}

fn reply(
    zone: &Zone,
    octets: &[u8],
    asked: &Mutex<Vec<String>>,
    over_udp: bool,
) -> Option<Vec<u8>> {
    let question = Message::from_vec(octets).unwrap();
    let query = question.queries[0].clone();
    let name = query.name().to_ascii();
    asked.lock().unwrap().push(format!("{name} {}", query.query_type()));
    let mut reply = Message::response(question.metadata.id, OpCode::Query);
    reply.metadata.recursion_available = true;
    reply.add_query(query.clone());
    let record = |data: RData| Record::from_rdata(query.name().clone(), 600, data);
    let missing = Says::Code(ResponseCode::NXDomain);
    match zone.get(&(name.as_str(), query.query_type())).unwrap_or(&missing) {
        Says::TooMuchForUdp(_) if over_udp => reply.metadata.truncation = true,
        Says::Records(records) | Says::TooMuchForUdp(records) => {
            reply.add_answers(records.iter().cloned().map(record));
        }
        Says::Code(code) => reply.metadata.response_code = *code,
        Says::NoData => {
            let soa = SOA::new(full("ns.example."), full("root.example."), 1, 2, 3, 4, 5);
            reply.add_authority(record(RData::SOA(soa)));
        }
        Says::Referral => {
            reply.add_authority(record(RData::NS(NS(full("ns.other.example.")))));
        }
        Says::Nothing => return None,
    }
    Some(reply.to_vec().unwrap())
}

fn full(name: &str) -> Name {
    Name::from_ascii(name).unwrap()
}

fn mx(preference: u16, host: &str) -> RData {
    RData::MX(MX::new(preference, full(host)))
}

fn found(records: &[&str]) -> DnsAnswer<String> {
    DnsAnswer::Found(records.iter().map(|record| (*record).to_owned()).collect())
}

#[tokio::test]
async fn exchangers_come_by_preference_and_the_null_one_is_a_dot() {
    let many = Says::Records(vec![mx(20, "b.harbour.example."), mx(10, "a.harbour.example.")]);
    let zone = [
        ("harbour.example.", RecordType::MX, many),
        ("null.example.", RecordType::MX, Says::Records(vec![mx(0, ".")])),
    ];
    let resolver = Server::start(&zone, true).await.resolver();
    let told = resolver.mail_exchangers("harbour.example").await.unwrap();
    assert_eq!(told, found(&["a.harbour.example", "b.harbour.example"]));
    assert_eq!(resolver.mail_exchangers("null.example").await.unwrap(), found(&["."]));
}

#[tokio::test]
async fn no_such_name_no_such_record_and_no_answer_are_told_apart() {
    let zone = [
        ("empty.example.", RecordType::MX, Says::NoData),
        ("ill.example.", RecordType::MX, Says::Code(ResponseCode::ServFail)),
        ("closed.example.", RecordType::MX, Says::Code(ResponseCode::Refused)),
        ("lame.example.", RecordType::MX, Says::Referral),
    ];
    let server = Server::start(&zone, true).await;
    let resolver = server.resolver();
    let ask = async |name: &str| resolver.mail_exchangers(name).await;
    assert_eq!(ask("nobody.example").await.unwrap(), DnsAnswer::NoSuchDomain);
    assert_eq!(ask("empty.example").await.unwrap(), DnsAnswer::NoData);
    for name in ["ill.example", "closed.example", "lame.example"] {
        let fault = ask(name).await.unwrap_err();
        assert!(!format!("{fault} {:?}", fault.source).contains(name), "no domain in a fault");
    }
    let too_long = "a".repeat(64);
    assert_eq!(ask(&format!("{too_long}.example")).await.unwrap(), DnsAnswer::NoSuchDomain);
    let only_absolute = |line: &String| line.contains(".example. MX");
    assert!(server.asked().iter().all(only_absolute), "{:?}", server.asked());
}

#[tokio::test(start_paused = true)]
async fn silence_is_a_fault() {
    let server = Server::start(&[("s.example.", RecordType::MX, Says::Nothing)], false).await;
    assert!(server.resolver().mail_exchangers("s.example").await.is_err());
}

#[tokio::test]
async fn a_truncated_answer_is_asked_for_again_over_tcp() {
    let much = Says::TooMuchForUdp(vec![mx(1, "a.example.")]);
    let zone = [("big.example.", RecordType::MX, much)];
    let server = Server::start(&zone, true).await;
    let told = server.resolver().mail_exchangers("big.example").await.unwrap();
    assert_eq!((told, server.asked().len()), (found(&["a.example"]), 2));
    // Where there is no TCP, half an answer is none.
    let server = Server::start(&zone, false).await;
    assert!(server.resolver().mail_exchangers("big.example").await.is_err());
}

#[tokio::test]
async fn an_alias_is_followed() {
    let alias = Says::Records(vec![RData::CNAME(CNAME(full("real.example.")))]);
    let zone = [
        ("alias.example.", RecordType::MX, alias.clone()),
        ("real.example.", RecordType::MX, Says::Records(vec![mx(1, "a.example.")])),
        ("nowhere.example.", RecordType::MX, Says::NoData),
    ];
    let resolver = Server::start(&zone, true).await.resolver();
    assert_eq!(resolver.mail_exchangers("alias.example").await.unwrap(), found(&["a.example"]));
}

#[tokio::test]
async fn a_host_has_addresses_of_either_kind() {
    let (old, new) = (Ipv4Addr::new(192, 0, 2, 1), Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1));
    let zone = [
        ("old.example.", RecordType::A, Says::Records(vec![RData::A(A(old))])),
        ("new.example.", RecordType::A, Says::NoData),
        ("new.example.", RecordType::AAAA, Says::Records(vec![RData::AAAA(AAAA(new))])),
        ("none.example.", RecordType::A, Says::NoData),
        ("none.example.", RecordType::AAAA, Says::NoData),
    ];
    let resolver = Server::start(&zone, true).await.resolver();
    let addresses = async |host| resolver.addresses(host).await.unwrap();
    assert_eq!(addresses("old.example").await, DnsAnswer::Found(vec![IpAddr::V4(old)]));
    assert_eq!(addresses("new.example").await, DnsAnswer::Found(vec![IpAddr::V6(new)]));
    assert_eq!(addresses("none.example").await, DnsAnswer::NoData);
    assert_eq!(addresses("nobody.example").await, DnsAnswer::NoSuchDomain);
}

#[tokio::test]
async fn the_strings_of_a_text_are_put_together_and_an_answer_is_kept() {
    let text = TXT::new(vec!["v=DMARC1; ".to_owned(), "p=none".to_owned()]);
    let zone = [("_dmarc.our.example.", RecordType::TXT, Says::Records(vec![RData::TXT(text)]))];
    let server = Server::start(&zone, true).await;
    let resolver = server.resolver();
    for _ in 0..3 {
        let told = resolver.texts("_dmarc.our.example").await.unwrap();
        assert_eq!(told, found(&["v=DMARC1; p=none"]));
    }
    assert_eq!(server.asked(), ["_dmarc.our.example. TXT"]);
}

#[tokio::test]
async fn without_name_servers_every_question_is_a_fault() {
    let resolver = Resolver::through(ResolverConfig::from_name_servers(Vec::new()));
    assert!(resolver.texts("our.example").await.is_err());
}
