use super::*;

const OWN: ScopeId = ScopeId::OWN;

#[test]
fn a_watermark_is_passed_when_all_before_it_left() {
    let mut scopes = Scopes::new();
    let first = scopes.enter(OWN);
    let watermark = scopes.flush(OWN);
    let second = scopes.enter(OWN);
    assert_eq!(scopes.unanswered(watermark), 1);
    scopes.leave(second, 1);
    assert!(!scopes.passed(watermark), "a later entry does not count");
    scopes.leave(first, 1);
    assert!(scopes.passed(watermark));
    assert_eq!(scopes.unanswered(watermark), 0);
}

#[test]
fn a_watermark_covers_what_was_answered_before_it() {
    let mut scopes = Scopes::new();
    let answered = scopes.enter(OWN);
    scopes.leave(answered, 1);
    let watermark = scopes.flush(OWN);
    assert!(watermark.covers(answered));
    assert!(scopes.passed(watermark));
    assert!(!watermark.covers(scopes.enter(OWN)));
}

#[test]
fn flushing_without_new_entries_opens_no_other_epoch() {
    let mut scopes = Scopes::new();
    let none = scopes.flush(OWN);
    assert!(scopes.passed(none));
    scopes.enter(OWN);
    let one = scopes.flush(OWN);
    assert_eq!(one, scopes.flush(OWN));
}

#[test]
fn an_entry_that_takes_long_keeps_one_epoch_however_often_others_are_flushed() {
    let mut scopes = Scopes::new();
    scopes.enter(OWN);
    let slow = scopes.flush(OWN);
    for _ in 0..1_000 {
        let quick = scopes.enter(OWN);
        scopes.flush(OWN);
        scopes.leave(quick, 1);
    }
    assert_eq!(scopes.own.earlier.len(), 1);
    assert!(!scopes.passed(slow));
}

#[test]
fn scopes_neither_wait_for_nor_withdraw_what_is_of_others() {
    let mut scopes = Scopes::new();
    let (one, other) = (scopes.open(), scopes.open());
    let (mine, theirs, own) = (scopes.enter(one), scopes.enter(other), scopes.enter(OWN));
    let watermark = scopes.flush(one);
    assert!(watermark.covers(mine) && !watermark.covers(theirs) && !watermark.covers(own));
    scopes.withdraw(watermark);
    assert_eq!([mine, theirs, own].map(|stamp| scopes.is_withdrawn(stamp)), [true, false, false]);
    scopes.leave(mine, 1);
    assert!(scopes.passed(watermark));
    assert!(!scopes.passed(Watermark::EVERYTHING));
    assert_eq!(scopes.unanswered(Watermark::EVERYTHING), 2);
}

#[test]
fn what_is_left_of_a_scope_is_the_writers_as_if_it_were_accepted_then() {
    let mut scopes = Scopes::new();
    let scope = scopes.open();
    let (answered, left) = (scopes.enter(scope), scopes.enter(scope));
    scopes.leave(answered, 1);
    let before = scopes.flush(OWN);
    scopes.withdraw(before);
    scopes.end(scope);
    let after = scopes.flush(OWN);
    assert!(!scopes.is_withdrawn(left), "it was withdrawn by nobody");
    assert!(!before.covers(scopes.home(left)) && after.covers(scopes.home(left)));
    assert_eq!((scopes.passed(before), scopes.passed(after)), (true, false));
    scopes.leave(left, 1);
    assert!(scopes.passed(after));
    assert_eq!(scopes.len(), 0);
}
