//! The API over everything in memory, and tenants with people and keys to ask it.

use std::collections::BTreeSet;
use std::sync::Arc;

use api::app::App;
use axum::Router;
use axum::body::Body;
use domain::api_key::ApiKey;
use domain::email_address::EmailAddress;
use domain::ids::{ApiKeyId, TenantId, UserId};
use domain::permission::Scope;
use domain::route::DomainClaim;
use domain::tenant::{Tenant, TenantSettings};
use domain::timestamp::Timestamp;
use domain::user::{Role, User};
use flows::api_key_text;
use flows::manage_users::UserRecords;
use flows::origin::Origin;
use flows::take_topic_message::TopicPorts;
use flows::transaction::Transaction;
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::Value;
use store::counts::{self, Counted};
use tower::ServiceExt;

use testkit::world::World;

/// The API and the world it runs in.
pub struct Office {
    pub world: World,
    router: Router,
}

/// A tenant of a test: its own domain is claimed, and its people have mailboxes and routes in it.
pub struct Firm {
    pub id: TenantId,
    pub domain: String,
    pub owner: Person,
    pub admin: Person,
    pub member: Person,
}

/// Somebody with a key of all scopes that his role has.
#[derive(Clone)]
pub struct Person {
    pub user: User,
    pub key: String,
}

impl Office {
    pub fn new() -> Self {
        Self::with_topics(World::new(7), crate::topic_messages::ports)
    }

    /// A world that topics speak to through other ports than usual.
    pub fn with_topics(world: World, topics: impl FnOnce(&World) -> TopicPorts) -> Self {
        crate::log::keep();
        let app = App {
            records: world.records.clone(),
            archive: world.archive.clone(),
            queue: world.queue.clone(),
            sender: world.sender.clone(),
            suppression_list: world.suppression_list.clone(),
            topics: topics(&world),
        };
        Self { router: api::router(app), world }
    }

    /// The same world asked through another table.
    pub fn through(self, table: Arc<dyn store::table::Table>) -> Self {
        let app = App {
            records: self.world.records_through(table),
            archive: self.world.archive.clone(),
            queue: self.world.queue.clone(),
            sender: self.world.sender.clone(),
            suppression_list: self.world.suppression_list.clone(),
            topics: crate::topic_messages::ports(&self.world),
        };
        Self { router: api::router(app), world: self.world }
    }

    /// Makes a tenant whose domain is `<name>.example.com`; `operator` makes it the stack's first.
    pub async fn firm(&self, name: &str, operator: bool) -> Firm {
        let origin = Origin::fresh(&self.world.records);
        let id = TenantId::from_parts(origin.at, origin.bits);
        let tenant = Tenant {
            id,
            name: name.to_owned(),
            settings: TenantSettings::default(),
            created_at: origin.at,
            rev: 1,
        };
        let domain = format!("{name}.example.com");
        let claim = DomainClaim { domain: domain.clone(), tenant: id, created_at: origin.at };
        let mut transaction = Transaction::default();
        transaction.add(store::tenants::create(&tenant).unwrap());
        transaction.add(store::domain_claims::create(&claim).unwrap());
        if operator {
            transaction.add(store::tenants::appoint_operator(id).unwrap());
        }
        transaction.commit(self.world.table.as_ref()).await.map_err(|_| "made").unwrap();
        let owner = self.hire(&tenant, "olga", Role::Owner, &domain).await;
        let admin = self.hire(&tenant, "adam", Role::Admin, &domain).await;
        let member = self.hire(&tenant, "mia", Role::Member, &domain).await;
        Firm { id, domain, owner, admin, member }
    }

    async fn hire(&self, tenant: &Tenant, local_part: &str, role: Role, domain: &str) -> Person {
        let records = &self.world.records;
        let email = EmailAddress::parse(&format!("{local_part}@{domain}")).unwrap();
        let origin = Origin::fresh(records);
        let made = UserRecords::new(tenant.id, origin, local_part.to_owned(), email, role);
        let mut transaction = Transaction::default();
        made.add_user(&mut transaction, tenant, &records.hasher).unwrap();
        made.add_route(&mut transaction, tenant, &records.hasher).unwrap();
        transaction.commit(self.world.table.as_ref()).await.map_err(|_| "made").unwrap();
        let key = self.key(tenant.id, made.user.id, Scope::ALL).await;
        Person { user: made.user, key }
    }

    /// Makes a key with these scopes.
    pub async fn key(&self, tenant: TenantId, user: UserId, scopes: &[Scope]) -> String {
        let until = Timestamp::parse("2027-11-22T00:00:00Z").unwrap();
        self.key_until(tenant, user, scopes, until).await
    }

    /// Makes a key that ends at a moment.
    pub async fn key_until(
        &self,
        tenant: TenantId,
        user: UserId,
        scopes: &[Scope],
        until: Timestamp,
    ) -> String {
        let records = &self.world.records;
        let origin = Origin::fresh(records);
        let id = ApiKeyId::from_parts(origin.at, origin.bits);
        let made = api_key_text::make(id, records.random.octets());
        let scopes: BTreeSet<Scope> = scopes.iter().copied().collect();
        let key = ApiKey {
            id,
            tenant,
            user,
            name: "test".to_owned(),
            scopes,
            secret_sha256: made.secret_sha256,
            expires_at: until,
            revoked_at: None,
            created_at: origin.at,
            rev: 1,
        };
        let mut transaction = Transaction::default();
        transaction.add(store::api_keys::create(&key).unwrap());
        transaction.add(counts::one_more(tenant, Counted::ApiKeys(user)));
        transaction.commit(self.world.table.as_ref()).await.map_err(|_| "made").unwrap();
        made.text
    }

    /// Asks without a key for what is no JSON, perhaps for what is newer than a version: its version and
    /// its text.
    pub async fn text(&self, path: &str, known: Option<&str>) -> (String, String) {
        let mut builder = Request::builder().uri(path);
        if let Some(tag) = known {
            builder = builder.header("if-none-match", tag);
        }
        let request = builder.body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let wanted = if known.is_some() { StatusCode::NOT_MODIFIED } else { StatusCode::OK };
        assert_eq!(response.status(), wanted);
        let tag = response.headers()["etag"].to_str().unwrap().to_owned();
        let octets = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (tag, String::from_utf8(octets.to_vec()).unwrap())
    }

    /// Begins a request.
    pub fn ask(&self, method: Method, path: impl AsRef<str>) -> Asking<'_> {
        let builder = Request::builder().method(method).uri(path.as_ref());
        Asking { office: self, builder, body: Vec::new() }
    }

    pub fn get(&self, path: impl AsRef<str>) -> Asking<'_> {
        self.ask(Method::GET, path)
    }

    pub fn post(&self, path: impl AsRef<str>, body: Value) -> Asking<'_> {
        self.ask(Method::POST, path).json(body)
    }

    pub fn patch(&self, path: impl AsRef<str>, rev: u64, body: Value) -> Asking<'_> {
        self.ask(Method::PATCH, path).rev(rev).json(body)
    }

    pub fn delete(&self, path: impl AsRef<str>, rev: u64) -> Asking<'_> {
        self.ask(Method::DELETE, path).rev(rev)
    }
}

/// A request in the making.
pub struct Asking<'a> {
    office: &'a Office,
    builder: http::request::Builder,
    body: Vec<u8>,
}

impl Asking<'_> {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.builder = self.builder.header(name, value);
        self
    }

    pub fn by(self, person: &Person) -> Self {
        self.key(&person.key)
    }

    pub fn key(self, key: &str) -> Self {
        self.header("authorization", &format!("Bearer {key}"))
    }

    pub fn rev(self, rev: u64) -> Self {
        self.header("if-match", &format!("\"{rev}\""))
    }

    pub fn once(self, idempotency_key: &str) -> Self {
        self.header("idempotency-key", idempotency_key)
    }

    pub fn json(self, body: Value) -> Self {
        self.octets(body.to_string().as_bytes())
    }

    pub fn octets(mut self, body: &[u8]) -> Self {
        self.body = body.to_vec();
        self.header("content-type", "application/json")
    }

    pub async fn send(self) -> Reply {
        let request = self.builder.body(Body::from(self.body)).unwrap();
        let response = self.office.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let octets = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let body = serde_json::from_slice(&octets).unwrap_or(Value::Null);
        let octets = octets.to_vec();
        Reply { status: parts.status, headers: parts.headers, body, octets }
    }
}

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Value,
    pub octets: Vec<u8>,
}

impl Reply {
    /// The body of an answer with this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self.body
    }

    /// Checks that it is a problem of this status and code, with all that problems have.
    #[track_caller]
    pub fn expect_problem(self, status: u16, code: &str) -> Value {
        let Self { status: got, headers, body, octets: _ } = self;
        assert_eq!((got.as_u16(), body["code"].as_str()), (status, Some(code)), "{body}");
        assert_eq!(headers["content-type"], "application/problem+json");
        assert_eq!(body["status"], status);
        assert_eq!(body["type"], format!("urn:mailroom:problem:{code}"));
        assert_eq!(headers["x-request-id"], body["request_id"].as_str().unwrap());
        assert!(body["title"].as_str().is_some_and(|title| title.ends_with('.')));
        body
    }
}

/// The text at a pointer such as `/items/0/id`.
#[track_caller]
pub fn text_at<'a>(body: &'a Value, pointer: &str) -> &'a str {
    body.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{pointer} in {body}"))
}

/// The items of a page.
#[track_caller]
pub fn items(body: &Value) -> &Vec<Value> {
    body["items"].as_array().unwrap_or_else(|| panic!("a page: {body}"))
}
