use aws_sdk_cloudwatch::primitives::DateTime;
use batch_core::Invalid;
use proptest::prelude::*;

use crate::captured::any_text;
use crate::{Metric, StandardUnit};

fn now() -> DateTime {
    DateTime::from_secs(1_800_000_000)
}

/// Checks a metric as it is checked when it is submitted.
fn validate(metric: &Metric) -> Result<(), Invalid> {
    super::metric(metric)?;
    metric.get_timestamp().map_or(Ok(()), |instant| super::timestamp(instant, now()))
}

/// Checks what the service would say to the metric: nothing, or a reason that contains these words.
#[track_caller]
fn check(metric: Metric, expected: Result<(), &str>) {
    match (validate(&metric), expected) {
        (Ok(()), Ok(())) => {}
        (Err(reason), Err(words)) => {
            assert!(reason.to_string().contains(words), "{reason}\ndoes not contain\n{words}");
        }
        (found, _) => panic!("{found:?} instead of {expected:?}"),
    }
}

fn plain() -> Metric {
    Metric::new("name", 1)
}

#[test]
fn a_name_has_1_to_255_printable_ascii_characters() {
    let named = |name: &str| Metric::new(name, 1);
    check(named("n"), Ok(()));
    check(named(":name with / spaces"), Ok(()));
    check(named(&"n".repeat(255)), Ok(()));
    check(
        named(&"n".repeat(256)),
        Err("256 characters in the name of the metric are above the limit of 255"),
    );
    check(named(""), Err("the name of the metric is empty"));
    check(named(" "), Err("the name of the metric is empty or consists of spaces"));
    check(named("Größe"), Err("character 3 of the name of the metric is not allowed"));
    check(named("a\nb"), Err("character 2 of the name of the metric is not allowed"));
}

#[test]
fn a_metric_has_up_to_30_dimensions() {
    let with = |count| plain().dimensions((0..count).map(|n| (format!("name-{n}"), "value")));
    check(with(0), Ok(()));
    check(with(30), Ok(()));
    check(with(31), Err("31 dimensions are above the limit of 30"));
}

#[test]
fn the_name_of_a_dimension_has_1_to_255_printable_ascii_characters_and_no_colon_first() {
    let named = |name: &str| plain().dimension(name, "value");
    check(named("n:"), Ok(()));
    check(named(&"n".repeat(255)), Ok(()));
    check(
        named(&"n".repeat(256)),
        Err("256 characters in the name of a dimension are above the limit of 255"),
    );
    check(named(":n"), Err("the name of a dimension begins with a colon"));
    check(named(""), Err("the name of a dimension is empty"));
    check(named("  "), Err("the name of a dimension is empty or consists of spaces"));
    check(named("é"), Err("character 1 of the name of a dimension is not allowed"));
    check(named("\u{7f}"), Err("character 1 of the name of a dimension is not allowed"));
}

#[test]
fn the_value_of_a_dimension_has_1_to_1024_printable_ascii_characters() {
    let valued = |value: &str| plain().dimension("Host", value);
    check(valued(":v"), Ok(()));
    check(valued(&"v".repeat(1_024)), Ok(()));
    check(
        valued(&"v".repeat(1_025)),
        Err("1025 characters in the value of a dimension are above the limit of 1024"),
    );
    check(valued(""), Err("the value of a dimension is empty"));
    check(valued("ü"), Err("character 1 of the value of a dimension is not allowed"));
    check(valued("\t"), Err("character 1 of the value of a dimension is not allowed"));
}

#[test]
fn no_two_dimensions_have_one_name() {
    check(plain().dimension("a", "1").dimension("b", "1").dimension("A", "1"), Ok(()));
    check(
        plain().dimension("a", "1").dimension("b", "2").dimension("a", "3"),
        Err("two dimensions have the same name"),
    );
}

#[test]
fn which_dimension_it_is_can_be_asked_for() {
    let metric = plain().dimension("fine", "1").dimension("hunter2", "");
    let reason = validate(&metric).expect_err("it is invalid");
    assert!(!reason.to_string().contains("hunter2"), "{reason}");
    assert_eq!(reason.place(), Some("dimension \"hunter2\""));
}

#[test]
fn a_unit_is_one_of_the_27_of_the_service() {
    assert_eq!(StandardUnit::values().len(), 27);
    for unit in StandardUnit::values() {
        check(plain().unit(*unit), Ok(()));
    }
    check(plain().unit("Celsius"), Err("CloudWatch does not know the unit"));
    check(plain().unit("count"), Err("does not know the unit"));
    check(plain().unit(""), Err("does not know the unit"));
}

#[test]
fn a_storage_resolution_is_1_or_60_seconds() {
    check(plain().storage_resolution(1), Ok(()));
    check(plain().storage_resolution(60), Ok(()));
    for seconds in [0, -1, 5, 30, 61, 3_600, i32::MIN] {
        check(
            plain().storage_resolution(seconds),
            Err(&format!("a storage resolution of {seconds} s is not supported")),
        );
    }
}

#[test]
fn a_timestamp_is_up_to_two_weeks_old_or_two_hours_ahead() {
    let at = |seconds: i64, nanoseconds: u32| {
        plain().timestamp(DateTime::from_secs_and_nanos(now().secs() + seconds, nanoseconds))
    };
    check(at(0, 0), Ok(()));
    check(at(-1_209_600, 0), Ok(()));
    check(at(7_200, 0), Ok(()));
    check(at(-1_209_601, 999_999_999), Err("s in the past, above the limit of 1209600 s (two weeks)"));
    check(at(-1_814_400, 0), Err("the timestamp lies 1814400 s in the past"));
    check(at(7_200, 1), Err("s in the future, above the limit of 7200 s (two hours)"));
    check(at(10_800, 0), Err("the timestamp lies 10800 s in the future"));
    check(plain().timestamp(DateTime::from_secs(i64::MIN)), Err("in the past"));
    check(plain().timestamp(DateTime::from_secs(i64::MAX)), Err("in the future"));
}

#[test]
fn no_reason_shows_the_value_of_a_dimension() {
    let reason = validate(&plain().dimension("Host", "hunter2é")).expect_err("it is refused").to_string();
    assert!(!reason.contains("hunter2"), "{reason}");
}

proptest! {
    #[test]
    fn no_metric_makes_the_rules_panic(
        name in any_text(), value in any::<f64>(), dimensions in prop::collection::vec((any_text(), any_text()), 0..5),
        seconds in any::<i64>(), unit in any_text(), resolution in any::<i32>(),
    ) {
        let metric = Metric::new(name, value).dimensions(dimensions).unit(&*unit).storage_resolution(resolution);
        let metric = metric.timestamp(DateTime::from_secs(seconds));
        let _ = validate(&metric);
        let _ = format!("{metric:?}");
    }
}
