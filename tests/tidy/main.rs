//! Rules of the repository that no compiler holds. Each failure names the file and the rule.

mod arrows;
mod documents;
mod fixtures;
mod keys;
mod logs;
mod sources;
mod tree;
mod words;
