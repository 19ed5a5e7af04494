//! One running system for all tests of this binary. Each test uses addresses of its own, so that
//! tests run beside each other and see nothing of one another.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    sync::LazyLock,
};

use local::{cloud::Cloud, mail_api::MailApi, options::Options};
use serde_json::Value;
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// Never dropped: the local cloud stops by itself when this process ends.
static CLOUD: LazyLock<(Cloud, File)> = LazyLock::new(|| {
    let folder = folder("shared");
    // Another run of these tests may use the folder; it ends, so it is waited for.
    let turn = File::create(folder.with_extension("turn")).unwrap();
    turn.lock().unwrap();
    (RUNTIME.block_on(start(&folder)), turn)
});

/// A folder for the state of one cloud, under cargo's target folder.
pub fn folder(name: &str) -> PathBuf {
    let tests = Path::new(env!("CARGO_TARGET_TMPDIR")).join("end_to_end");
    fs::create_dir_all(&tests).unwrap();
    tests.join(name)
}

/// Starts a cloud anew in this folder.
pub async fn start(folder: &Path) -> Cloud {
    let mut options = Options::for_a_test(folder.to_owned()).unwrap();
    options.fresh = true;
    Cloud::start(options).await.unwrap_or_else(|fault| panic!("{fault:#}"))
}

/// Runs a test on the shared cloud.
pub fn on_the_cloud(test: impl AsyncFnOnce(&'static Cloud, MailApi)) {
    let cloud = &CLOUD.0;
    RUNTIME.block_on(test(cloud, cloud.api().unwrap()));
}

/// Asks again until the answer is there, and fails with what was awaited when it never comes.
pub async fn eventually<T>(awaited: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    const ASKS_MAX: u32 = 6_000;
    const GAP: std::time::Duration = std::time::Duration::from_millis(100);
    for _ in 0..ASKS_MAX {
        if let Some(answer) = ask().await {
            return answer;
        }
        tokio::time::sleep(GAP).await;
    }
    panic!("waited in vain for {awaited}");
}

/// All items of a list.
pub async fn list(api: &MailApi, path: &str) -> Vec<Value> {
    api.list(path, 10_000).await.unwrap_or_else(|fault| panic!("{fault:#}"))
}
