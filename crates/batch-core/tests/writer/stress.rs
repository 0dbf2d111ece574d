//! Everything at once, on a real runtime with several threads: nothing here depends on the time,
//! only on the sums.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use batch_core::{Receipt, ReserveError, SubmitError, UnprocessedItem, Writer};
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::fake::{Fake, Item, Request, item};
use crate::fickle::{MAX_BYTES, fickle_writer};
use crate::support::ms;

const SUBMITTERS: u32 = 8;
const ENTRIES: u32 = 600;
const LANES: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

/// What the users of the writer were told.
#[derive(Default)]
pub(crate) struct Book {
    pub(crate) accepted: Mutex<Vec<u32>>,
    delivered: Mutex<Vec<u32>>,
    handed_back: Mutex<Vec<u32>>,
    done: AtomicBool,
}

/// What a submitter does with one entry.
enum Way {
    Cancel,
    DropLater,
    DropNow,
    Permit,
    Plain,
    Track,
    Try,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_accepted_entry_gets_exactly_one_answer_and_the_sums_agree() {
    let (writer, fake) = fickle_writer(11);
    let book = Arc::new(Book::default());

    let mut collectors = JoinSet::new();
    for n in 0..3 {
        collectors.spawn(collect(writer.clone(), Arc::clone(&book), n));
    }
    let mut submitters = JoinSet::new();
    for n in 0..SUBMITTERS {
        submitters.spawn(submit(writer.clone(), Arc::clone(&book), n, ENTRIES));
    }
    for receipts in submitters.join_all().await {
        receipts.join_all().await;
    }
    let rest = writer.shutdown().await;
    book.hand_back(rest);
    book.done.store(true, Ordering::Release);
    collectors.join_all().await;
    book.hand_back(writer.take_unprocessed());
    let stats = writer.stats();
    assert!(stats.accepted > 3_000 && stats.handed_back > 0 && stats.delivered > 0);
    check(&writer, &fake, &book);
}

/// Everything is answered once, the sums agree, and every request reached the service.
pub(crate) fn check(writer: &Writer<Fake>, fake: &Fake, book: &Book) {
    check_answers(writer, fake, book);
    assert_eq!(writer.stats().requests as usize, fake.requests().len());
}

/// Everything is answered once, and the sums agree. A request whose runtime is gone before its task
/// begins never reaches the service.
pub(crate) fn check_answers(writer: &Writer<Fake>, fake: &Fake, book: &Book) {
    // A request whose entries were withdrawn runs on.
    while writer.stats().requests_in_flight > 0 {
        std::thread::yield_now();
    }
    let accepted = unique(&book.accepted);
    let delivered = unique(&book.delivered);
    let handed_back = unique(&book.handed_back);
    assert!(handed_back.is_subset(&accepted) && delivered.is_subset(&accepted));
    assert!(delivered.is_disjoint(&handed_back));

    let stats = writer.stats();
    assert_eq!((stats.inside, stats.in_flight, stats.requests_in_flight), (0, 0, 0), "{stats:?}");
    assert_eq!((stats.uncollected, stats.bytes), (0, 0), "{stats:?}");
    assert_eq!(stats.accepted as usize, accepted.len());
    assert_eq!((stats.handed_back - stats.discarded) as usize, handed_back.len(), "{stats:?}");
    assert_eq!(stats.delivered + stats.handed_back, stats.accepted, "{stats:?}");

    let requests = fake.requests();
    let sent: BTreeSet<_> = requests.iter().flat_map(Request::ids).collect();
    let answered: BTreeSet<_> = requests.iter().filter(|r| r.answered).flat_map(Request::ids).collect();
    assert!(sent.is_subset(&accepted), "what was not accepted is not sent");
    let unanswered = accepted.difference(&handed_back).filter(|id| !answered.contains(id));
    assert!(unanswered.count() as u64 <= stats.discarded, "what the service did not answer is not delivered");
    assert!(stats.requests as usize >= requests.len(), "{stats:?}");
}

/// The ids, of which none may appear twice.
pub(crate) fn unique(ids: &Mutex<Vec<u32>>) -> BTreeSet<u32> {
    let ids = ids.lock().unwrap();
    let set: BTreeSet<_> = ids.iter().copied().collect();
    assert_eq!(set.len(), ids.len(), "an entry was booked twice");
    set
}

impl Book {
    /// The ids of all that was delivered or handed back, none of them twice.
    pub(crate) fn answered(&self) -> BTreeSet<u32> {
        let (delivered, handed_back) = (unique(&self.delivered), unique(&self.handed_back));
        assert!(delivered.is_disjoint(&handed_back));
        &delivered | &handed_back
    }

    pub(crate) fn hand_back(&self, items: Vec<UnprocessedItem<Item>>) {
        self.handed_back.lock().unwrap().extend(items.iter().map(|item| item.entry.id));
    }

    pub(crate) async fn answer(&self, receipt: Receipt<Fake>, id: u32) {
        match receipt.await {
            Ok(sent) => {
                assert_eq!(sent.response, Some(id));
                self.delivered.lock().unwrap().push(id);
            }
            Err(item) => {
                assert_eq!(item.entry.id, id);
                self.hand_back(vec![item]);
            }
        }
    }
}

/// Flushes all the time, in one way or another.
async fn collect(writer: Writer<Fake>, book: Arc<Book>, n: u32) {
    while !book.done.load(Ordering::Acquire) {
        let items = match n {
            0 => writer.flush_by(Instant::now() + ms(3)).await,
            1 => writer.take_unprocessed(),
            _ => writer.flush().await,
        };
        book.hand_back(items);
        tokio::time::sleep(ms(1 + u64::from(n) * 4)).await;
    }
}

/// Submits its entries in every way there is, until the writer is shut down; gives the tasks that hold receipts.
pub(crate) async fn submit(writer: Writer<Fake>, book: Arc<Book>, n: u32, entries: u32) -> JoinSet<()> {
    let mut random = fastrand::Rng::with_seed(n.into());
    let mut receipts = JoinSet::new();
    for id in n * entries..(n + 1) * entries {
        let mut entry = item(id).bytes(random.usize(1..1_000));
        if id % 3 == 0 {
            entry.lane = Some(LANES[random.usize(..LANES.len())]);
        }
        let patience = random.u32(..20);
        let way = match random.u32(..10) {
            0 => Way::Cancel,
            1 => Way::DropLater,
            2 => Way::DropNow,
            3 => Way::Permit,
            4 => Way::Try,
            5..7 => Way::Track,
            _ => Way::Plain,
        };
        while let Err(refused) = submit_one(&writer, &book, entry, &way, patience, &mut receipts).await {
            let again = match refused {
                SubmitError::Uncollected(again) => again,
                SubmitError::Closed(_) => return receipts,
                refused => panic!("{refused:?}"),
            };
            book.hand_back(writer.take_unprocessed());
            entry = again;
            tokio::task::yield_now().await;
        }
        let stats = writer.stats();
        assert_eq!(
            stats.accepted,
            stats.delivered + stats.superseded + stats.merged + stats.handed_back + stats.inside
        );
        assert!(stats.bytes <= MAX_BYTES && stats.inside + stats.uncollected <= 300, "{stats:?}");
    }
    receipts
}

async fn submit_one(
    writer: &Writer<Fake>,
    book: &Arc<Book>,
    entry: Item,
    way: &Way,
    patience: u32,
    receipts: &mut JoinSet<()>,
) -> Result<(), SubmitError<Item>> {
    let id = entry.id;
    match way {
        Way::Cancel => tokio::select! {
            biased;
            done = writer.submit(entry) => done?,
            () = yields(patience) => return Ok(()),
        },
        Way::DropLater => {
            let receipt = writer.submit_tracked(entry).await?;
            receipts.spawn(async move {
                yields(patience * 10).await;
                drop(receipt);
            });
        }
        Way::DropNow => drop(writer.submit_tracked(entry).await?),
        Way::Permit => match writer.reserve().await {
            Ok(permit) => permit.submit(entry)?,
            Err(ReserveError::Closed) => return Err(SubmitError::Closed(entry)),
            Err(_) => return Err(SubmitError::Uncollected(entry)),
        },
        Way::Plain => writer.submit(entry).await?,
        Way::Track => {
            let receipt = writer.submit_tracked(entry).await?;
            let book = Arc::clone(book);
            receipts.spawn(async move { book.answer(receipt, id).await });
        }
        Way::Try => match writer.try_submit(entry) {
            Err(SubmitError::Full(_)) => return Ok(()),
            tried => tried?,
        },
    }
    book.accepted.lock().unwrap().push(id);
    Ok(())
}

async fn yields(count: u32) {
    for _ in 0..count {
        tokio::task::yield_now().await;
    }
}
