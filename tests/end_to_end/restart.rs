//! What was taken in is there after a stop and a start.

use local::{cloud::Cloud, options::Options};

use crate::shared_cloud::{folder, start};

#[tokio::test(flavor = "multi_thread")]
async fn records_and_key_survive_a_stop_and_a_start() {
    let folder = folder("restart");
    let turn = std::fs::File::create(folder.with_extension("turn")).unwrap();
    turn.lock().unwrap();
    let cloud = start(&folder).await;
    assert!(cloud.tenant().is_new);
    cloud.stack().drop_mail("empty.eml", "".into()).await.unwrap();
    let before = local::demo::outcomes(&cloud.api().unwrap(), 1).await.unwrap();
    drop(cloud);

    let cloud = Cloud::start(Options::for_a_test(folder).unwrap()).await.unwrap();

    assert!(!cloud.tenant().is_new);
    let api = cloud.api().unwrap();
    assert_eq!(local::demo::outcomes(&api, 1).await.unwrap(), before);
    cloud.stack().drop_mail("again.eml", "".into()).await.unwrap();
    let after = local::demo::outcomes(&api, 2).await.unwrap();
    assert_eq!(after.len(), 2, "mail is taken in after the second start too");
}
