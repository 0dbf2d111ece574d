//! What observers see: each request twice, each entry once, and nothing of what they do harms the writer.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use batch_core::{
    Answer, Duplicates, EntriesAnswered, Linger, Observer, RequestFinished, RequestOutcome, RequestStarted,
    Sample, Settings, Stats, Writer, WriterBuilder,
};
use tokio::runtime::Builder;
use tracing::Level;

use crate::fake::{Act, Fake, item};
use crate::support::{capture_logs, logged, ms, pass};

/// What was seen, as text.
#[derive(Default)]
struct Seen {
    lines: Mutex<Vec<String>>,
    samples: Mutex<Vec<Stats>>,
}

impl Seen {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.lines.lock().unwrap())
    }

    fn say(&self, line: String) {
        self.lines.lock().unwrap().push(line);
    }
}

impl Observer for Seen {
    fn request_started(&self, started: &RequestStarted<'_>) {
        assert_eq!((started.writer.service(), started.writer.destination()), ("fake", "the fake's"));
        let RequestStarted { entries, bytes, retried, oldest_age, .. } = *started;
        self.say(format!("starts: {entries} of {bytes} bytes, {retried} retried, {oldest_age:?} old"));
    }

    fn request_finished(&self, finished: &RequestFinished<'_>) {
        let RequestFinished { entries, bytes, duration, outcome, .. } = *finished;
        let outcome = match outcome {
            RequestOutcome::Failed { class, code, .. } => format!("{class:?} {code}"),
            RequestOutcome::Responded { verdicts, code } => {
                format!("{} accepted, {code:?}", verdicts.accepted)
            }
            other => format!("{other:?}"),
        };
        self.say(format!("ends: {entries} of {bytes} bytes after {duration:?}: {outcome}"));
    }

    fn entries_answered(&self, answered: &EntriesAnswered<'_>) {
        let EntriesAnswered { entries, answer, attempts, oldest_age, youngest_age, .. } = *answered;
        let ages = format!("{oldest_age:?} to {youngest_age:?} old");
        let doubt = if answered.maybe_delivered { ", maybe delivered" } else { "" };
        self.say(format!("{entries} {answer:?} by {attempts}, {ages}{doubt}"));
    }

    fn sampled(&self, sample: &Sample<'_>) {
        self.samples.lock().unwrap().push(*sample.stats);
    }
}

fn observed(fake: &Fake, settings: Settings) -> (Arc<Seen>, WriterBuilder<Fake>) {
    let seen = Arc::<Seen>::default();
    let builder = Writer::builder(fake.clone()).settings(settings).seed(7).observer(Arc::clone(&seen));
    (seen, builder)
}

/// Settings under which entries wait for company.
fn lingering() -> Settings {
    Settings::new().linger(Linger::Fixed(ms(50)))
}

#[tokio::test(start_paused = true)]
async fn a_request_is_seen_to_start_and_end_and_its_entries_to_be_delivered_together() {
    for lazily in [false, true] {
        let respond = move |request: &_| if lazily { Act::accept_lazily(request) } else { Act::accept() };
        let (seen, builder) = observed(&Fake::by(move |request| respond(request).after(20)), lingering());
        let writer = builder.build().unwrap();
        writer.submit(item(1)).await.unwrap();
        pass(3).await;
        writer.submit(item(2).lane("a")).await.unwrap();
        assert!(writer.flush().await.is_empty());
        let expected = [
            "starts: 2 of 20 bytes, 0 retried, 3ms old",
            "ends: 2 of 20 bytes after 20ms: 2 accepted, None",
            "2 Delivered by 1, 23ms to 20ms old",
        ];
        assert_eq!(seen.take(), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn failures_are_seen_with_their_codes() {
    let acts = [Act::retry().after(5), Act::throttle(), Act::ambiguous(), Act::reject()];
    let (seen, builder) = observed(&Fake::acts(acts), Settings::new());
    let writer = builder.build().unwrap();
    writer.submit(item(1)).await.unwrap();
    assert_eq!(writer.flush().await.len(), 1);
    let lines = seen.take();
    let of = |begin: &str| lines.iter().filter(|line| line.starts_with(begin)).cloned().collect::<Vec<_>>();
    let (starts, ends) = (of("starts"), of("ends"));
    assert_eq!((starts.len(), ends.len()), (4, 4));
    assert!(starts[0].contains("0 retried, 0ns old") && starts[1].contains("1 retried"), "{starts:?}");
    for (line, outcome) in ends.iter().zip([
        "after 5ms: Retry Unavailable",
        "Throttled SlowDown",
        "Ambiguous Reset",
        "0 accepted, Some(\"Refused\")",
    ]) {
        assert!(line.ends_with(outcome), "{line}");
    }
    let answers = of("1 ");
    assert_eq!(answers.len(), 1);
    let answer = "1 HandedBack { cause: \"rejected\", code: Some(\"Refused\") } by 4, ";
    assert!(answers[0].starts_with(answer) && answers[0].ends_with("maybe delivered"), "{answers:?}");
}

#[tokio::test(start_paused = true)]
async fn what_is_superseded_is_seen() {
    let settings = lingering().duplicates(Duplicates::KeepLast);
    let (seen, builder) = observed(&Fake::accepting(), settings);
    let writer = builder.build().unwrap();
    writer.submit(item(1).identity("a")).await.unwrap();
    pass(10).await;
    writer.submit(item(2).identity("a")).await.unwrap();
    assert_eq!(seen.take(), ["1 Superseded by 0, 10ms to 10ms old"]);
    assert!(writer.flush().await.is_empty());
    assert!(seen.take()[2].starts_with("1 Delivered by 1, 0ns"));
}

#[tokio::test(start_paused = true)]
async fn an_observer_that_panics_harms_nobody_and_the_others_see_all() {
    struct Broken;
    impl Observer for Broken {
        fn request_started(&self, _: &RequestStarted<'_>) {
            panic!("a scripted panic at the start")
        }
        fn request_finished(&self, _: &RequestFinished<'_>) {
            panic!("a scripted panic at the end")
        }
        fn entries_answered(&self, _: &EntriesAnswered<'_>) {
            panic!("a scripted panic at an answer")
        }
        fn sampled(&self, _: &Sample<'_>) {
            panic!("a scripted panic at a sample")
        }
    }
    capture_logs();
    let seen = Arc::<Seen>::default();
    let builder = Writer::builder(Fake::accepting()).observer(Broken).observer(Arc::clone(&seen));
    let writer = builder.build().unwrap();
    let receipt = writer.submit_tracked(item(1)).await.unwrap();
    assert!(receipt.await.is_ok());
    assert!(writer.shutdown().await.is_empty());
    pass(1).await;
    assert_eq!(seen.take().len(), 3);
    let errors = logged(Level::ERROR);
    assert!(
        errors.len() >= 4 && errors.iter().all(|line| line.contains("an observer panicked")),
        "{errors:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn an_observer_may_use_the_writer() {
    #[derive(Default)]
    struct Reads(Mutex<Option<Writer<Fake>>>);
    impl Observer for Reads {
        fn entries_answered(&self, answered: &EntriesAnswered<'_>) {
            let writer = self.0.lock().unwrap().take();
            if let Some(writer) = writer {
                assert_eq!((answered.answer, writer.stats().delivered), (Answer::Delivered, 1));
                writer.try_submit(item(2)).unwrap();
            }
        }
    }
    let (fake, reads) = (Fake::accepting(), Arc::<Reads>::default());
    let writer = Writer::builder(fake.clone()).observer(Arc::clone(&reads)).build().unwrap();
    *reads.0.lock().unwrap() = Some(writer.clone());
    writer.submit(item(1)).await.unwrap();
    assert!(writer.flush().await.is_empty());
    assert!(writer.flush().await.is_empty());
    assert_eq!(fake.sent(), [[1], [2]]);
}

#[test]
fn a_request_that_its_runtime_did_not_survive_has_stopped() {
    let runtime = Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    let seen = runtime.block_on(async {
        let (seen, builder) = observed(&Fake::acts([Act::Hang]), Settings::new());
        let writer = builder.build().unwrap();
        writer.submit(item(1)).await.unwrap();
        pass(100).await;
        writer.submit(item(2)).await.unwrap();
        seen
    });
    drop(runtime);
    let lines = seen.take();
    assert!(lines[0].starts_with("starts: 1 "), "{lines:?}");
    let ends = lines.iter().filter(|line| line.starts_with("ends")).collect::<Vec<_>>();
    assert_eq!(ends, ["ends: 1 of 10 bytes after 100ms: Stopped"]);
    let answers = lines.iter().filter(|line| line.contains("cause: \"runtime stopped\"")).count();
    assert_eq!(answers, 2, "{lines:?}");
    let samples = seen.samples.lock().unwrap();
    assert_eq!(samples.last().map(|stats| (stats.handed_back, stats.uncollected)), Some((2, 2)));
}

#[tokio::test(start_paused = true)]
async fn counters_are_sampled_once_a_second_while_they_change_and_when_nothing_is_pending() {
    let (seen, builder) = observed(&Fake::by(|_| Act::accept().after(100)), Settings::new());
    let writer = builder.build().unwrap();
    for id in 0..50 {
        writer.submit(item(id)).await.unwrap();
        pass(99).await;
    }
    assert!(writer.flush().await.is_empty());
    pass(1).await;
    let samples = std::mem::take(&mut *seen.samples.lock().unwrap());
    let last = samples.last().unwrap();
    assert_eq!((last.accepted, last.delivered, last.inside), (50, 50, 0));
    assert!((5..=60).contains(&samples.len()), "{}", samples.len());
    pass(10_000).await;
    assert_eq!(seen.samples.lock().unwrap().len(), 0, "nothing has changed");
}

#[tokio::test(start_paused = true)]
async fn an_outage_shows_in_the_counters() {
    let fake = Fake::by(|request| match request.began.as_secs() {
        1..30 => Act::unsent(),
        _ => Act::accept().after(40),
    });
    let writer = crate::support::writer(&fake, Settings::new());
    let stats = |writer: &Writer<Fake>| writer.stats();
    assert_eq!(stats(&writer).since_success, None);
    writer.submit(item(1)).await.unwrap();
    assert!(writer.flush().await.is_empty());
    assert_eq!(stats(&writer).since_success, Some(Duration::ZERO));
    pass(1_960).await;
    for id in 2..=10 {
        writer.submit(item(id)).await.unwrap();
        pass(1_000).await;
    }
    let during = stats(&writer);
    assert_eq!((during.oldest_age, during.since_success), (ms(9_000), Some(ms(10_960))));
    let request = during.request_latency;
    assert!(request.count > 2 && request.max == ms(40) && request.p50 < ms(1), "{request:?}");
    assert!(writer.flush().await.is_empty());
    let after = stats(&writer);
    assert_eq!((after.oldest_age, after.since_success), (Duration::ZERO, Some(Duration::ZERO)));
    let entry = after.entry_latency;
    assert_eq!(entry.count, 10);
    assert!(entry.max >= ms(28_000) && entry.p50 >= ms(20_000) && entry.p50 < entry.p99, "{entry:?}");
    pass(121_000).await;
    assert_eq!(stats(&writer).entry_latency.count, 0, "that was long ago");
}

#[tokio::test(start_paused = true)]
async fn what_is_handed_back_is_counted_by_its_cause() {
    let fake = Fake::acts([Act::reject(), Act::fatal(), Act::retry(), Act::Hang]);
    let writer = crate::support::writer(&fake, Settings::new().max_attempts(1));
    for id in 1..=4 {
        writer.submit(item(id)).await.unwrap();
        drop(writer.flush_by(tokio::time::Instant::now() + ms(500)).await);
    }
    let causes = writer.stats().causes;
    assert_eq!((causes.rejected, causes.fatal, causes.retries_exhausted, causes.withdrawn), (1, 1, 1, 1));
    assert_eq!(writer.stats().handed_back, 4);
}
