//! `--as bounces`.

/// One JSON line for each recipient a file reports on.
pub fn lines(_name: &str, _raw: &[u8]) -> Vec<String> {
    Vec::new()
}
