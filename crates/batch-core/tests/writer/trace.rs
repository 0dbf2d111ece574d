//! The spans of requests, by OpenTelemetry's conventions.

use batch_core::{
    Batch, Class, ConfigError, Failure, Invalid, LimitPolicy, Measure, Refusal, Reply, Service, Settings,
    Verdicts, Writer,
};
use tracing::Instrument;

use crate::fake::{Act, Fake, item};
use crate::support::{capture_logs, pass, settle, spans};

/// A service of any name, which fails if its entry says so.
struct Named(&'static str);

#[async_trait::async_trait]
impl Service for Named {
    type Entry = bool;
    type Response = ();

    fn name(&self) -> &'static str {
        self.0
    }

    fn destination(&self) -> String {
        "orders".to_owned()
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        LimitPolicy::new(10, 1_000, 100)
    }

    fn measure<'a>(&self, _: &'a bool) -> Result<Measure<'a>, Invalid> {
        Ok(Measure::of_bytes(7))
    }

    async fn send(&self, batch: &Batch<bool>) -> Reply<()> {
        tracing::info_span!(target: "batch_core", "within").in_scope(|| {});
        match batch.entries()[0] {
            true => Ok(Verdicts::all_accepted(|_| ())),
            false => {
                let failure = Failure::new("AccessDenied").with_request_id("4f1").with_message("secret");
                Err(Refusal::new(Class::Fatal, failure))
            }
        }
    }
}

async fn check(name: &'static str, expected: &[&str]) {
    capture_logs();
    let writer = Writer::builder(Named(name)).trace().build().unwrap();
    for succeeds in [true, false] {
        writer.submit(succeeds).await.unwrap();
        drop(writer.flush().await);
    }
    settle().await;
    let spans = spans();
    let requests: Vec<_> = spans.iter().filter(|span| !span.starts_with("within")).collect();
    assert_eq!(requests.len(), 2, "{spans:#?}");
    for field in
        expected.iter().chain(&["otel.kind=\"client\"", "batchwright.entries=1", "batchwright.bytes=7"])
    {
        assert!(requests.iter().all(|span| span.contains(field)), "{field}: {spans:#?}");
    }
    assert!(requests[0].ends_with("batchwright.accepted=1"), "{spans:#?}");
    let failed = "batchwright.accepted=0 otel.status_code=\"ERROR\" error.type=\"AccessDenied\" aws.request_id=\"4f1\"";
    assert!(requests[1].ends_with(failed), "{spans:#?}");
    let within = spans.iter().filter(|span| span.starts_with("within in="));
    assert_eq!(within.count(), 2, "those of the client are inside: {spans:#?}");
    assert!(!spans.concat().contains("secret"));
}

#[tokio::test(start_paused = true)]
async fn a_span_has_the_names_of_messaging() {
    for (name, system) in [("sqs", "aws_sqs"), ("sns", "aws.sns"), ("carrier", "carrier")] {
        let expected = [
            "otel.name=\"send orders\"",
            &format!("messaging.system=\"{system}\""),
            "messaging.operation.name=\"send\"",
            "messaging.operation.type=\"send\"",
            "messaging.destination.name=\"orders\"",
            "messaging.batch.message_count=1",
        ];
        check(name, &expected).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_span_of_dynamodb_has_the_names_of_databases() {
    let expected = [
        "db.system.name=\"aws.dynamodb\"",
        "db.operation.name=\"BatchWriteItem\"",
        "db.operation.batch.size=1",
        "aws.dynamodb.table_names=[\"orders\"]",
    ];
    check("dynamodb", &expected).await;
}

#[tokio::test(start_paused = true)]
async fn other_spans_have_the_names_of_the_sdk() {
    check(
        "kinesis",
        &[
            "otel.name=\"Kinesis.PutRecords\"",
            "rpc.method=\"Kinesis/PutRecords\"",
            "aws.kinesis.stream_name=\"orders\"",
        ],
    )
    .await;
    check("firehose", &["rpc.system.name=\"aws-api\""]).await;
    check("cloudwatch", &["rpc.system.name=\"aws-api\"", "batchwright.destination=\"orders\""]).await;
}

#[tokio::test(start_paused = true)]
async fn a_request_follows_from_the_spans_that_submitted_and_are_still_open() {
    capture_logs();
    let acts = [Act::accept(), Act::retry(), Act::accept()];
    let writer = Writer::builder(Fake::acts(acts)).settings(Settings::new()).trace().build().unwrap();
    let submit = async |id| writer.submit(item(id)).await.unwrap();
    submit(1).instrument(tracing::info_span!("closed")).await;
    let open = tracing::info_span!("open");
    for id in 2..=4 {
        submit(id).instrument(open.clone()).await;
    }
    let tracked = async {
        let receipt = writer.submit_tracked(item(5)).await.unwrap();
        drop(writer.flush().await);
        receipt.await.unwrap()
    };
    tracked.instrument(tracing::info_span!("tracked")).await;
    let retried = async {
        submit(6).await;
        assert!(writer.flush().await.is_empty());
    };
    retried.instrument(tracing::info_span!("retried")).await;
    submit(7).await;
    assert!(writer.flush().await.is_empty());
    settle().await;
    let links = |span: &String| {
        span.split(" follows=")
            .skip(1)
            .map(|link| link.split(' ').next().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    let links: Vec<_> = spans().iter().map(links).collect();
    assert_eq!(links, [vec!["open", "tracked"], vec!["retried"], vec!["retried"], vec![]], "{:#?}", spans());
    assert_eq!(writer.stats().delivered, 7);
}

#[tokio::test(start_paused = true)]
async fn an_entry_with_a_span_goes_the_way_of_any_other() {
    capture_logs();
    let acts = [Act::reject(), Act::ambiguous(), Act::accept()];
    let writer = Writer::builder(Fake::acts(acts).of(2)).trace().build().unwrap();
    let work = async {
        for id in 1..=2 {
            writer.submit(item(id)).await.unwrap();
        }
        assert_eq!(writer.flush().await.len(), 2, "nobody but the flush owns them");
        for id in 3..=4 {
            drop(writer.submit_tracked(item(id)).await.unwrap());
        }
        assert_eq!(writer.flush().await.len(), 0);
        pass(1).await;
    };
    work.instrument(tracing::info_span!("work")).await;
    let stats = writer.stats();
    assert_eq!((stats.delivered, stats.handed_back, stats.discarded, stats.bytes), (2, 2, 0, 0));
}

#[tokio::test(start_paused = true)]
async fn without_being_asked_a_writer_has_no_spans() {
    capture_logs();
    let writer = Writer::builder(Named("sqs")).build().unwrap();
    writer.submit(true).await.unwrap();
    drop(writer.flush().await);
    settle().await;
    assert!(spans().iter().all(|span| span == "within"), "{:#?}", spans());
}
