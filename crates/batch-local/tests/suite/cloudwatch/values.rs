//! Every rule about the values of a datum: exactly at it, and one beyond.

use aws_sdk_cloudwatch::error::ProvideErrorMetadata;
use aws_sdk_cloudwatch::types::{MetricDatum, StandardUnit};

use super::support::{
    COMBINATION, INVALID, MISSING, counted, datum, local, ok, put, refused, set, summed, valued, with,
};

fn largest() -> f64 {
    2f64.powi(360)
}

fn smallest() -> f64 {
    2f64.powi(-360)
}

/// Values that are none, too large, or too close to 0.
fn bad_values() -> [f64; 7] {
    let (large, small) = (largest().next_up(), smallest().next_down());
    [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, large, -large, small, -small]
}

#[tokio::test(start_paused = true)]
async fn a_value_is_a_number_from_minus_two_to_two_to_the_360th() {
    for good in [0.0, -0.0, smallest(), -smallest(), largest(), -largest()] {
        ok(valued(good)).await;
        ok(counted(&[1.0, good], &[])).await;
    }
    for bad in bad_values() {
        refused(valued(bad), INVALID).await;
        refused(counted(&[1.0, bad], &[]), INVALID).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_datum_has_one_value_or_values_or_a_statistic_set() {
    let nothing = || with(datum("m"), |datum| datum.value = None);
    refused(nothing(), COMBINATION).await;
    refused(counted(&[], &[]), COMBINATION).await;
    ok(valued(1.0)).await;
    ok(counted(&[1.0], &[])).await;
    ok(summed(set(1.0, 1.0, 1.0, 1.0))).await;
    // This is how Amazon's own agent sends distributions.
    ok(with(counted(&[1.0], &[]), |datum| datum.statistic_values = Some(set(1.0, 1.0, 1.0, 1.0)))).await;
    refused(with(counted(&[1.0], &[]), |datum| datum.value = Some(1.0)), COMBINATION).await;
    refused(with(summed(set(1.0, 1.0, 1.0, 1.0)), |datum| datum.value = Some(1.0)), COMBINATION).await;
    refused(with(valued(1.0), |datum| datum.counts = Some(vec![1.0])), COMBINATION).await;
    refused(with(nothing(), |datum| datum.counts = Some(vec![1.0])), COMBINATION).await;
}

#[tokio::test(start_paused = true)]
async fn a_datum_has_up_to_150_values_with_as_many_counts() {
    let values: Vec<f64> = (0..151).map(f64::from).collect();
    let counts = vec![2.0; 151];
    ok(counted(&values[..150], &[])).await;
    ok(counted(&values[..150], &counts[..150])).await;
    refused(counted(&values, &[]), INVALID).await;
    refused(counted(&values, &counts), INVALID).await;
    refused(counted(&values[..150], &counts[..149]), INVALID).await;
    refused(counted(&values[..149], &counts[..150]), INVALID).await;
    refused(counted(&values[..150], &counts), INVALID).await;
}

#[tokio::test(start_paused = true)]
async fn a_count_is_a_positive_number() {
    for good in [1e-3, 1.0, 1.5, largest()] {
        ok(counted(&[1.0], &[good])).await;
        ok(summed(set(good, 0.0, 0.0, 0.0))).await;
    }
    for bad in bad_values().into_iter().chain([0.0, -1.0]) {
        refused(counted(&[1.0], &[bad]), INVALID).await;
        refused(summed(set(bad, 0.0, 0.0, 0.0)), INVALID).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_statistic_set_is_complete_and_of_numbers() {
    let whole = || set(2.0, 3.0, 1.0, 2.0);
    let mut parts = [whole(), whole(), whole(), whole()];
    parts[0].sample_count = None;
    parts[1].sum = None;
    parts[2].minimum = None;
    parts[3].maximum = None;
    for part in parts {
        refused(summed(part), MISSING).await;
    }
    for bad in bad_values() {
        refused(summed(set(1.0, bad, 0.0, 0.0)), INVALID).await;
        refused(summed(set(1.0, 0.0, bad, 0.0)), INVALID).await;
        refused(summed(set(1.0, 0.0, 0.0, bad)), INVALID).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_statistic_set_is_one_of_values_that_can_exist() {
    for (samples, sum, minimum, maximum) in [
        (3.0, 3.0, 1.0, 1.0),
        (3.0, 3.0, 1.0, 1.5),
        (3.0, 4.5, 1.0, 1.5),
        (2.0, 0.0, -1.0, 1.0),
        // Rounded while it was added.
        (10.0, 0.999_999_999_999_999_9, 0.1, 0.1),
    ] {
        ok(summed(set(samples, sum, minimum, maximum))).await;
    }
    for (samples, sum, minimum, maximum) in
        [(2.0, 3.0, 2.0, 1.0), (3.0, 2.9, 1.0, 1.5), (3.0, 4.6, 1.0, 1.5), (2.0, 2.1, -1.0, 1.0)]
    {
        refused(summed(set(samples, sum, minimum, maximum)), INVALID).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_unit_is_one_of_27() {
    assert_eq!(StandardUnit::values().len(), 27);
    for unit in StandardUnit::values() {
        ok(with(datum("m"), |datum| datum.unit = Some(StandardUnit::from(*unit)))).await;
    }
    for unit in ["", "seconds", "Minutes", "Bytes/Minute"] {
        refused(with(datum("m"), |datum| datum.unit = Some(StandardUnit::from(unit))), INVALID).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_resolution_is_1_or_60_seconds() {
    let stored = |seconds| with(datum("m"), |datum| datum.storage_resolution = Some(seconds));
    for good in [1, 60] {
        ok(stored(good)).await;
    }
    for bad in [0, -1, 7, 59, 61] {
        refused(stored(bad), INVALID).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_names_the_datum_and_what_is_wrong_with_it() {
    let message = async |datum: MetricDatum| {
        let (_, client) = local();
        let error = put(&client, vec![valued(1.0), datum]).await.unwrap_err();
        error.message().unwrap().to_owned()
    };
    for (datum, expected) in [
        (valued(f64::NAN), "The value NaN for parameter MetricData.member.2.Value is invalid."),
        (
            counted(&[1.0, f64::INFINITY], &[]),
            "The value inf for parameter MetricData.member.2.Values.member.2 is invalid.",
        ),
        (
            with(counted(&[1.0], &[]), |datum| datum.value = Some(1.0)),
            "The parameters MetricData.member.2.Value and MetricData.member.2.Values are mutually exclusive and you have specified both.",
        ),
        (
            with(datum("m"), |datum| datum.metric_name = None),
            "The parameter MetricData.member.2.MetricName is required.",
        ),
        (
            counted(&[1.0; 151], &[]),
            "The collection MetricData.member.2.Values must not have a size greater than 150.",
        ),
        (
            with(datum("m"), |datum| datum.unit = Some("Minutes".into())),
            r#"The value "Minutes" for parameter MetricData.member.2.Unit is invalid."#,
        ),
    ] {
        assert_eq!(message(datum).await, expected);
    }
}
