//! A folder whose files become mail: for people who have `.eml` files and no mail client.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use anyhow::{Context, Result};
use jiff::Timestamp;

use crate::{aws_calls::Aws, objects, progress::Progress, receiving::MAIL_BYTES_MAX};

const LOOK_GAP: Duration = Duration::from_millis(500);

/// Looks again and again, until it is dropped.
pub async fn watch(aws: Aws, bucket: String, folder: PathBuf, progress: Progress) {
    let mut seen = HashMap::new();
    loop {
        if let Err(fault) = look(&aws, &bucket, &folder, &mut seen, progress).await {
            progress.step(&format!("{}: {fault:#}", folder.display()));
        }
        tokio::time::sleep(LOOK_GAP).await;
    }
}

type Seen = HashMap<PathBuf, (u64, SystemTime)>;

/// Takes each file that did not change since the last look, so that none is taken half written,
/// and moves it to `taken/`.
async fn look(
    aws: &Aws,
    bucket: &str,
    folder: &Path,
    seen: &mut Seen,
    progress: Progress,
) -> Result<()> {
    let mut entries = tokio::fs::read_dir(folder).await.context("reading the drop folder")?;
    while let Some(entry) = entries.next_entry().await? {
        let about = entry.metadata().await?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !about.is_file() || name.starts_with('.') {
            continue;
        }
        let now = (about.len(), about.modified()?);
        if seen.insert(entry.path(), now) == Some(now) {
            seen.remove(&entry.path());
            take(aws, bucket, &entry.path(), &name).await?;
            progress.step(&format!("took {name} from the drop folder"));
        }
    }
    Ok(())
}

async fn take(aws: &Aws, bucket: &str, file: &Path, name: &str) -> Result<()> {
    let raw = tokio::fs::read(file).await.with_context(|| format!("reading {name}"))?;
    let taken = file.with_file_name("taken");
    tokio::fs::create_dir_all(&taken).await?;
    // Also what is too large goes to the bucket: refusing it is inbound_mail's to do. Only what the
    // local cloud itself could not hold stays out.
    anyhow::ensure!(raw.len() <= MAIL_BYTES_MAX * 2, "{name} is far over {MAIL_BYTES_MAX} bytes");
    // The same name may be dropped again and is another mail then.
    let key = format!("drop/{}-{name}", Timestamp::now().as_millisecond());
    objects::put_object(aws, bucket, &key, raw.into()).await?;
    tokio::fs::rename(file, taken.join(name)).await.with_context(|| format!("moving {name} away"))
}
