//! Calendar mails (J10): whatever their order, they amount to the same meeting, and who is not the
//! organizer changes nothing.

use domain::ids::{InvitationId, UserId};
use domain::meeting::CalendarMail;
use domain::meeting_state::{Meeting, meeting};
use domain::timestamp::Timestamp;
use flows::take_in_mail::Announcement;
use store::table::TableName;
use testkit::raw_mail::Draft;

use crate::bench_of_inbound::{ANNA, BEN, Inbound};

const BOSS: &str = "boss@partner.example";

/// A calendar mail in the making.
#[derive(Clone)]
pub struct Itip {
    id: String,
    from: String,
    method: String,
    sequence: u32,
    stamp: String,
    organizer: String,
    start: String,
    more: String,
    after: String,
    dmarc: String,
}

impl Itip {
    pub fn new(id: &str, method: &str, sequence: u32) -> Self {
        Self {
            id: id.to_owned(),
            from: BOSS.to_owned(),
            method: method.to_owned(),
            sequence,
            stamp: format!("20261120T0{sequence}0000Z"),
            organizer: BOSS.to_owned(),
            start: "20261201T090000Z".to_owned(),
            more: String::new(),
            after: String::new(),
            dmarc: "pass".to_owned(),
        }
    }

    pub fn at(mut self, start: &str) -> Self {
        start.clone_into(&mut self.start);
        self
    }

    pub fn from(mut self, from: &str) -> Self {
        from.clone_into(&mut self.from);
        self
    }

    pub fn organizer(mut self, organizer: &str) -> Self {
        organizer.clone_into(&mut self.organizer);
        self
    }

    pub fn stamp(mut self, stamp: &str) -> Self {
        stamp.clone_into(&mut self.stamp);
        self
    }

    fn dmarc(mut self, verdict: &str) -> Self {
        verdict.clone_into(&mut self.dmarc);
        self
    }

    /// Another mail of another version.
    pub fn id(mut self, id: &str, sequence: u32) -> Self {
        id.clone_into(&mut self.id);
        self.sequence = sequence;
        self.stamp = format!("20261120T0{sequence}0000Z");
        self
    }

    /// Without a line of the event.
    pub fn without(mut self, line: &str) -> Self {
        self.more = self.more.replace(&format!("{line}\r\n"), "");
        self
    }

    /// With more lines of the event.
    pub fn with(mut self, lines: &str) -> Self {
        self.more.push_str(lines);
        self.more.push_str("\r\n");
        self
    }

    /// With one more event, an instance.
    fn instance(mut self, id: &str, start: &str) -> Self {
        self.after.push_str(&format!(
            "BEGIN:VEVENT\r\nUID:weekly@partner.example\r\nSEQUENCE:{}\r\nDTSTAMP:{}\r\n\
             RECURRENCE-ID:{id}\r\nDTSTART:{start}\r\nORGANIZER:mailto:{}\r\nEND:VEVENT\r\n",
            self.sequence, self.stamp, self.organizer
        ));
        self
    }

    fn text(&self) -> String {
        let Self { method, sequence, stamp, organizer, start, more, after, .. } = self;
        format!(
            "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nMETHOD:{method}\r\n\
             BEGIN:VEVENT\r\nUID:weekly@partner.example\r\nSEQUENCE:{sequence}\r\n\
             DTSTAMP:{stamp}\r\nDTSTART:{start}\r\nDURATION:PT1H\r\nSUMMARY:Review {sequence}\r\n\
             ORGANIZER:mailto:{organizer}\r\nATTENDEE:mailto:{ANNA}\r\n{more}END:VEVENT\r\n\
             {after}END:VCALENDAR\r\n"
        )
    }

    fn draft(&self) -> Draft {
        Draft::new(&self.id, &self.from, ANNA).calendar(&self.method, &self.text())
    }
}

/// Brings the mails in this order to these people.
pub async fn bring(inbound: &Inbound, mails: &[&Itip], to: &[&str]) {
    for mail in mails {
        let announced = inbound.received(&mail.draft(), to);
        let Announcement::Arrived(mut arrived) = announced else { unreachable!() };
        arrived.verdicts.insert("dmarc".to_owned(), mail.dmarc.clone());
        // Each is received at a moment of its own, told by its id, whatever the order of filing.
        let nth = i64::from(mail.id.bytes().last().unwrap_or_default());
        arrived.announced_at = Timestamp::from_seconds(1_795_339_800 + nth);
        let announced = Announcement::Arrived(arrived);
        assert_eq!(inbound.take_in(&announced).await.outcome.name(), "filed");
    }
}

fn facts(inbound: &Inbound, user: UserId) -> Vec<CalendarMail> {
    let mut all: Vec<CalendarMail> = inbound.records(TableName::Crm, "calendar_mail");
    all.retain(|mail| mail.user == user);
    all
}

/// What the mails amount to for Anna.
async fn amount(mails: &[&Itip]) -> Option<Meeting> {
    let inbound = Inbound::new().await;
    bring(&inbound, mails, &[ANNA]).await;
    meeting(&facts(&inbound, inbound.tenant.people["anna"]))
}

/// The same in every order; gives it back.
pub async fn amount_in_every_order(mails: &[Itip]) -> Meeting {
    let mut found: Option<Meeting> = None;
    for order in permutations(mails.len()) {
        let ordered: Vec<&Itip> = order.iter().map(|n| &mails[*n]).collect();
        let mut meeting = amount(&ordered).await.expect("there is an invitation");
        meeting.disbelieved.sort();
        match &found {
            None => found = Some(meeting),
            Some(first) => assert_eq!(first, &meeting, "order {order:?}"),
        }
    }
    found.expect("at least one order")
}

fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for shorter in permutations(count - 1) {
        for place in 0..=shorter.len() {
            let mut longer = shorter.clone();
            longer.insert(place, count - 1);
            all.push(longer);
        }
    }
    all
}

pub fn starts(meeting: &Meeting) -> Vec<String> {
    let span = |text: &str| Timestamp::parse(text).unwrap();
    let found = meeting.occurrences(span("2026-11-01T00:00:00Z"), span("2027-02-01T00:00:00Z"));
    found.iter().map(|one| one.start_at.to_string()[..16].to_owned()).collect()
}

#[tokio::test]
async fn the_highest_sequence_holds_in_every_order_and_stale_ones_change_nothing() {
    let mails = [
        Itip::new("m1", "REQUEST", 0),
        Itip::new("m2", "REQUEST", 2).at("20261202T100000Z"),
        Itip::new("m3", "REQUEST", 1).at("20261203T100000Z"),
    ];
    let meeting = amount_in_every_order(&mails).await;
    assert_eq!((meeting.sequence, meeting.cancelled, meeting.doubtful), (2, false, false));
    assert_eq!(starts(&meeting), ["2026-12-02T10:00"]);
}

#[tokio::test]
async fn of_one_sequence_the_later_stamp_holds() {
    let mails = [
        Itip::new("m1", "REQUEST", 1).stamp("20261120T100000Z").at("20261204T090000Z"),
        Itip::new("m2", "REQUEST", 1).stamp("20261120T090000Z").at("20261203T090000Z"),
    ];
    assert_eq!(starts(&amount_in_every_order(&mails).await), ["2026-12-04T09:00"]);
}

#[tokio::test]
async fn a_cancellation_holds_whenever_it_comes_until_something_newer_does() {
    let invited = Itip::new("m1", "REQUEST", 0);
    let off = Itip::new("m2", "CANCEL", 1);
    let meeting = amount_in_every_order(&[invited.clone(), off.clone()]).await;
    assert!(meeting.cancelled);
    let stale = Itip::new("m2", "CANCEL", 1);
    let newer = Itip::new("m3", "REQUEST", 2).at("20261205T090000Z");
    let meeting = amount_in_every_order(&[invited.clone(), stale, newer]).await;
    assert!(!meeting.cancelled && meeting.sequence == 2);
    assert!(amount(&[&off]).await.is_none(), "a cancellation alone invites to nothing");
    // Of the same version, calling off counts.
    let same = Itip::new("m4", "CANCEL", 0);
    assert!(amount_in_every_order(&[invited, same]).await.cancelled);
}

#[tokio::test]
async fn who_is_not_the_organizer_changes_nothing_and_is_told() {
    let invited = Itip::new("m1", "REQUEST", 0);
    let forgeries = [
        Itip::new("m2", "CANCEL", 9).from("eve@evil.example"),
        Itip::new("m3", "CANCEL", 9).dmarc("fail"),
        Itip::new("m4", "REQUEST", 9).from("eve@evil.example").at("20261224T090000Z"),
        Itip::new("m5", "REQUEST", 9)
            .from("eve@evil.example")
            .organizer("eve@evil.example")
            .at("20261224T090000Z"),
    ];
    for forged in forgeries {
        let meeting = amount_in_every_order(&[invited.clone(), forged.clone()]).await;
        assert_eq!((meeting.cancelled, meeting.sequence), (false, 0), "{}", forged.id);
        assert_eq!(starts(&meeting), ["2026-12-01T09:00"]);
        assert_eq!((meeting.disbelieved.len(), meeting.doubtful), (1, false));
    }
    let alone = Itip::new("m1", "REQUEST", 0).dmarc("fail");
    assert!(amount(&[&alone]).await.expect("it is shown").doubtful);
    // A booking service writes in the organizer's name from the start, and goes on so.
    let service = |id, method, n| Itip::new(id, method, n).from("robot@booking.example");
    let meeting =
        amount_in_every_order(&[service("m1", "REQUEST", 0), service("m2", "CANCEL", 1)]).await;
    assert!(meeting.cancelled && meeting.doubtful && meeting.disbelieved.is_empty());
}

#[tokio::test]
async fn instances_of_a_weekly_meeting_are_moved_and_called_off_by_themselves() {
    let weekly = Itip::new("m1", "REQUEST", 0)
        .with("RRULE:FREQ=WEEKLY;COUNT=4")
        .with("EXDATE:20261215T090000Z")
        .instance("20261222T090000Z", "20261223T110000Z");
    let moved =
        Itip::new("m2", "REQUEST", 1).with("RECURRENCE-ID:20261208T090000Z").at("20261209T100000Z");
    let meeting = amount_in_every_order(&[weekly.clone(), moved.clone()]).await;
    assert_eq!(starts(&meeting), ["2026-12-01T09:00", "2026-12-09T10:00", "2026-12-23T11:00"]);
    let off = Itip::new("m3", "CANCEL", 2).with("RECURRENCE-ID:20261208T090000Z");
    let meeting = amount_in_every_order(&[weekly, moved, off]).await;
    assert_eq!(starts(&meeting), ["2026-12-01T09:00", "2026-12-23T11:00"]);
    assert!(!meeting.cancelled);
}

#[tokio::test]
async fn the_clock_of_the_zone_holds_over_the_change_to_summer_time() {
    let weekly = Itip::new("m1", "REQUEST", 0);
    let text = weekly.text().replace(
        "DTSTART:20261201T090000Z",
        "DTSTART;TZID=W. Europe Standard Time:20261019T090000\r\nRRULE:FREQ=WEEKLY;UNTIL=20261102T080000Z",
    );
    let read = mail::calendar::read_all(&text, None);
    assert_eq!(read[0].invitation.start.as_ref().unwrap().zone.as_deref(), Some("Europe/Berlin"));
    let inbound = Inbound::new().await;
    let draft = Draft::new("m1", BOSS, ANNA).calendar("REQUEST", &text);
    inbound.bring(&draft).await;
    let meeting = meeting(&facts(&inbound, inbound.tenant.people["anna"])).unwrap();
    let from = Timestamp::parse("2026-10-01T00:00:00Z").unwrap();
    let found = meeting.occurrences(from, Timestamp::parse("2027-01-01T00:00:00Z").unwrap());
    let starts: Vec<String> = found.iter().map(|one| one.start_at.to_string()).collect();
    let wanted =
        ["2026-10-19T07:00:00.000Z", "2026-10-26T08:00:00.000Z", "2026-11-02T08:00:00.000Z"];
    assert_eq!(starts, wanted);
}

#[tokio::test]
async fn answers_and_other_times_of_attendees_are_recorded_on_what_we_organize() {
    let own = Itip::new("m1", "REQUEST", 1).from(ANNA).organizer(ANNA);
    let of = |id, method, n, who: &str| {
        Itip::new(id, method, n)
            .from(who)
            .organizer(ANNA)
            .with(&format!("ATTENDEE;PARTSTAT=ACCEPTED:mailto:{}", "lena@harbour.example"))
    };
    let yes = of("m2", "REPLY", 1, "lena@harbour.example");
    let other = of("m3", "COUNTER", 1, "lena@harbour.example").at("20261207T140000Z");
    let forged = of("m4", "REPLY", 1, "eve@evil.example");
    let meeting = amount_in_every_order(&[own.clone(), yes, other, forged]).await;
    let lena = meeting.attendees.iter().find(|one| one.address.domain() == "harbour.example");
    assert_eq!(lena.unwrap().participation.as_deref(), Some("ACCEPTED"));
    let [counter] = &meeting.counters[..] else { panic!("one counter") };
    assert_eq!(counter.start.as_ref().unwrap().local, "20261207T140000");
    assert_eq!(meeting.disbelieved.len(), 1);
    // An answer to a version that is no more says nothing about this one.
    let stale = of("m2", "REPLY", 0, "lena@harbour.example");
    let meeting = amount_in_every_order(&[own, stale]).await;
    assert!(meeting.attendees.iter().all(|one| one.address.domain() != "harbour.example"));
}

#[tokio::test]
async fn two_users_have_an_invitation_each_and_a_calendar_mail_costs_no_call_more() {
    let inbound = Inbound::new().await;
    bring(&inbound, &[&Itip::new("m0", "REQUEST", 0)], &[ANNA]).await;
    inbound.world.table.reset_usage();
    bring(&inbound, &[&Itip::new("m1", "REQUEST", 1)], &[ANNA, BEN]).await;
    let usage = inbound.world.table.usage();
    assert_eq!((usage.calls(), usage.transact.calls), (4, 1));
    let people = &inbound.tenant.people;
    let ids: Vec<InvitationId> =
        ["anna", "ben"].map(|name| facts(&inbound, people[name])[0].invitation).to_vec();
    assert_ne!(ids[0], ids[1]);
    assert_eq!(facts(&inbound, people["anna"]).len(), 2);
    // A mail of the same people that is no invitation costs less by the two facts alone.
    let with_facts = usage.units();
    inbound.world.table.reset_usage();
    let plain = Draft::new("m2", BOSS, ANNA);
    inbound.take_in(&inbound.received(&plain, &[ANNA, BEN])).await;
    let without = inbound.world.table.usage();
    assert_eq!(without.calls(), 4);
    let more = with_facts.write - without.units().write;
    // Its author is authenticated, so it is also looked at whether mail to him came back lately.
    assert_eq!((with_facts.read - without.units().read, more), (1.0, 11.0));
}

#[tokio::test]
async fn hostile_calendars_make_bounded_facts() {
    let crowd: String =
        (0..10_000).map(|n| format!("ATTENDEE:mailto:p{n}@crowd.example\r\n")).collect();
    let gone: String = (0..5_000).map(|_| "EXDATE:20261208T090000Z\r\n").collect();
    let long = "x".repeat(100_000);
    let hostile = Itip::new("m1", "REQUEST", 0)
        .with(crowd.trim_end())
        .with(gone.trim_end())
        .with(&format!("DESCRIPTION:{long}\r\nLOCATION:{long}"))
        .with("RRULE:FREQ=DAILY;COUNT=4294967295");
    let inbound = Inbound::new().await;
    bring(&inbound, &[&hostile], &[ANNA]).await;
    let found = facts(&inbound, inbound.tenant.people["anna"]);
    assert!(serde_json::to_string(&found[0]).unwrap().len() < 32 * 1024);
    assert_eq!(found[0].attendees.len(), domain::limits::ATTENDEES_MAX);
    let meeting = meeting(&found).unwrap();
    let far = meeting.occurrences(Timestamp::default(), Timestamp::from_millis(i64::MAX));
    assert_eq!(far.len(), domain::limits::OCCURRENCES_MAX);

    let odd = [
        Itip::new("n1", "REQUEST", 0).at("99999999T999999Z"),
        Itip::new("n2", "REQUEST", 0).with("RRULE:FREQ=SECONDLY;BYSETPOS=-400"),
        Itip::new("n3", "ADD", 0),
        Itip::new("n4", "REFRESH", 0),
    ];
    for mail in &odd {
        bring(&inbound, &[mail], &[ANNA]).await;
    }
    let nameless = Itip::new("n5", "REQUEST", 0);
    let uid = "x".repeat(domain::limits::MEETING_UID_BYTES_MAX + 1);
    let text = nameless.text().replace("weekly@partner.example", &uid);
    let draft = Draft::new("n5", BOSS, ANNA).calendar("REQUEST", &text);
    assert_eq!(inbound.bring(&draft).await.name(), "filed");
    assert_eq!(facts(&inbound, inbound.tenant.people["anna"]).len(), 3);
}
