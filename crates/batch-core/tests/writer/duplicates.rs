//! The three rules for entries of equal identity.

use batch_core::{Backoff, Duplicates, Linger, Settings, SubmitError};
use tracing::Level;

use crate::fake::{Act, Fake, Item, item};
use crate::support::{at_once, begun, capture_logs, ids, logged, ms, pass, settle, timed, writer};

fn twin(id: u32) -> Item {
    item(id).identity("secret-identity")
}

#[tokio::test(start_paused = true)]
async fn keep_first_refuses_a_duplicate_while_the_first_is_inside() {
    let fake = Fake::acts([Act::retry().after(10), Act::accept().after(10)]);
    let writer = writer(&fake, Settings::new().duplicates(Duplicates::KeepFirst));
    let first = writer.submit_tracked(twin(1)).await.unwrap();
    let refuses = async |id| {
        let refused = at_once(writer.submit(twin(id))).await.unwrap_err();
        assert!(matches!(refused, SubmitError::Duplicate(_)));
        assert_eq!(refused.into_entry().id, id);
    };
    refuses(2).await;
    pass(5).await;
    refuses(3).await;
    pass(6).await;
    assert_eq!(writer.stats().in_flight, 0, "it waits for its retry");
    refuses(4).await;
    assert!(first.await.is_ok());
    at_once(writer.submit(twin(5))).await.unwrap();
    assert_eq!((writer.stats().duplicates, writer.stats().accepted), (3, 2));
}

#[tokio::test(start_paused = true)]
async fn a_waiting_submit_refused_as_a_duplicate_passes_its_place_on() {
    let fake = Fake::acts([Act::Hang, Act::accept().after(50)]);
    let writer = writer(&fake, Settings::new().max_entries(2));
    writer.submit(twin(1)).await.unwrap();
    settle().await;
    writer.submit(item(2)).await.unwrap();
    let duplicate = begun({
        let writer = writer.clone();
        async move { writer.submit(twin(3)).await.unwrap_err().into_entry().id }
    })
    .await;
    let next = begun({
        let writer = writer.clone();
        async move { writer.submit(item(4)).await.unwrap() }
    })
    .await;
    assert_eq!(duplicate.await.unwrap(), (3, ms(50)), "it was looked at when its room came");
    assert_eq!(next.await.unwrap().1, ms(50));
}

#[tokio::test(start_paused = true)]
async fn keep_last_puts_the_newer_entry_into_the_place_of_one_that_waits() {
    let fake = Fake::acts([Act::Hang]);
    let settings = Settings::new().duplicates(Duplicates::KeepLast).linger(Linger::Fixed(ms(40)));
    let writer = writer(&fake, settings.max_batch_entries(3));
    let older = writer.submit_tracked(twin(1)).await.unwrap();
    pass(10).await;
    writer.submit(item(2)).await.unwrap();
    pass(20).await;
    let newer = writer.submit_tracked(twin(3)).await.unwrap();
    let superseded = at_once(older).await.unwrap();
    assert!(superseded.is_superseded());
    assert_eq!(superseded.attempts, 0);
    pass(11).await;
    assert_eq!((fake.sent(), fake.began()), (vec![vec![3, 2]], vec![40]), "with the place and the linger");
    drop(newer);
    let stats = writer.stats();
    assert_eq!((stats.accepted, stats.superseded, stats.inside), (3, 1, 2));
}

#[tokio::test(start_paused = true)]
async fn keep_last_waits_for_the_answer_of_one_in_flight() {
    let fake = Fake::acts([Act::accept().after(50)]);
    let writer = writer(&fake, Settings::new().duplicates(Duplicates::KeepLast));
    let older = writer.submit_tracked(twin(1)).await.unwrap();
    settle().await;
    let newer = writer.submit_tracked(twin(2)).await.unwrap();
    assert_eq!(timed(older).await.0.unwrap().response, Some(1));
    assert_eq!(at_once(newer).await.unwrap().response, Some(2));
    assert_eq!(fake.began(), [0, 50]);
}

#[tokio::test(start_paused = true)]
async fn keep_last_supersedes_one_that_fails_while_a_newer_one_waits() {
    let fake = Fake::acts([Act::retry().after(50)]);
    let writer = writer(&fake, Settings::new().duplicates(Duplicates::KeepLast));
    let older = writer.submit_tracked(twin(1)).await.unwrap();
    settle().await;
    let newer = writer.submit_tracked(twin(2)).await.unwrap();
    let (superseded, took) = timed(older).await;
    assert!(superseded.unwrap().is_superseded());
    assert_eq!(took, ms(50));
    assert_eq!(newer.await.unwrap().attempts, 1);
    assert_eq!(fake.sent(), [[1], [2]], "the table ends as after single writes in that order");
}

#[tokio::test(start_paused = true)]
async fn a_superseded_entry_does_not_count_as_ambiguous_however_it_was_superseded() {
    for newer_comes_at in [0, 60] {
        let fake = Fake::acts([Act::ambiguous().after(50)]);
        let settings =
            Settings::new().duplicates(Duplicates::KeepLast).backoff(Backoff::new(ms(500), ms(500)));
        let writer = writer(&fake, settings);
        let older = writer.submit_tracked(twin(1)).await.unwrap();
        settle().await;
        pass(newer_comes_at).await;
        writer.submit(twin(2)).await.unwrap();
        let superseded = older.await.unwrap();
        assert!(superseded.is_superseded() && superseded.maybe_duplicate);
        assert_eq!(ids(&writer.flush().await), [0; 0]);
        assert_eq!(
            (writer.stats().superseded, writer.stats().ambiguous),
            (1, 0),
            "only the newer one counts"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_superseded_entry_never_appears_in_flush() {
    let fake = Fake::by(|_| Act::reject());
    let settings = Settings::new().duplicates(Duplicates::KeepLast).linger(Linger::Fixed(ms(40)));
    let writer = writer(&fake, settings);
    for id in 1..=5 {
        writer.submit(twin(id)).await.unwrap();
    }
    assert_eq!(ids(&writer.flush().await), [5]);
    let stats = writer.stats();
    assert_eq!((stats.superseded, stats.handed_back, stats.bytes), (4, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_flush_covers_the_newer_entry_in_the_place_of_the_older() {
    let fake = Fake::acts([Act::accept().after(50)]);
    let settings = Settings::new().duplicates(Duplicates::KeepLast).in_flight(1..=1);
    let writer = writer(&fake, settings);
    writer.submit(item(1)).await.unwrap();
    settle().await;
    writer.submit(twin(2)).await.unwrap();
    let flush = begun({
        let writer = writer.clone();
        async move { writer.flush().await.len() }
    })
    .await;
    let newer = writer.submit_tracked(twin(3)).await.unwrap();
    assert_eq!(flush.await.unwrap(), (0, ms(50)));
    assert!(at_once(newer).await.is_ok(), "its answer came with the flush");
}

#[tokio::test(start_paused = true)]
async fn allow_sends_both_in_order_in_different_requests() {
    let fake = Fake::acts([Act::retry().after(10), Act::accept().after(10)]);
    let writer = writer(&fake, Settings::new().duplicates(Duplicates::Allow));
    for id in 1..=3 {
        writer.submit(twin(id)).await.unwrap();
    }
    assert_eq!(writer.flush().await.len(), 0);
    assert_eq!(fake.sent(), [[1], [1], [2], [3]]);
    let requests = fake.requests();
    assert!(requests.windows(2).all(|pair| pair[0].ended.unwrap() <= pair[1].began));
}

#[tokio::test(start_paused = true)]
async fn duplicates_are_logged_as_a_warning_without_their_content() {
    capture_logs();
    let fake = Fake::by(|_| Act::accept().after(10));
    for rule in [Duplicates::Allow, Duplicates::KeepFirst, Duplicates::KeepLast] {
        let writer = writer(&fake, Settings::new().duplicates(rule));
        for id in 1..=3 {
            drop(writer.submit(twin(id)).await);
        }
        drop(writer.flush().await);
        assert_eq!(writer.stats().duplicates, 2, "{rule:?}");
    }
    pass(1).await;
    let warnings = logged(Level::WARN);
    assert_eq!(warnings.len(), 6, "one at once, one at the end of each writer: {warnings:?}");
    assert!(warnings.iter().all(|line| line.starts_with("batch_core ") && !line.contains("secret")));
}
