//! For which spans of time, and in which periods, statistics can be had.

use aws_sdk_cloudwatch::Client;
use aws_sdk_cloudwatch::primitives::DateTime;

use super::support::{COMBINATION, INVALID, at, local, now, outcome, put, with};
use crate::support::pass;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

/// Beginnings of periods and sums, or the code of the refusal.
async fn ask(client: &Client, start: i64, end: i64, period: i32) -> Result<Vec<(i64, f64)>, String> {
    let request = client.get_metric_statistics().namespace("n").metric_name("m").period(period);
    let request = request.start_time(DateTime::from_millis(start)).end_time(DateTime::from_millis(end));
    match request.statistics("Sum".into()).send().await {
        Ok(output) => Ok(output
            .datapoints()
            .iter()
            .map(|found| (found.timestamp().unwrap().to_millis().unwrap(), found.sum().unwrap()))
            .collect()),
        error => Err(outcome(error)),
    }
}

/// A server's client, and the beginning of a minute ten minutes ago.
async fn local_minute() -> (Client, i64) {
    let (server, client) = local();
    let now = now(&server).await;
    (client, now - now % MINUTE - 10 * MINUTE)
}

fn fine(millis: i64) -> aws_sdk_cloudwatch::types::MetricDatum {
    with(at(millis), |datum| datum.storage_resolution = Some(1))
}

#[tokio::test(start_paused = true)]
async fn data_falls_into_periods_from_the_start_to_before_the_end() {
    let (client, minute) = local_minute().await;
    let times = [minute - 1, minute, minute + MINUTE - 1, minute + MINUTE, minute + 5 * MINUTE];
    put(&client, times.map(at).to_vec()).await.unwrap();
    let minutes = ask(&client, minute, minute + 5 * MINUTE, 60).await.unwrap();
    assert_eq!(minutes, [(minute, 2.0), (minute + MINUTE, 1.0)]);
    assert_eq!(ask(&client, minute, minute + 5 * MINUTE, 300).await.unwrap(), [(minute, 3.0)]);
    // A start within a minute means the whole minute.
    assert_eq!(ask(&client, minute + 59_999, minute + MINUTE, 60).await.unwrap(), [(minute, 2.0)]);
    let all = ask(&client, minute - 1, minute + 5 * MINUTE + 1, 600).await.unwrap();
    assert_eq!(all, [(minute - MINUTE, 5.0)]);
}

#[tokio::test(start_paused = true)]
async fn seconds_can_be_had_only_of_data_that_was_stored_so() {
    let (client, minute) = local_minute().await;
    let datums = vec![at(minute + 1000), fine(minute + 1500), fine(minute + 1999), fine(minute + 12_000)];
    put(&client, datums).await.unwrap();
    let second = ask(&client, minute, minute + MINUTE, 1).await.unwrap();
    assert_eq!(second, [(minute + 1000, 2.0), (minute + 12_000, 1.0)]);
    let ten = ask(&client, minute + 9_999, minute + MINUTE, 10).await.unwrap();
    assert_eq!(ten, [(minute, 2.0), (minute + 10_000, 1.0)]);
    assert_eq!(ask(&client, minute, minute + MINUTE, 60).await.unwrap(), [(minute, 4.0)]);
}

#[tokio::test(start_paused = true)]
async fn a_period_is_a_few_seconds_or_whole_minutes() {
    let (client, minute) = local_minute().await;
    for period in [1, 5, 10, 20, 30, 60, 120, 86_400] {
        assert_eq!(ask(&client, minute, minute + MINUTE, period).await, Ok(vec![]), "{period}");
    }
    for period in [0, -1, -60, 2, 15, 59, 61, 90] {
        assert_eq!(ask(&client, minute, minute + MINUTE, period).await, Err(INVALID.into()), "{period}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_span_has_up_to_1440_periods_and_begins_before_it_ends() {
    let (client, minute) = local_minute().await;
    let code = async |start, end, period| ask(&client, start, end, period).await.err();
    assert_eq!(code(minute - 1440 * MINUTE, minute, 60).await, None);
    assert_eq!(code(minute - 1440 * MINUTE, minute + 1, 60).await, Some(COMBINATION.into()));
    assert_eq!(code(minute - 1440 * MINUTE - 1, minute, 60).await, Some(COMBINATION.into()));
    assert_eq!(code(minute, minute + 1440 * 1000, 1).await, None);
    assert_eq!(code(minute, minute + 1441 * 1000, 1).await, Some(COMBINATION.into()));
    assert_eq!(code(minute, minute, 60).await, Some(COMBINATION.into()));
    assert_eq!(code(minute + 1, minute, 60).await, Some(COMBINATION.into()));
}

#[tokio::test(start_paused = true)]
async fn old_data_can_be_had_in_longer_periods_only() {
    let (client, minute) = local_minute().await;
    put(&client, vec![fine(minute)]).await.unwrap();
    // How many hours pass, a period, and how many data points there are then.
    for (hours, period, expected) in [
        (0, 1, 1),
        (3, 1, 0),
        (0, 60, 1),
        (12 * 24, 60, 1),
        (3 * 24, 60, 0),
        (0, 300, 1),
        (48 * 24, 300, 0),
        (0, 3600, 1),
    ] {
        pass(f64::from(hours) * 3600.0).await;
        let span = if period == 1 { 1000 } else { HOUR };
        let sums = ask(&client, minute, minute + span, period).await.unwrap();
        assert_eq!(sums.len(), expected, "{hours} {period}");
    }
}

#[tokio::test(start_paused = true)]
async fn no_time_is_so_far_away_that_the_server_panics() {
    let (_, client) = local();
    let far = [i64::MIN / 2000, -1, 0, i64::MAX / 2000];
    for start in far {
        for end in far {
            for period in [1, 60, i32::MAX - 7] {
                let request = client.get_metric_statistics().namespace("n").metric_name("m").period(period);
                let request =
                    request.start_time(DateTime::from_secs(start)).end_time(DateTime::from_secs(end));
                let code = outcome(request.statistics("Sum".into()).send().await);
                assert!(["ok", COMBINATION, INVALID].contains(&&*code), "{code}");
            }
        }
    }
}
