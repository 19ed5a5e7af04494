//! How far a pass through the archive has come.

use serde::{Deserialize, Serialize};

use crate::item;
use crate::keys;
use crate::table::{Condition, Table, TableFault, Write};

/// Where the next run goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// After this key; none at the beginning of a pass.
    pub after: Option<String>,
    /// Revision: grows by one with each page; zero before the first.
    pub rev: u64,
}

/// The checkpoint of a folder.
///
/// # Errors
/// A fault of the table.
pub async fn get(table: &dyn Table, prefix: &str) -> Result<Checkpoint, TableFault> {
    let got = table.get(&keys::sweep(prefix).key).await?;
    Ok(got.item.map(item::from_item).transpose()?.unwrap_or_default())
}

/// The write that moves the checkpoint on, if it still stands as it was read.
///
/// # Errors
/// See [`item::to_item`].
pub fn move_on(prefix: &str, before: &Checkpoint, after: &Checkpoint) -> Result<Write, TableFault> {
    let keys = keys::sweep(prefix);
    let item = item::to_item("sweep", &keys, after)?;
    let unchanged = match before.rev {
        0 => Condition::Absent,
        rev => Condition::Equals("rev", item::number(rev)),
    };
    Ok(Write::Put { key: keys.key, item, condition: Some(unchanged) })
}
