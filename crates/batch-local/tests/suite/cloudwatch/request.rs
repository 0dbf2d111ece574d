//! Every rule about a request as a whole: exactly at it, and one beyond.

use aws_sdk_cloudwatch::error::ProvideErrorMetadata;
use aws_sdk_cloudwatch::types::{Entity, EntityMetricData, MetricDatum};

use super::support::{INVALID, MISSING, check, counted, datum, local, outcome, put, refused, with};

#[tokio::test(start_paused = true)]
async fn a_request_has_1_to_1000_datums() {
    check(vec![], MISSING).await;
    check(vec![datum("m")], "ok").await;
    check(vec![datum("m"); 1000], "ok").await;
    check(vec![datum("m"); 1001], INVALID).await;
    let (_, client) = local();
    assert_eq!(outcome(client.put_metric_data().namespace("n").send().await), MISSING);
}

#[tokio::test(start_paused = true)]
async fn one_bad_datum_among_999_good_ones_fails_them_all() {
    let mut datums = vec![datum("m"); 1000];
    datums[999] = with(datum("m"), |datum| datum.value = Some(f64::NAN));
    check(datums, INVALID).await;
}

/// Datums of a request that has so many bytes before it is compressed.
async fn sized(bytes: usize) -> Vec<MetricDatum> {
    let values: Vec<f64> = (0..150).map(f64::from).collect();
    let full = counted(&values, &[1.0; 150]);
    // From 24 characters on, up to 255, the length of a name takes the same two bytes.
    let named = |extra| with(full.clone(), |datum| datum.metric_name = Some("x".repeat(24 + extra)));
    let (server, client) = local();
    put(&client, vec![named(0); COUNT]).await.unwrap();
    let missing = bytes - server.cloudwatch().batches("n")[0].bytes;
    (0..COUNT).map(|index| named(missing / COUNT + usize::from(index < missing % COUNT))).collect()
}

const COUNT: usize = 350;

#[tokio::test(start_paused = true)]
async fn a_request_has_up_to_a_million_bytes_before_compression() {
    let most = 1_000_000;
    let (server, client) = local();
    put(&client, sized(most).await).await.unwrap();
    assert_eq!(server.cloudwatch().batches("n")[0].bytes, most);
    let error = put(&client, sized(most + 1).await).await.unwrap_err();
    assert_eq!(error.raw_response().unwrap().status().as_u16(), 413);
    assert_eq!(error.code(), Some("RequestEntityTooLarge"));
    assert_eq!(server.cloudwatch().batches("n").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn datums_of_an_entity_are_refused_and_not_lost() {
    let (server, client) = local();
    let entity = Entity::builder().key_attributes("Type", "Service").key_attributes("Name", "s").build();
    let data = EntityMetricData::builder().entity(entity).metric_data(datum("m")).build();
    let request = client.put_metric_data().namespace("n").metric_data(datum("m"));
    let request = request.entity_metric_data(data).strict_entity_validation(true);
    assert_eq!(outcome(request.send().await), INVALID);
    assert!(server.cloudwatch().namespaces().is_empty());
}

#[tokio::test(start_paused = true)]
async fn errors_are_of_the_modelled_types() {
    let (_, client) = local();
    let error = async |datums: Vec<MetricDatum>| put(&client, datums).await.unwrap_err();
    let invalid = error(vec![datum("")]).await;
    assert_eq!(invalid.raw_response().unwrap().status().as_u16(), 400);
    assert_eq!(
        invalid.raw_response().unwrap().headers().get("x-amzn-query-error"),
        Some("InvalidParameterValue;Sender")
    );
    assert!(invalid.into_service_error().is_invalid_parameter_value_exception());
    assert!(error(vec![]).await.into_service_error().is_missing_required_parameter_exception());
    let nothing = with(datum("m"), |datum| datum.value = None);
    assert!(error(vec![nothing]).await.into_service_error().is_invalid_parameter_combination_exception());
    refused(datum(""), INVALID).await;
}
