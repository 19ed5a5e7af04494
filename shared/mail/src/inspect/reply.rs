//! `--as reply`: the new text of a plain text body.

use serde_json::json;

use crate::mime::charset;
use crate::reply_text;

/// One JSON line: `file`, `reply`.
pub fn line(name: &str, raw: &[u8]) -> String {
    let text = charset::decode(raw, Some("utf-8")).text;
    let split = reply_text::split(&text, &[]);
    json!({ "file": name, "reply": split.new_text(&text) }).to_string()
}
