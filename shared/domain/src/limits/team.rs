//! Bounds of the tree of users.

/// Most users who stand below one, at whatever depth: a search asks the index once for each of them, and
/// the item that names them is read with every request, in one read unit. Who leads more is an
/// administrator, who sees all mail without asking for each.
pub const TEAM_MAX: usize = 100;
/// Most levels of the tree: a change of manager writes the places of all above, before and after, in one
/// transaction.
pub const TEAM_LEVELS_MAX: usize = 10;
