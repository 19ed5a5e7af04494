use super::*;

fn at(day: i64) -> Timestamp {
    Timestamp::from_seconds(1_795_339_800 + day * 86_400)
}

fn block(permanence: Permanence, day: i64) -> Suppression {
    Suppression {
        scope: SuppressionScope::Bounces,
        tenant: TenantId::from_bits(1),
        address_hash: Some("HASH".to_owned()),
        domain: "example.com".to_owned(),
        contact: None,
        cause: SuppressionCause::Bounce,
        permanence,
        category: None,
        reason: None,
        status: None,
        source: None,
        blocked_at: at(day),
        blocked_until: (permanence == Permanence::Temporary).then(|| at(day + 30)),
        review_at: Suppression::review_of(at(day)),
        lifted_at: None,
        lifts: 0,
        rev: 1,
    }
}

#[test]
fn blocks_leave_the_same_one_in_every_order() {
    let all = [
        block(Permanence::Temporary, 0),
        block(Permanence::Temporary, 9),
        block(Permanence::Permanent, 3),
        block(Permanence::Permanent, 5),
    ];
    for first in 0..4 {
        for step in [1, 3] {
            let mut one = all[first].clone();
            for n in 1..4 {
                one.absorb(&all[(first + n * step) % 4]);
            }
            one.rev = 1;
            assert_eq!(one, all[2]);
        }
    }
}

#[test]
fn a_temporary_block_ends_by_itself_and_a_permanent_one_does_not() {
    let temporary = block(Permanence::Temporary, 0);
    assert!(temporary.holds(at(29)) && !temporary.holds(at(30)));
    assert!(block(Permanence::Permanent, 0).holds(at(4_000)));
}

#[test]
fn what_happened_before_a_lift_blocks_no_more_and_what_comes_after_does() {
    let mut one = block(Permanence::Permanent, 0);
    one.lift(at(10), true);
    assert!(!one.holds(at(10)));
    assert!(!one.absorb(&block(Permanence::Permanent, 9)), "a late telling");
    assert!(one.absorb(&block(Permanence::Temporary, 11)));
    assert!(one.holds(at(12)));
    assert_eq!((one.lifts, one.permanence), (1, Permanence::Temporary));
}

#[test]
fn a_decision_of_our_people_does_not_hide_the_wish_of_the_recipient() {
    let mut unsubscribed = block(Permanence::Permanent, 0);
    unsubscribed.cause = SuppressionCause::Unsubscribed;
    let mut manual = block(Permanence::Permanent, -1);
    manual.cause = SuppressionCause::Manual;
    assert!(!unsubscribed.clone().absorb(&manual));
    assert!(manual.absorb(&unsubscribed));
    assert_eq!(manual.cause, SuppressionCause::Unsubscribed);
}
