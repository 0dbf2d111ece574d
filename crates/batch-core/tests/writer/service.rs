//! What a service is asked, when, and by whom: also behind a pointer, and with responses that are read late.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use batch_core::{
    Batch, ConfigError, Duplicates, Growth, Invalid, LimitPolicy, Linger, Load, Measure, Quota, Reply,
    Service, Settings, SubmitError, Verdicts, Writer,
};

/// Numbers, each of whose methods says something else than the default.
#[derive(Clone, Default)]
struct Odd(Arc<Seen>);

#[derive(Default)]
struct Seen {
    checked: Mutex<Vec<String>>,
    loads: Mutex<Vec<Load>>,
    read: AtomicUsize,
}

#[async_trait]
impl Service for Odd {
    type Entry = u8;
    type Response = String;

    fn name(&self) -> &'static str {
        "odd"
    }

    fn destination(&self) -> String {
        "numbers".to_owned()
    }

    fn limits(&self) -> Result<LimitPolicy, ConfigError> {
        LimitPolicy::new(3, 30, 10)
    }

    fn defaults(&self) -> Settings {
        Settings::new().linger(Linger::Fixed(Duration::from_secs(1))).duplicates(Duplicates::Allow)
    }

    fn check(&self, settings: &Settings) -> Result<(), ConfigError> {
        self.0.checked.lock().unwrap().push(format!("{settings:?}"));
        match settings.is_strict() {
            true => Err(ConfigError::Unsupported("numbers keep no order".to_owned())),
            false => Ok(()),
        }
    }

    fn remembers_for(&self) -> Option<Duration> {
        Some(Duration::from_secs(99))
    }

    fn prepare(&self, entry: &mut u8) -> Result<(), Invalid> {
        *entry = entry.checked_mul(2).ok_or_else(|| Invalid::new("twice the number is above 255"))?;
        Ok(())
    }

    fn measure<'a>(&self, entry: &'a u8) -> Result<Measure<'a>, Invalid> {
        match entry {
            0 => Err(Invalid::new("it is zero")),
            _ => Ok(Measure::of_bytes(10).request_bytes(7)),
        }
    }

    fn absorb(&self, waiting: &mut u8, newer: &mut u8) -> Option<Growth> {
        *waiting = waiting.checked_add(std::mem::take(newer))?;
        Some(Growth::default().request_bytes(3))
    }

    fn quota(&self, entry: &u8) -> Option<Quota> {
        Some(Quota::of(entry % 3).units(7))
    }

    async fn send(&self, batch: &Batch<u8>) -> Reply<String> {
        self.0.loads.lock().unwrap().push(batch.load());
        let (seen, entries) = (Arc::clone(&self.0), batch.entries().to_vec());
        Ok(Verdicts::all_accepted(move |position| {
            seen.read.fetch_add(1, Ordering::Relaxed);
            format!("{position}: {}", entries[position])
        }))
    }
}

#[tokio::test(start_paused = true)]
async fn responses_are_read_where_a_receipt_is_awaited_and_nowhere_else() {
    let odd = Odd::default();
    let writer = Writer::builder(odd.clone()).build().unwrap();
    writer.submit(1).await.unwrap();
    let awaited = writer.submit_tracked(2).await.unwrap();
    let dropped = writer.submit_tracked(3).await.unwrap();
    drop(dropped);
    assert!(writer.flush().await.is_empty());
    assert_eq!(odd.0.read.load(Ordering::Relaxed), 0);
    assert_eq!(awaited.await.unwrap().response.as_deref(), Some("1: 4"));
    assert_eq!(odd.0.read.load(Ordering::Relaxed), 1);
    assert_eq!(*odd.0.loads.lock().unwrap(), [Load { entries: 3, bytes: 21 }]);
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_cannot_be_prepared_comes_back() {
    let writer = Writer::builder(Odd::default()).build().unwrap();
    for (entry, reason) in [(200, "twice the number is above 255"), (0, "it is zero")] {
        let error = writer.submit(entry).await.unwrap_err();
        assert!(matches!(&error, SubmitError::Invalid { reason: found, .. } if found.to_string() == reason));
        assert_eq!(error.into_entry(), entry);
    }
}

#[test]
fn a_service_is_checked_with_the_settings_of_the_user_completed_by_its_own() {
    let odd = Odd::default();
    let mine = Settings::new().duplicates(Duplicates::KeepLast);
    let _writer = Writer::builder(odd.clone()).settings(mine.clone()).build().unwrap();
    let complete = mine.or(odd.defaults()).remembered_for(odd.remembers_for());
    assert_eq!(*odd.0.checked.lock().unwrap(), [format!("{complete:?}")]);
    let strict = Settings::new().order(batch_core::Order::Strict);
    let error = Writer::builder(odd).settings(strict).build().unwrap_err();
    assert_eq!(error.to_string(), "numbers keep no order");
}

#[tokio::test(start_paused = true)]
async fn a_service_behind_a_pointer_is_asked_everything() {
    async fn everything<S: Service<Entry = u8, Response = String>>(service: &S) -> String {
        let mut entry = 4;
        let prepared = service.prepare(&mut entry);
        let (mut waiting, mut newer) = (3, 2);
        let growth = service.absorb(&mut waiting, &mut newer);
        let reply = service.send(&Batch::of([entry])).await.unwrap();
        let Verdicts::AllAccepted(responses) = reply else { panic!("{reply:?}") };
        let strict = Settings::new().order(batch_core::Order::Strict);
        format!(
            "{} {} {:?} {:?} {:?} {:?} {prepared:?} {entry} {growth:?} {waiting} {newer} {:?} {:?} {}",
            service.name(),
            service.destination(),
            service.limits(),
            service.defaults(),
            service.check(&strict),
            service.remembers_for(),
            service.measure(&entry),
            service.quota(&entry),
            responses.read(0),
        )
    }
    let alone = everything(&Odd::default()).await;
    let boxed: Box<dyn Service<Entry = u8, Response = String>> = Box::new(Odd::default());
    let shared: Arc<dyn Service<Entry = u8, Response = String>> = Arc::new(Odd::default());
    assert_eq!(everything(&boxed).await, alone);
    assert_eq!(everything(&shared).await, alone);
}
