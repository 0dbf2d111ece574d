use super::*;

/// One that so much was sent below, at these milliseconds.
fn ceiling(rate: Rate, sent: &[(u64, usize)]) -> (Ceiling, Instant) {
    let (mut ceiling, origin) = (Ceiling::new(Some(rate)), Instant::now());
    for (id, &(millis, amount)) in (0..).map(BatchId).zip(sent) {
        ceiling.packed(id, amount);
        ceiling.begins(id, origin + Duration::from_millis(millis));
    }
    (ceiling, origin)
}

fn limits() -> LimitPolicy {
    LimitPolicy::new(50, 1_000, 1_000).expect("they fit together")
}

fn opens(rate: Rate, sent: &[(u64, usize)], wanted: usize) -> Option<u64> {
    let (ceiling, origin) = ceiling(rate, sent);
    match ceiling.opens(&limits(), wanted) {
        Opens::At(at) => Some(u64::try_from((at - origin).as_millis()).expect("it is soon")),
        Opens::Now => None,
        Opens::Unknown => panic!("all have begun"),
    }
}

#[test]
fn it_opens_when_enough_of_what_was_sent_is_a_second_old() {
    let rate = Rate::entries(100);
    assert_eq!(opens(rate, &[], 1), None);
    assert_eq!(opens(rate, &[(0, 50), (200, 40)], 1), None, "10 are left, a tenth");
    assert_eq!(opens(rate, &[(0, 3), (200, 40), (300, 50)], 1), Some(1_000));
    assert_eq!(opens(rate, &[(0, 2), (200, 40), (300, 58)], 1), Some(1_200));
    assert_eq!(opens(rate, &[(0, 2), (200, 40), (300, 58)], 50), Some(1_300));
    assert_eq!(opens(rate, &[(0, 2), (200, 40), (300, 58)], 500), Some(1_300));
    assert_eq!(opens(rate, &[(300, 58), (200, 40), (0, 2)], 1), Some(1_200), "in whatever order they begin");
    assert_eq!(opens(Rate::bytes(100), &[(0, 350)], 1), Some(3_500), "it is paid off");
    assert_eq!(opens(Rate::units(100), &[(0, 350)], 1), Some(3_500));
}

#[test]
fn what_has_not_begun_counts_until_a_second_after_it_begins() {
    let (mut ceiling, origin) = ceiling(Rate::entries(10), &[(0, 5)]);
    let at = |millis| origin + Duration::from_millis(millis);
    ceiling.packed(BatchId(7), 5);
    assert_eq!(ceiling.opens(&limits(), 1), Opens::At(at(1_000)));
    assert_eq!(ceiling.opens(&limits(), 6), Opens::Unknown);
    ceiling.forget(at(5_000));
    ceiling.packed(BatchId(8), 5);
    assert_eq!(ceiling.opens(&limits(), 1), Opens::Unknown);
    ceiling.begins(BatchId(8), at(5_900));
    assert_eq!(ceiling.opens(&limits(), 1), Opens::At(at(6_900)));
    ceiling.abandons(BatchId(7));
    assert_eq!(ceiling.opens(&limits(), 1), Opens::Now);
}

#[test]
fn another_rate_holds_for_what_already_went() {
    let opens_at = |rate, wanted: usize| {
        let (mut ceiling, origin) = ceiling(Rate::units(100), &[(0, 40), (200, 400)]);
        ceiling.set(rate);
        ceiling.takes(0, wanted);
        let Opens::At(at) = ceiling.opens(&limits(), 1) else { panic!("more went than goes in a second") };
        u64::try_from((at - origin).as_millis()).expect("it is soon")
    };
    assert_eq!(opens_at(Rate::units(100), 100), 4_200, "the same rate changes nothing");
    assert_eq!(opens_at(Rate::units(200), 1), 2_200, "it is paid off sooner");
    assert_eq!(opens_at(Rate::units(430), 30), 1_000);
    assert_eq!(opens_at(Rate::units(800), 400), 1_000);
    assert_eq!(opens_at(Rate::units(20), 1), 4_200, "but not later");
    assert_eq!(opens_at(Rate::units(20), 90), 4_200);
}

#[test]
fn what_waits_for_more_than_a_lowered_rate_waits_for_all_of_it() {
    let (mut ceiling, origin) = ceiling(Rate::units(100), &[(0, 90)]);
    assert!(!ceiling.takes(0, 60));
    ceiling.set(Rate::units(5));
    assert_eq!(ceiling.opens(&limits(), 1), Opens::At(origin + SECOND));
    assert_eq!(ceiling.left(), 0);
}

#[test]
fn what_is_too_large_waits_for_all_and_goes_alone() {
    let (mut ceiling, origin) = ceiling(Rate::bytes(100), &[(0, 10), (500, 10)]);
    assert_eq!(ceiling.limits(limits()).request_bytes(), 80);
    assert_eq!(ceiling.alone(limits()), None);
    assert_eq!(ceiling.opens(&limits(), 1), Opens::At(origin + Duration::from_millis(1_500)));
    ceiling.forget(origin + Duration::from_millis(1_500));
    let alone = ceiling.alone(limits()).expect("nothing counts any more");
    assert_eq!((alone.entries(), alone.request_bytes()), (1, 1_000));
}

#[test]
fn an_entry_with_many_units_waits_for_as_many_or_goes_alone() {
    let (mut ceiling, origin) = ceiling(Rate::units(100), &[(0, 30), (500, 50)]);
    let at = |millis| origin + Duration::from_millis(millis);
    assert_eq!(ceiling.limits(limits()), limits());
    assert!(ceiling.takes(0, 20) && !ceiling.takes(10, 20), "20 are left");
    assert!(!ceiling.takes(0, 40), "and this waits for 40");
    assert_eq!((ceiling.alone(limits()), ceiling.opens(&limits(), 1)), (None, Opens::At(at(1_000))));
    ceiling.limits(limits());
    assert!(!ceiling.takes(0, 400), "this waits for all");
    assert_eq!((ceiling.alone(limits()), ceiling.opens(&limits(), 1)), (None, Opens::At(at(1_500))));
    ceiling.forget(at(1_500));
    ceiling.limits(limits());
    assert!(!ceiling.takes(0, 400) && ceiling.alone(limits()).is_some());
    assert!(ceiling.takes(0, 400) && !ceiling.takes(400, 1));
}
