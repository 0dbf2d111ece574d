//! Every rule about names and dimensions: exactly at it, and one beyond.

use super::support::{
    COMBINATION, INVALID, MISSING, datum, dimension, dimensioned, local, ok, outcome, refused, with,
};

async fn check_namespace(namespace: Option<&str>, expected: &str) {
    let (server, client) = local();
    let request = client.put_metric_data().set_namespace(namespace.map(str::to_owned));
    assert_eq!(outcome(request.metric_data(datum("m")).send().await), expected, "{namespace:?}");
    assert_eq!(server.cloudwatch().namespaces().len(), usize::from(expected == "ok"), "{namespace:?}");
}

#[tokio::test(start_paused = true)]
async fn a_namespace_has_1_to_255_printable_characters_and_is_not_of_aws() {
    for good in ["n", "My App/v1.0_x#1:2-3", "AWS", "aws/x", "AWSome/x", "~", &"x".repeat(255)] {
        check_namespace(Some(good), "ok").await;
    }
    for bad in ["", " ", ":", ":x", "AWS/", "AWS/SQS", "é", "a\nb", "a\u{7f}", &"x".repeat(256)] {
        check_namespace(Some(bad), INVALID).await;
    }
    check_namespace(None, MISSING).await;
}

#[tokio::test(start_paused = true)]
async fn a_metric_has_a_name_of_1_to_255_characters() {
    for good in ["m", "requests per second (é)", &"x".repeat(255), &"é".repeat(255)] {
        ok(datum(good)).await;
    }
    for bad in [String::new(), "x".repeat(256), "é".repeat(256)] {
        refused(datum(&bad), INVALID).await;
    }
    refused(with(datum("m"), |datum| datum.metric_name = None), MISSING).await;
}

#[tokio::test(start_paused = true)]
async fn a_metric_has_up_to_30_dimensions_of_different_names() {
    let names: Vec<String> = (0..31).map(|index| format!("name{index}")).collect();
    let dimensions: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
    ok(dimensioned(&[])).await;
    ok(dimensioned(&dimensions[..30])).await;
    refused(dimensioned(&dimensions), INVALID).await;
    refused(dimensioned(&[("a", "1"), ("b", "1"), ("a", "2")]), INVALID).await;
    ok(dimensioned(&[("a", "1"), ("A", "1")])).await;
}

#[tokio::test(start_paused = true)]
async fn dimensions_have_printable_names_and_values_that_are_not_blank() {
    for good in ["a", " a ", "a:b", "~!", &"x".repeat(255)] {
        ok(dimensioned(&[(good, "x")])).await;
        ok(dimensioned(&[("x", good)])).await;
    }
    for bad in ["", " ", "   ", "é", "a\tb", "\u{0}", "a\u{7f}", &"x".repeat(1025)] {
        refused(dimensioned(&[(bad, "x")]), INVALID).await;
        refused(dimensioned(&[("x", bad)]), INVALID).await;
    }
    // A name may not begin with a colon, and has up to 255 characters; a value may, and has 1,024.
    for (text, as_name) in [(":a", INVALID), (&"x".repeat(256), INVALID), (&"x".repeat(1024), INVALID)] {
        refused(dimensioned(&[(text, "x")]), as_name).await;
        ok(dimensioned(&[("x", text)])).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_dimension_has_a_name_and_a_value() {
    let (mut nameless, mut valueless) = (dimension("a", "b"), dimension("a", "b"));
    nameless.name = None;
    valueless.value = None;
    for part in [nameless, valueless] {
        refused(with(datum("m"), |datum| datum.dimensions = Some(vec![part])), MISSING).await;
    }
}

#[tokio::test(start_paused = true)]
async fn statistics_are_asked_for_by_valid_names() {
    let (_, client) = local();
    let ask = || {
        let request = client.get_metric_statistics().namespace("n").metric_name("m").period(60);
        let times = (aws_sdk_cloudwatch::primitives::DateTime::from_secs(0), 60);
        let end = aws_sdk_cloudwatch::primitives::DateTime::from_secs(times.1);
        request.start_time(times.0).end_time(end).statistics("Sum".into())
    };
    for (request, expected) in [
        (ask(), "ok"),
        (ask().namespace("AWS/SQS"), "ok"),
        (ask().set_namespace(None), MISSING),
        (ask().set_metric_name(None), MISSING),
        (ask().set_start_time(None), MISSING),
        (ask().set_end_time(None), MISSING),
        (ask().set_period(None), MISSING),
        (ask().namespace(""), INVALID),
        (ask().metric_name("x".repeat(256)), INVALID),
        (ask().dimensions(dimension("", "x")), INVALID),
        (ask().unit("Minutes".into()), INVALID),
        (ask().statistics("Median".into()), INVALID),
        (ask().set_statistics(None), COMBINATION),
        (ask().extended_statistics("p99"), COMBINATION),
        (ask().set_statistics(None).extended_statistics("p99"), INVALID),
        (ask().set_statistics(Some(vec!["Sum".into(); 5])), "ok"),
        (ask().set_statistics(Some(vec!["Sum".into(); 6])), INVALID),
    ] {
        let shown = format!("{request:?}");
        assert_eq!(outcome(request.send().await), expected, "{shown}");
    }
}
