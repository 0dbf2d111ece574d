//! A namespace that the builder takes is one that the server takes, and the other way round.
#![no_main]

use aws_sdk_cloudwatch::types::MetricDatum;
use batch_cloudwatch::{CloudWatch, CloudWatchWriter};
use batch_local::LocalServer;
use batchwright_fuzz::{clients, run};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let name = String::from_utf8_lossy(input);
    let client = clients::cloudwatch(LocalServer::new().http_client());
    let datum = MetricDatum::builder().metric_name("depth").value(1.0).build();
    let taken = run(client.put_metric_data().namespace(&*name).metric_data(datum).send()).is_ok();
    let built = CloudWatchWriter::builder(CloudWatch::new(client, &*name)).build();
    assert_eq!(built.is_ok(), taken, "{name:?}: {built:?}");
});
