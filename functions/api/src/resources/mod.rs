//! The resources, one module each: its views, its endpoints, its handlers.

pub mod activities;
pub mod activity_bodies;
pub mod activity_views;
pub mod add_party;
pub mod address_book;
pub mod alerts;
pub mod api_keys;
pub mod block_views;
pub mod blocked_contacts;
pub mod bounces;
pub mod calendar;
pub mod consents;
pub mod contact_acts;
pub mod contact_creations;
pub mod contact_suggestions;
pub mod contacts;
pub mod health;
pub mod intake;
pub mod intake_reports;
pub mod invitation_answers;
pub mod invitations;
pub mod limits;
pub mod link_rules;
pub mod lists;
pub mod mail_views;
pub mod message_links;
pub mod messages;
pub mod module_fields;
pub mod modules;
pub mod notices;
pub mod reports;
pub mod reviews;
pub mod route_cards;
pub mod route_views;
pub mod routes;
pub mod search;
pub mod sender_addresses;
pub mod sent_messages;
pub mod settings;
pub mod suppressions;
pub mod teams;
pub mod threads;
pub mod timeline;
pub mod topic_messages;
pub mod unblock_requests;
pub mod users;

use crate::endpoint::Endpoint;

/// Every endpoint, in the order of the document.
pub fn endpoints() -> Vec<Endpoint> {
    let all = [
        health::endpoints(),
        limits::endpoints(),
        settings::endpoints(),
        users::endpoints(),
        teams::endpoints(),
        api_keys::endpoints(),
        routes::endpoints(),
        route_cards::endpoints(),
        modules::endpoints(),
        contacts::endpoints(),
        contact_acts::endpoints(),
        consents::endpoints(),
        lists::endpoints(),
        contact_creations::endpoints(),
        link_rules::endpoints(),
        timeline::endpoints(),
        activities::endpoints(),
        invitations::endpoints(),
        invitation_answers::endpoints(),
        calendar::endpoints(),
        address_book::endpoints(),
        messages::endpoints(),
        sent_messages::endpoints(),
        add_party::endpoints(),
        message_links::endpoints(),
        contact_suggestions::endpoints(),
        search::endpoints(),
        threads::endpoints(),
        intake::endpoints(),
        sender_addresses::endpoints(),
        notices::endpoints(),
        bounces::endpoints(),
        suppressions::endpoints(),
        reports::endpoints(),
        reviews::endpoints(),
        alerts::endpoints(),
        blocked_contacts::endpoints(),
        unblock_requests::endpoints(),
        topic_messages::endpoints(),
    ];
    all.into_iter().flatten().collect()
}
