//! Keys of tasks, events and notes.

use domain::activity::{Activity, OwnerList};
use domain::ids::{ActivityId, ContactId, MessageId, TenantId, UserId};

use super::{ItemKeys, contact_partition, crm, only};
use crate::table::Key;

/// An activity; index 1 lists its owner's in order of time, index 2 a message's by id.
pub fn activity(tenant: TenantId, activity: &Activity) -> ItemKeys {
    let id = activity.id;
    let place = activity.place();
    let place = place
        .map(|(list, at)| (activities_of_user(tenant, activity.owner, list), format!("{at}#{id}")));
    ItemKeys {
        key: activity_lookup(tenant, id),
        gsi1: place,
        gsi2: activity
            .message
            .map(|message| (activities_of_message(tenant, message), id.to_string())),
    }
}

/// Primary key of an activity.
pub fn activity_lookup(tenant: TenantId, activity: ActivityId) -> Key {
    crm(format!("TENANT#{tenant}#ACTIVITY#{activity}"), "ACTIVITY")
}

/// Index partition of one list of a user's activities.
pub fn activities_of_user(tenant: TenantId, user: UserId, list: OwnerList) -> String {
    let list = match list {
        OwnerList::OpenTasks => "TASKS",
        OwnerList::DoneTasks => "TASKS_DONE",
        OwnerList::Events => "EVENTS",
        OwnerList::Notes => "NOTES",
    };
    format!("TENANT#{tenant}#USER#{user}#{list}")
}

/// Index partition of the activities made from a message.
pub fn activities_of_message(tenant: TenantId, message: MessageId) -> String {
    format!("TENANT#{tenant}#MESSAGE#{message}#ACTIVITIES")
}

/// That an activity is about a record, by the moment it was made.
pub fn activity_link(tenant: TenantId, contact: ContactId, activity: &Activity) -> ItemKeys {
    let (at, id) = (activity.created_at, activity.id);
    only(crm(contact_partition(tenant, contact), format!("{ACTIVITY_LINK}{at}#{id}")))
}

/// What sort keys of a record's activities start with.
pub const ACTIVITY_LINK: &str = "ACTIVITY#";
