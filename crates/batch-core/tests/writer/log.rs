//! What the log says of a writer: the lines of the guide's table, and no others.

use std::collections::BTreeSet;

use batch_core::{
    Batch, ConfigError, Duplicates, Failure, Invalid, LimitPolicy, Measure, Observer, Rate, Reply,
    RequestStarted, Service, Settings, Verdict, Verdicts, Writer,
};
use tracing::Level;

use crate::fake::{Act, Fake, Item, item};
use crate::support::{capture_logs, logged, pass, writer};

const CHAPTER: &str = include_str!("../../../batchwright/docs/logs.md");

/// An observer that panics.
struct Broken;

impl Observer for Broken {
    fn request_started(&self, _: &RequestStarted<'_>) {
        panic!("the observer is broken");
    }
}

/// A service that does not know its rate any more.
struct Forgetful;

#[async_trait::async_trait]
impl Service for Forgetful {
    type Entry = ();
    type Response = ();

    fn name(&self) -> &'static str {
        "forgetful"
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        LimitPolicy::new(1, 1, 1)
    }

    fn defaults(&self) -> Settings {
        Settings::new().rate(Rate::entries(7))
    }

    fn measure<'a>(&self, (): &'a ()) -> Result<Measure<'a>, Invalid> {
        Ok(Measure::of_bytes(1))
    }

    async fn rate(&self) -> Result<Option<Rate>, Failure> {
        Err(Failure::new("AccessDenied").with_detail("allow the role to read it"))
    }

    async fn send(&self, _: &Batch<()>) -> Reply<()> {
        Ok(Verdicts::Each(vec![Verdict::Accepted(())]))
    }
}

/// A row of the table: level, message, fields.
type Row = (String, String, BTreeSet<String>);

/// The rows of the table that are the core's.
fn documented() -> BTreeSet<Row> {
    let rows = CHAPTER.lines().filter_map(|line| line.strip_prefix("| `batch_core` | "));
    rows.map(|row| {
        let [level, message, fields] =
            row.trim_end_matches('|').split('|').map(str::trim).collect::<Vec<_>>().try_into().unwrap();
        let fields = fields.split(", ").map(|field| field.trim_matches('`').to_owned()).collect();
        (level.to_owned(), message.to_owned(), fields)
    })
    .collect()
}

/// The lines logged on this thread, as rows.
fn seen() -> BTreeSet<Row> {
    let levels = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE];
    let rows = levels.map(|level| logged(level).into_iter().map(move |line| row(level, &line)));
    rows.into_iter().flatten().collect()
}

fn row(level: Level, line: &str) -> Row {
    let (target, rest) = line.split_once(" message=").unwrap();
    assert_eq!(target, "batch_core", "{line}");
    let end = rest.find(" service=").unwrap();
    let names = rest[end..].split('=').filter_map(|part| part.rsplit(' ').next());
    let names: Vec<&str> = names.collect();
    let fields = names[..names.len() - 1].iter().map(|name| (*name).to_owned()).collect();
    (level.to_string(), rest[..end].to_owned(), fields)
}

#[tokio::test(start_paused = true)]
async fn the_log_has_the_lines_of_the_table_and_no_others() {
    capture_logs();
    // An outage and its end, a failure that is retried, refusals, duplicates.
    let acts = [Act::unsent(), Act::said(), Act::accept(), Act::reject()];
    let fake = Fake::acts(acts);
    let writer_of = |duplicates| writer(&fake, Settings::new().duplicates(duplicates).max_entries(2));
    let writer = writer_of(Duplicates::Allow);
    for id in 1..=2 {
        writer.submit(item(id).identity("twin")).await.unwrap();
    }
    drop(writer.flush().await);
    // Failures of dropped receipts make room.
    let fake = Fake::by(|_| Act::reject());
    let writer = crate::support::writer(&fake, Settings::new().max_entries(1));
    drop(writer.submit_tracked(item(1)).await.unwrap());
    pass(1).await;
    writer.submit(item(2)).await.unwrap();
    pass(1).await;
    // A rate that is not known any more, which is said once.
    let forgetful = Writer::builder(Forgetful).build().unwrap();
    for _ in 0..300 {
        forgetful.submit(()).await.unwrap();
    }
    drop(forgetful.flush().await);
    let of_rate = |line: &&String| line.contains("the rate of the service is not known");
    assert_eq!(logged(Level::WARN).iter().filter(of_rate).count(), 1);
    // A failure that is left behind, a handler and an observer that panic.
    drop(writer);
    pass(1).await;
    let builder = Writer::builder(fake).on_unprocessed(|_| panic!("the handler is broken"));
    let writer = builder.observer(Broken).build().unwrap();
    writer.submit(item(1)).await.unwrap();
    drop(writer.flush().await);

    let (documented, seen) = (documented(), seen());
    let missing: Vec<_> = documented.difference(&seen).collect();
    let unknown: Vec<_> = seen.difference(&documented).collect();
    assert!(
        missing.is_empty() && unknown.is_empty(),
        "missing: {missing:#?}\nnot in the chapter: {unknown:#?}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_logged_when_it_begins_every_minute_and_when_it_is_over() {
    capture_logs();
    let fake = Fake::by(|request| match request.began.as_secs() {
        ..150 => Act::unsent(),
        _ => Act::accept(),
    });
    let settings = Settings::new().delivery_deadline(std::time::Duration::from_secs(600));
    let writer = writer(&fake, settings);
    writer.submit(item(1)).await.unwrap();
    assert_eq!(writer.flush().await.len(), 0);
    let warnings = logged(Level::WARN);
    assert_eq!(warnings.len(), 3, "at once, after one and after two minutes: {warnings:#?}");
    for (line, oldest) in warnings.iter().zip([0, 60, 120]) {
        assert!(
            line.contains("no request is getting through") && line.contains("code=\"ConnectionRefused\""),
            "{line}"
        );
        assert!(line.contains("destination=\"the fake's\""), "{line}");
        let age = line.split_once("oldest=").unwrap().1;
        let age: u64 = age[..age.find(|c: char| !c.is_ascii_digit()).unwrap()].parse().unwrap();
        assert!(age <= oldest && oldest <= age + 11, "{line}");
    }
    let over = logged(Level::INFO);
    assert_eq!(over.len(), 1);
    assert!(
        over[0].contains("requests are getting through again") && over[0].contains("lasted=1"),
        "{over:?}"
    );
    let requests = fake.sent().len() - 1;
    assert!(over[0].contains(&format!("requests={requests}")), "{over:?}");
}

#[tokio::test(start_paused = true)]
async fn an_outage_that_is_over_is_not_warned_of_again() {
    capture_logs();
    let fake = Fake::by(|request| match request.began.as_secs() {
        ..20 => Act::unsent(),
        _ => Act::accept(),
    });
    let writer = writer(&fake, Settings::new());
    writer.submit(item(1)).await.unwrap();
    assert_eq!(writer.flush().await.len(), 0);
    assert!(fake.sent().len() > 2, "probes were counted after the warning");
    for id in 2..30 {
        pass(5_000).await;
        writer.submit(item(id)).await.unwrap();
    }
    drop(writer.shutdown().await);
    assert_eq!((logged(Level::WARN).len(), logged(Level::INFO).len()), (1, 1), "{:#?}", logged(Level::WARN));
}

#[tokio::test(start_paused = true)]
async fn a_service_that_answers_and_takes_nothing_is_warned_of() {
    let retry = |_: &Item| Verdict::Retry(Failure::new("InternalError"));
    let too_few = Verdicts::Each(vec![Verdict::Accepted(1)]);
    let acts = [(Act::each(retry), "InternalError"), (Act::Say(Ok(too_few)), "VerdictsMiscounted")];
    for (act, code) in acts {
        capture_logs();
        let fake = Fake::acts([act]);
        let writer = writer(&fake, Settings::new());
        for id in 1..=3 {
            writer.submit(item(id)).await.unwrap();
        }
        assert_eq!(writer.flush().await.len(), 0);
        let warnings = logged(Level::WARN);
        assert_eq!((warnings.len(), logged(Level::DEBUG).len()), (1, 1), "{warnings:#?}");
        assert!(warnings[0].contains("requests failed") && warnings[0].contains(code), "{warnings:#?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_comes_back_is_logged_summed_up_with_its_cause_and_advice() {
    capture_logs();
    let fake = Fake::by(|_| Act::fatal());
    let writer = writer(&fake, Settings::new());
    for id in 1..=200 {
        writer.submit(item(id)).await.unwrap();
    }
    assert_eq!(writer.flush().await.len(), 200);
    pass(70_000).await;
    let warnings = logged(Level::WARN);
    let entries = |line: &String| -> u64 {
        let count = line.split_once(" entries=").unwrap().1.split(' ').next().unwrap();
        count.parse().unwrap()
    };
    assert_eq!(warnings.len(), 2, "at once, and a minute later for the rest: {warnings:#?}");
    assert_eq!(warnings.iter().map(entries).sum::<u64>(), 200);
    assert!(
        warnings.iter().all(|line| line.contains("cause=\"fatal\" code=\"AccessDenied\"")),
        "{warnings:#?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_writer_that_ends_logs_what_it_has_not_yet() {
    capture_logs();
    let fake = Fake::by(|_| Act::fatal());
    let writer = writer(&fake, Settings::new());
    for _ in 0..2 {
        writer.submit(item(1)).await.unwrap();
        drop(writer.flush().await);
    }
    assert_eq!(logged(Level::WARN).len(), 1);
    drop(writer.shutdown().await);
    pass(1).await;
    assert_eq!(logged(Level::WARN).len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_fails_is_logged_at_debug() {
    capture_logs();
    let acts = [Act::retry(), Act::throttle(), Act::ambiguous(), Act::split(), Act::fatal()];
    let fake = Fake::acts(acts.into_iter().chain([Act::reject()]));
    let writer = writer(&fake, Settings::new());
    for id in 1..=2 {
        writer.submit(item(id)).await.unwrap();
    }
    assert_eq!(writer.flush().await.len(), 2);
    let lines = logged(Level::DEBUG);
    assert_eq!(lines.len(), 5, "an entry that is refused has its answer: {lines:?}");
    for (line, code) in lines.iter().zip(["Unavailable", "SlowDown", "Reset", "Malformed", "AccessDenied"]) {
        assert!(
            line.contains(code) && line.contains("a request failed") && line.contains("entries="),
            "{line}"
        );
    }
}
