//! Conversion and merge while mail of the same people is filed, and where answers are lost.

use std::collections::BTreeSet;

use domain::consent::{ConsentChannel, ConsentProof, ConsentSource, LawfulBasis};
use domain::contact::{Contact, ContactKind};
use domain::ids::{ContactId, RequestId};
use domain::permission::{Actor, Allowed, Permission, Scope};
use domain::user::Role;
use flows::convert_contact::{AccountWish, convert};
use flows::error::FlowError;
use flows::manage_consents::{NewConsent, give};
use flows::merge_contacts::merge;
use flows::origin::Origin;
use flows::ports::Records;
use flows::take_in_mail::take_in_mail;
use flows::undo_contact_act::undo;
use store::table::Table;
use store::{consents, contact_timeline, contacts};
use testkit::raw_mail::Draft;

use crate::bench_of_inbound::{ANNA, Inbound};
use crate::crossed_table::{Crossed, Meanwhile};

const LENA: &str = "Lena <lena@harbour.example>";
const PIER: &str = "Lena <l@pier.example>";

struct Scene {
    inbound: Inbound,
    one: ContactId,
    two: ContactId,
}

/// Two people's records, each made by a mail.
async fn scene() -> Scene {
    let inbound = Inbound::new().await;
    inbound.bring(&Draft::new("first", LENA, ANNA)).await;
    inbound.bring(&Draft::new("second", PIER, ANNA)).await;
    let of = |text: &str| {
        let all = inbound.contacts();
        all.into_iter().find(|c| c.addresses[0].expose().starts_with(text)).unwrap().id
    };
    let (one, two) = (of("lena@"), of("l@"));
    Scene { inbound, one, two }
}

impl Scene {
    fn allowed<P: Permission>(&self) -> Allowed<P> {
        let user = self.inbound.tenant.people["anna"];
        let scopes = Scope::ALL.iter().copied().collect();
        Actor::new(self.inbound.tenant.id, user, Role::Owner, scopes).require::<P>().unwrap()
    }

    fn crossed(&self, meanwhile: Option<Meanwhile>, loses_answer: bool) -> Records {
        let inner = self.inbound.world.table.clone();
        self.inbound.world.records_through(Crossed::new(inner, meanwhile, loses_answer))
    }

    /// The merge of the second record into the first, to be done later.
    fn merging(&self) -> impl Future<Output = Result<Contact, FlowError>> + Send + use<> {
        let (records, allowed) = (self.inbound.world.records.clone(), self.allowed());
        let both = (self.one, self.two);
        async move {
            let origin = Origin::fresh(&records);
            merge(&records, &allowed, request(), origin, both, &BTreeSet::new()).await
        }
    }

    /// Files a mail of somebody while something else happens between its reads and its write.
    async fn file_while(&self, from: &str, meanwhile: Meanwhile) {
        let announced = self.inbound.received(&Draft::new("late", from, ANNA), &[ANNA]);
        // The lease is the first write; what is filed is the transaction.
        let records = self.crossed(Some(meanwhile), false);
        let archive = self.inbound.world.archive.as_ref();
        take_in_mail(&records, archive, &announced).await.unwrap().unwrap();
    }

    /// How many lines the timeline of a record has, by any id of it.
    async fn lines(&self, id: ContactId) -> usize {
        let (table, tenant) = (self.inbound.world.table.as_ref(), self.inbound.tenant.id);
        let contact = contacts::get(table, tenant, id).await.unwrap().unwrap();
        let ids = contact.identities();
        contact_timeline::page(table, tenant, &ids, 100, None).await.unwrap().0.len()
    }
}

fn request() -> RequestId {
    RequestId::from_bits(1)
}

#[tokio::test]
async fn a_mail_filed_while_its_record_is_merged_is_on_the_survivor() {
    let scene = scene().await;
    let merging = scene.merging();
    scene.file_while(PIER, Box::pin(async { drop(merging.await.unwrap()) })).await;
    assert_eq!(scene.lines(scene.one).await, 3);
    let (records, allowed) = (&scene.inbound.world.records, scene.allowed());
    undo(records, &allowed, request(), scene.one, None).await.unwrap();
    assert_eq!((scene.lines(scene.one).await, scene.lines(scene.two).await), (1, 2));
    assert_eq!(scene.inbound.contacts().len(), 2, "no third record is made");
}

#[tokio::test]
async fn a_mail_filed_while_a_merge_is_undone_is_its_own_records() {
    let scene = scene().await;
    scene.merging().await.unwrap();
    let (records, allowed) = (scene.inbound.world.records.clone(), scene.allowed());
    let one = scene.one;
    let undoing =
        async move { drop(undo(&records, &allowed, request(), one, None).await.unwrap()) };
    scene.file_while(PIER, Box::pin(undoing)).await;
    assert_eq!((scene.lines(scene.one).await, scene.lines(scene.two).await), (1, 2));
}

#[tokio::test]
async fn a_consent_given_while_its_record_is_merged_is_on_the_survivor_and_goes_back_with_it() {
    let scene = scene().await;
    let (table, tenant) = (scene.inbound.world.table.clone(), scene.inbound.tenant.id);
    let merging = scene.merging();
    let records = scene.crossed(Some(Box::pin(async { drop(merging.await.unwrap()) })), false);
    let origin = Origin::fresh(&records);
    let new = NewConsent {
        channel: ConsentChannel::Email,
        purpose: "newsletter".to_owned(),
        basis: LawfulBasis::Consent,
        source: ConsentSource::Phone,
        proof: ConsentProof::Text("She said so.".to_owned()),
        given_at: None,
    };
    give(&records, &scene.allowed(), request(), origin, scene.two, new).await.unwrap();
    let count = async |id| {
        let contact = contacts::get(table.as_ref(), tenant, id).await.unwrap().unwrap();
        let ids = contact.identities();
        consents::page(table.as_ref(), tenant, &ids, 10, None).await.unwrap().0.len()
    };
    assert_eq!((count(scene.one).await, count(scene.two).await), (1, 1), "one by either id");
    let (records, allowed) = (&scene.inbound.world.records, scene.allowed());
    undo(records, &allowed, request(), scene.one, None).await.unwrap();
    assert_eq!((count(scene.one).await, count(scene.two).await), (0, 1));
}

#[tokio::test]
async fn a_lead_converted_while_its_mail_is_filed_has_all_of_it() {
    let scene = scene().await;
    let (table, tenant) = (scene.inbound.world.table.clone(), scene.inbound.tenant.id);
    let found = contacts::get(table.as_ref(), tenant, scene.one).await.unwrap().unwrap();
    let lead = Contact { kind: ContactKind::Lead, rev: 2, ..found };
    table.write(contacts::replace(tenant, &lead, 1).unwrap()).await.unwrap();
    let (records, allowed) = (scene.inbound.world.records.clone(), scene.allowed());
    let one = scene.one;
    let converting = async move {
        let origin = Origin::fresh(&records);
        let wish = AccountWish::Named { name: "Harbour".to_owned(), address: None };
        convert(&records, &allowed, request(), origin, one, wish).await.map(drop).unwrap();
    };
    scene.file_while(LENA, Box::pin(converting)).await;
    let contact = contacts::get(table.as_ref(), tenant, scene.one).await.unwrap().unwrap();
    assert_eq!((contact.kind, scene.lines(scene.one).await), (ContactKind::Contact, 2));
}

#[tokio::test]
async fn a_merge_whose_answer_was_lost_is_found_done_and_costs_five_writes_at_most() {
    let scene = scene().await;
    let records = scene.crossed(None, true);
    let origin = Origin::fresh(&records);
    let both = (scene.one, scene.two);
    let take = BTreeSet::new();
    let allowed = scene.allowed();
    scene.inbound.world.table.reset_usage();
    let lost = merge(&records, &allowed, request(), origin, both, &take).await;
    assert!(matches!(lost, Err(FlowError::Failed(_))));
    let usage = scene.inbound.world.table.usage();
    assert_eq!((usage.get.calls, usage.calls()), (2, 3), "two reads and one transaction");
    let again = merge(&records, &allowed, request(), origin, both, &take).await.unwrap();
    assert_eq!((again.id, again.merged.as_slice()), (scene.one, [scene.two].as_slice()));
    assert_eq!(again.rev, 2, "it happened once");
}

#[tokio::test]
async fn a_merge_is_repeated_where_one_of_the_two_changed_meanwhile() {
    let scene = scene().await;
    let (table, tenant) = (scene.inbound.world.table.clone(), scene.inbound.tenant.id);
    let two = scene.two;
    let renaming = async move {
        let found = contacts::get(table.as_ref(), tenant, two).await.unwrap().unwrap();
        let renamed = Contact { name: "Renamed".to_owned(), rev: 2, ..found };
        table.write(contacts::replace(tenant, &renamed, 1).unwrap()).await.unwrap();
    };
    let records = scene.crossed(Some(Box::pin(renaming)), false);
    let origin = Origin::fresh(&records);
    let take = BTreeSet::from([domain::contact_act::Part::Name]);
    let both = (scene.one, scene.two);
    let merged = merge(&records, &scene.allowed(), request(), origin, both, &take).await.unwrap();
    assert_eq!(merged.name, "Renamed", "what was taken is what there is");
}
