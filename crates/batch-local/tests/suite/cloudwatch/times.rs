//! Which times datums can be for.

use aws_sdk_cloudwatch::primitives::DateTime;

use super::support::{INVALID, at, datum, local, now, outcome, put, with};
use crate::support::pass;

const HOUR: i64 = 3_600_000;
const WEEK: i64 = 7 * 24 * HOUR;

async fn check(offset_millis: i64, expected: &str) {
    let (server, client) = local();
    let now = now(&server).await;
    let sent = outcome(put(&client, vec![datum("m"), at(now + offset_millis)]).await);
    assert_eq!(sent, expected, "{offset_millis}");
    let accepted = server.cloudwatch().accepted("n");
    assert_eq!(accepted.len(), if expected == "ok" { 2 } else { 0 });
    if let Some(last) = accepted.last() {
        assert_eq!(i64::try_from(last.timestamp_millis), Ok(now + offset_millis));
    }
}

#[tokio::test(start_paused = true)]
async fn a_time_is_from_two_weeks_back_to_two_hours_ahead() {
    for good in [0, 1, -1, 123, -2 * WEEK, 2 * HOUR] {
        check(good, "ok").await;
    }
    for bad in [-2 * WEEK - 1, 2 * HOUR + 1, -8 * WEEK, WEEK] {
        check(bad, INVALID).await;
    }
}

#[tokio::test(start_paused = true)]
async fn times_before_1970_and_far_away_are_refused() {
    for seconds in [-1.0, 0.0, -1e300, 1e300] {
        let (_, client) = local();
        let bad = with(datum("m"), |datum| datum.timestamp = Some(DateTime::from_secs_f64(seconds)));
        assert_eq!(outcome(put(&client, vec![bad]).await), INVALID, "{seconds}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_window_moves_with_the_clock() {
    let (server, client) = local();
    let ahead = now(&server).await + 2 * HOUR + 1000;
    assert_eq!(outcome(put(&client, vec![at(ahead)]).await), INVALID);
    pass(1.0).await;
    assert_eq!(outcome(put(&client, vec![at(ahead)]).await), "ok");
    pass((2 * WEEK + 2 * HOUR) as f64 / 1000.0).await;
    assert_eq!(outcome(put(&client, vec![at(ahead)]).await), "ok");
    pass(0.001).await;
    assert_eq!(outcome(put(&client, vec![at(ahead)]).await), INVALID);
}

#[tokio::test(start_paused = true)]
async fn a_datum_without_a_time_gets_that_of_its_arrival() {
    let (server, client) = local();
    put(&client, vec![datum("m")]).await.unwrap();
    pass(1.5).await;
    put(&client, vec![datum("m")]).await.unwrap();
    let accepted = server.cloudwatch().accepted("n");
    assert_eq!(accepted[1].timestamp_millis - accepted[0].timestamp_millis, 1500);
}
