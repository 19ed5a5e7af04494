//! `cargo measure`: size, start and memory of each function.
fn main() {}
