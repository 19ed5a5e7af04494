//! What an organization address makes (B7): records of its module, whichever that is, beginning with
//! values that the module still takes.

use std::collections::BTreeMap;

use domain::contact::{ContactKind, ContactSource};
use domain::field_definition::{FieldDefinition, FieldType};
use domain::field_value::FieldValue;
use domain::ids::MessageId;
use domain::module::Module;
use domain::route_purpose::{DropboxRules, OrganizationRules, Purpose};
use store::modules;
use testkit::raw_mail::Draft;

use crate::bench_of_inbound::{ANNA, Inbound};
use crate::bench_of_routes::{PASS, SALES, dropbox, organization};

const STRANGER: &str = "Lena <lena@harbour.example>";
const MODULE: &str = "partner";

fn kind() -> ContactKind {
    MODULE.parse().unwrap()
}

fn module() -> Module {
    let at = domain::timestamp::Timestamp::from_seconds(1_000);
    Module {
        kind: kind(),
        label: "Partner".to_owned(),
        plural: "Partners".to_owned(),
        fields: vec![
            FieldDefinition::plain(("vip", "VIP", FieldType::YesNo)),
            FieldDefinition::plain(("region", "Region", FieldType::Text { chars_max: Some(5) })),
        ],
        removed_at: None,
        created_at: at,
        updated_at: at,
        rev: 1,
    }
}

async fn put(inbound: &Inbound, module: &Module) {
    for write in modules::store(inbound.tenant.id, module, module.rev - 1).unwrap() {
        inbound.write(write).await;
    }
}

fn defaults() -> BTreeMap<String, FieldValue> {
    BTreeMap::from([
        ("vip".to_owned(), FieldValue::YesNo(true)),
        ("region".to_owned(), FieldValue::Text("North".to_owned())),
    ])
}

async fn with_alias() -> Inbound {
    let inbound = Inbound::with_domain().await;
    put(&inbound, &module()).await;
    let rules = OrganizationRules { module: kind(), defaults: defaults(), ..organization() };
    inbound.address_route(SALES, "anna", Purpose::Organization(rules)).await;
    inbound
}

#[tokio::test]
async fn an_alias_makes_records_of_a_module_of_the_tenants_own_with_values_of_its_fields() {
    let inbound = with_alias().await;
    let mail = inbound.filed(&Draft::new("one", STRANGER, SALES), &[SALES], PASS).await;
    let [made] = &inbound.contacts()[..] else { panic!("one record") };
    assert_eq!((made.kind, &made.fields), (kind(), &defaults()));
    assert_eq!(made.source, ContactSource::Mail(mail.id));
    assert_eq!((mail.contacts.as_slice(), mail.flaws.len()), ([made.id].as_slice(), 0));
}

#[tokio::test]
async fn a_value_that_the_module_no_longer_takes_is_left_out_and_the_mail_tells_so() {
    for change in ["removed", "narrower"] {
        let inbound = with_alias().await;
        let mut module = Module { rev: 2, ..module() };
        if change == "removed" {
            module.fields[1].removed_at = Some(module.created_at);
        } else {
            module.fields[1].field_type = FieldType::Text { chars_max: Some(2) };
        }
        put(&inbound, &module).await;
        let mail = inbound.filed(&Draft::new("one", STRANGER, SALES), &[SALES], PASS).await;
        let [made] = &inbound.contacts()[..] else { panic!("one record") };
        let left = BTreeMap::from([("vip".to_owned(), FieldValue::YesNo(true))]);
        assert_eq!(made.fields, left, "{change}");
        assert_eq!(mail.flaws, ["default_left_out"], "{change}");
    }
}

#[tokio::test]
async fn of_a_module_that_was_removed_nothing_is_made_and_the_mail_is_filed_all_the_same() {
    let inbound = with_alias().await;
    let removed_at = Some(module().created_at);
    put(&inbound, &Module { removed_at, rev: 2, ..module() }).await;
    let mail = inbound.filed(&Draft::new("one", STRANGER, SALES), &[SALES], PASS).await;
    assert!(inbound.contacts().is_empty());
    assert_eq!((mail.contacts.len(), mail.flaws), (0, vec!["module_removed".to_owned()]));
}

#[tokio::test]
async fn mail_of_somebody_known_pays_no_read_for_values_that_nobody_gets() {
    let inbound = with_alias().await;
    inbound.filed(&Draft::new("one", STRANGER, SALES), &[SALES], PASS).await;
    inbound.world.table.reset_usage();
    let mail = inbound.filed(&Draft::new("two", STRANGER, SALES), &[SALES], PASS).await;
    assert_eq!(mail.flaws, Vec::<String>::new());
    assert_eq!(inbound.world.table.usage().calls(), 4);
}

#[tokio::test]
async fn an_alias_and_a_dropbox_make_the_kind_they_say() {
    for kind in [ContactKind::Lead, ContactKind::Contact, ContactKind::Account] {
        let inbound = Inbound::with_domain().await;
        let rules = OrganizationRules { module: kind, ..organization() };
        inbound.address_route(SALES, "anna", Purpose::Organization(rules)).await;
        let mail = inbound.filed(&Draft::new("in", STRANGER, SALES), &[SALES], PASS).await;
        let secret = "bcc+k3y@crm.example.com";
        let rules = DropboxRules { create: Some(kind), ..dropbox() };
        inbound.address_route(secret, "anna", Purpose::Dropbox(rules)).await;
        let draft = Draft::new("out", ANNA, "omar@quay.example");
        let sent = inbound.filed(&draft, &[secret], PASS).await;
        let all: Vec<domain::contact::Contact> =
            inbound.records(store::table::TableName::Crm, "contact");
        let made_by = |message: MessageId, name: &str| {
            let of = ContactSource::Mail(message);
            all.iter().find(|made| made.source == of && made.name == name).unwrap().kind
        };
        assert_eq!((made_by(mail.id, "Lena"), made_by(sent.id, "omar")), (kind, kind));
    }
}
