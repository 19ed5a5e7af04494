//! The local cloud's DynamoDB and SES, started once for all tests of this binary.

use std::path::Path;
use std::sync::OnceLock;

use aws::cloud::Cloud;
use aws::dynamo_table::{DynamoTable, TableNames};
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType,
};
use local::aws_calls::Aws;
use local::ministack::{Ministack, free_port};
use local::progress::Progress;
use local::python;
use local::receiving::ReceiptRule;
use local::ses::{LocalSes, Surroundings};
use tokio::runtime::Runtime;

/// The runtime of all tests: connections of a client belong to the runtime they were made in.
pub fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().expect("a runtime"))
}

/// The tables of the local cloud.
pub fn table() -> &'static DynamoTable {
    &started().table
}

/// The local cloud's SES with that cloud around it, and the calls of the cloud itself.
pub fn ses() -> (&'static LocalSes, Aws) {
    let started = started();
    (&started.ses, Aws::new(started.ministack.endpoint().to_owned()))
}

struct Started {
    table: DynamoTable,
    ses: LocalSes,
    ministack: Ministack,
}

fn started() -> &'static Started {
    static STARTED: OnceLock<Started> = OnceLock::new();
    STARTED.get_or_init(|| runtime().block_on(start()))
}

/// Its state lies in the build folder. The launcher ends the cloud when this process does.
async fn start() -> Started {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let bin = python::prepare(&root.join(".local"), python::CLOUD, Progress::Silent)
        .expect("the local cloud's Python environment");
    let state = Path::new(env!("CARGO_TARGET_TMPDIR")).join("contracts-cloud");
    let _ = std::fs::remove_dir_all(&state);
    let port = free_port(0, "").expect("a free port");
    let ses = LocalSes::start(state.join("ses")).await.expect("the local SES starts");
    let ministack = Ministack::start(&bin, &state, port, &ses.endpoint()).await;
    let ministack = ministack.expect("the local cloud starts");
    let aws = Aws::new(ministack.endpoint().to_owned());
    let receipt_rule = ReceiptRule::new(aws.clone(), "mail".to_owned(), "none".to_owned());
    let mail_domain = "crm.example.com".to_owned();
    ses.connect(Surroundings { aws, receipt_rule, mail_domain });
    make_tables(ministack.endpoint()).await;
    let names = TableNames {
        crm: Some("crm".to_owned()),
        delivery: Some("delivery".to_owned()),
        audit: Some("audit".to_owned()),
    };
    let table = DynamoTable::new(&Cloud::at(ministack.endpoint()), names);
    Started { table, ses, ministack }
}

async fn make_tables(endpoint: &str) {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .endpoint_url(endpoint);
    let client = Client::from_conf(config.build());
    make_table(&client, "crm", &["gsi1", "gsi2"]).await;
    make_table(&client, "delivery", &["gsi1", "gsi2"]).await;
    make_table(&client, "audit", &[]).await;
}

async fn make_table(client: &Client, name: &str, indexes: &[&str]) {
    let keys = |prefix: &str| [format!("{prefix}pk"), format!("{prefix}sk")];
    let mut request = client.create_table().table_name(name);
    request = request.billing_mode(BillingMode::PayPerRequest);
    for element in schema(keys("")) {
        request = request.key_schema(element);
    }
    for attribute in [""].iter().chain(indexes).flat_map(|prefix| keys(prefix)) {
        let definition = AttributeDefinition::builder().attribute_name(attribute);
        let definition = definition.attribute_type(ScalarAttributeType::S).build();
        request = request.attribute_definitions(definition.expect("a definition"));
    }
    for index in indexes {
        let all = Projection::builder().projection_type(ProjectionType::All).build();
        let index = GlobalSecondaryIndex::builder()
            .index_name(*index)
            .set_key_schema(Some(schema(keys(index)).into()))
            .projection(all)
            .build();
        request = request.global_secondary_indexes(index.expect("an index"));
    }
    request.send().await.expect("a table");
}

fn schema([partition, sort]: [String; 2]) -> [KeySchemaElement; 2] {
    let element = |name, key_type| {
        let element = KeySchemaElement::builder().attribute_name(name).key_type(key_type);
        element.build().expect("a key element")
    };
    [element(partition, KeyType::Hash), element(sort, KeyType::Range)]
}
