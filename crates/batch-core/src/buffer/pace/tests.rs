use super::*;

const ROUND_TRIP: Duration = Duration::from_millis(10);

/// Sends one request a `step` and gives it this reception a round trip later, for so many.
fn exchange(pace: &mut Pace, count: u64, step: Duration, reception: Reception, now: &mut Instant) {
    let first = pace.last_sent.map_or(0, |BatchId(last)| last + 1);
    for n in first..first + count {
        pace.sent(BatchId(n), *now);
        let back = *now + ROUND_TRIP;
        pace.ended((BatchId(n), *now), reception, back, (Backoff::default(), 0.5));
        *now += step;
    }
}

#[test]
fn cuts_end_at_most_of_what_was_served_in_the_last_second() {
    let mut now = Instant::now();
    let mut pace = Pace::new(20, 64);
    exchange(&mut pace, 2_000, Duration::from_millis(1), Reception::Accepted, &mut now);
    exchange(&mut pace, 50, Duration::ZERO, Reception::Throttled, &mut now);
    // 1,000 a second and 10 ms are 10 in flight.
    assert!((8.4..=8.6).contains(&pace.window), "{}", pace.window);
    exchange(&mut pace, 15_000, Duration::from_millis(1), Reception::Throttled, &mut now);
    assert!((0.0099..0.0101).contains(&pace.window), "one a second: {}", pace.window);
}

#[test]
fn a_late_timer_puts_off_no_other_request_and_a_long_rest_saves_up_none() {
    let mut now = Instant::now();
    let mut pace = Pace::new(10, 64);
    exchange(&mut pace, 1, ROUND_TRIP, Reception::Throttled, &mut now);
    for (pause, at_once) in [(3, 2..=3), (60_000, 4..=6)] {
        now += Duration::from_millis(pause);
        let mut sent = 0;
        while pace.may_send(now) {
            pace.sent(BatchId(sent + 1), now);
            pace.in_flight -= 1;
            sent += 1;
        }
        assert!(at_once.contains(&sent), "{sent} after {pause} ms");
    }
}

#[test]
fn a_round_trip_is_that_of_requests_which_the_service_answered() {
    let mut now = Instant::now();
    let mut pace = Pace::new(8, 64);
    exchange(&mut pace, 1, ROUND_TRIP, Reception::Accepted, &mut now);
    for reception in [Reception::Unknown, Reception::Unsent] {
        let sent_at = now;
        pace.sent(BatchId(9), sent_at);
        now += Duration::from_secs(10);
        pace.ended((BatchId(9), sent_at), reception, now, (Backoff::default(), 0.5));
    }
    assert_eq!(pace.round_trip, Some(0.01));
}

#[test]
fn a_reply_that_hung_counts_as_two_round_trips() {
    let mut now = Instant::now();
    let mut pace = Pace::new(8, 64);
    let mut answered = |count, after| {
        for n in 0..count {
            let sent_at = now;
            pace.sent(BatchId(n), sent_at);
            now += after;
            pace.ended((BatchId(n), sent_at), Reception::Accepted, now, (Backoff::default(), 0.5));
        }
        pace.round_trip.expect("it was measured")
    };
    answered(1, ROUND_TRIP);
    let hung = answered(1, Duration::from_secs(5));
    assert!((0.011..0.012).contains(&hung), "{hung}");
    let slow = answered(100, Duration::from_secs(5));
    assert!(slow > 4.0, "a service that became slow is noticed within some dozens: {slow}");
    assert_eq!(answered(200, Duration::ZERO), SHORTEST_ROUND_TRIP);
    assert!(answered(100, ROUND_TRIP) > 0.009);
}

#[test]
fn no_settings_are_too_large() {
    let mut now = Instant::now();
    let mut pace = Pace::new(usize::MAX, usize::MAX);
    assert_eq!(pace.limit(), usize::MAX);
    exchange(&mut pace, 1_000, Duration::ZERO, Reception::Throttled, &mut now);
    assert_eq!(pace.limit(), 1);
}
