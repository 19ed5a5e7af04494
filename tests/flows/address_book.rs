//! The address book: who is found by which letters, in which order, and who never is.

use std::collections::BTreeSet;

use domain::permission::{ReadContacts, ReadMail};
use flows::look_up_people::{Person, Who, look_up_people};
use store::keys::Subject;
use store::table::Write;

use crate::search_scene::{MailSketch, Scene, contact};

async fn found(scene: &Scene, person: usize, letters: &str) -> Vec<Person> {
    let index = scene.index();
    let (book, mail) = (scene.allowed::<ReadContacts>(person), scene.allowed::<ReadMail>(person));
    look_up_people(&scene.world.records, &index, &book, &mail, letters, 20).await.unwrap()
}

async fn addresses(scene: &Scene, person: usize, letters: &str) -> Vec<String> {
    let people = found(scene, person, letters).await.into_iter();
    people.map(|person| person.address.expose().to_owned()).collect()
}

#[tokio::test]
async fn people_are_found_by_the_beginning_of_a_name_a_local_part_or_a_domain() {
    let scene = Scene::new(1).await;
    scene.add(&contact(1, "Åsa Größe", "office.north@harbour.example")).await;
    scene.add(&contact(2, "王小明", "wang@quay.example")).await;
    let first = ["office.north@harbour.example"];
    for letters in [
        "asa",
        "GRÖS",
        "gross asa",
        "office",
        "office.no",
        "nor",
        "harbour.ex",
        "office.north@harb",
    ] {
        assert_eq!(addresses(&scene, 1, letters).await, first, "{letters}");
    }
    assert_eq!(addresses(&scene, 1, "王").await, ["wang@quay.example"]);
    for letters in ["", "  ", "arbour", "asa quay", "asab"] {
        assert!(addresses(&scene, 1, letters).await.is_empty(), "{letters}");
    }
}

#[tokio::test]
async fn recent_correspondents_come_first_and_are_ones_own_alone() {
    let scene = Scene::new(1).await;
    scene.add(&contact(1, "Lena Lime", "lena@lime.example")).await;
    scene.add(&contact(2, "Lena Quay", "lena@quay.example")).await;
    let from = |number, from: &str, owner| MailSketch {
        from: from.to_owned(),
        owners: BTreeSet::from([owner]),
        ..MailSketch::new(number)
    };
    scene.file_and_index(&from(1, "lena@lime.example", 1)).await;
    scene.file_and_index(&from(2, "lena@lime.example", 1)).await;
    scene.file_and_index(&from(3, "lena@secret.example", 2)).await;
    scene.file_and_index(&from(4, "lena@once.example", 1)).await;
    let own = ["lena@lime.example", "lena@once.example", "lena@quay.example"];
    assert_eq!(addresses(&scene, 1, "lena").await, own);
    let others = ["lena@secret.example", "lena@quay.example", "lena@lime.example"];
    assert_eq!(addresses(&scene, 2, "lena").await, others);
    // Who sees all mail is shown his own correspondents too, not another's.
    assert_eq!(addresses(&scene, 0, "lena").await, ["lena@quay.example", "lena@lime.example"]);
    let people = found(&scene, 1, "lena").await;
    assert_eq!((people[0].recent_mails, people[0].name.as_deref()), (2, Some("Lena Lime")));
    assert!(matches!(people[0].who, Some(Who::Contact(_))));
}

#[tokio::test]
async fn users_are_found_and_who_is_gone_is_not() {
    let scene = Scene::new(1).await;
    scene.settle(Subject::User(scene.user(2))).await;
    let people = found(&scene, 1, "carol").await;
    assert_eq!(people[0].who, Some(Who::User(scene.user(2))));
    let mut gone = contact(1, "Gone Girl", "gone@harbour.example");
    scene.add(&gone).await;
    let key = store::contacts::key(scene.tenant.id, gone.id);
    scene.write(vec![Write::Delete { key: key.clone(), condition: None }]).await;
    assert!(found(&scene, 1, "gone").await.is_empty(), "the index may be behind");
    scene.settle(Subject::Contact(gone.id)).await;
    gone.name = "Other Name".to_owned();
    scene
        .write(
            store::contacts::create(scene.tenant.id, &scene.world.records.hasher, &gone).unwrap()
                [..1]
                .to_vec(),
        )
        .await;
    scene.settle(Subject::Contact(gone.id)).await;
    assert!(found(&scene, 1, "girl").await.is_empty());
    assert_eq!(found(&scene, 1, "other").await.len(), 1);
}
