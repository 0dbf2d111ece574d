//! Things of the user's that misbehave, once each.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::Duration;

use batch_core::{Receipt, Writer};

use crate::polls;
use crate::service::{Hostile, entry};

/// What misbehaves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Prey {
    EntryClone,
    EntryDrop,
    ErrorDrop,
    Handler,
    Observer,
    Quota,
    Rate,
    ResponseDrop,
    SendDrop,
    SendPoll,
    WakerDrop,
    WakerWake,
}

/// How it misbehaves.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Deed {
    /// It blocks until somebody else has used the writer meanwhile.
    Block,
    Panic,
    /// It submits, collects, reads the counters, and drops a receipt and a handle.
    UseWriter,
}

/// What a deliberate panic says.
pub(crate) const PANIC: &str = "a deliberate panic of the test";

/// How often a scenario misbehaves at most.
const MOST: usize = 6;

/// Misbehaves, the first few times that it is sprung by the prey.
pub(crate) struct Trap {
    prey: Prey,
    deed: Deed,
    armed: AtomicBool,
    sprung: AtomicUsize,
    /// Entries that the service throttled.
    pub(crate) throttled: AtomicUsize,
    pub(crate) writer: Mutex<Option<Writer<Hostile>>>,
    pub(crate) receipts: Mutex<Vec<Receipt<Hostile>>>,
    blocked: SyncSender<SyncSender<()>>,
    /// What went wrong in it.
    pub(crate) complaints: Mutex<Vec<String>>,
}

impl Trap {
    /// A trap, and what [`release`] needs.
    pub(crate) fn new(prey: Prey, deed: Deed) -> (Arc<Self>, Receiver<SyncSender<()>>) {
        static QUIET: Once = Once::new();
        QUIET.call_once(silence);
        let (blocked, blocks) = sync_channel(64);
        let trap = Self {
            prey,
            deed,
            armed: AtomicBool::new(true),
            sprung: AtomicUsize::new(0),
            throttled: AtomicUsize::new(0),
            writer: Mutex::default(),
            receipts: Mutex::default(),
            blocked,
            complaints: Mutex::default(),
        };
        (Arc::new(trap), blocks)
    }

    pub(crate) fn disarm(&self) {
        self.armed.store(false, Ordering::SeqCst);
    }

    pub(crate) fn sprung(&self) -> usize {
        self.sprung.load(Ordering::SeqCst)
    }

    /// Something was done to this prey.
    pub(crate) fn spring(&self, prey: Prey) {
        if prey != self.prey || !self.armed.load(Ordering::SeqCst) || self.would_end_the_runtime() {
            return;
        }
        if self.sprung.fetch_add(1, Ordering::SeqCst) >= MOST {
            return;
        }
        match self.deed {
            Deed::Block => self.block(),
            Deed::Panic => panic!("{PANIC}"),
            Deed::UseWriter => self.use_writer(),
        }
    }

    /// A timer and a task that yielded are woken by the runtime, and tokio aborts the process if a worker panics then.
    fn would_end_the_runtime(&self) -> bool {
        let is_of_a_waker = matches!(self.prey, Prey::WakerDrop | Prey::WakerWake);
        self.deed == Deed::Panic && is_of_a_waker && !polls::is_under_way()
    }

    /// Blocks until another thread has used the writer, which must be possible.
    fn block(&self) {
        let (release, released) = sync_channel(1);
        let _ = self.blocked.send(release);
        if released.recv_timeout(Duration::from_secs(20)).is_err() {
            lock(&self.complaints).push("nobody else can use the writer meanwhile".to_owned());
        }
    }

    fn use_writer(&self) {
        let Some(writer) = lock(&self.writer).clone() else {
            return;
        };
        let _ = writer.stats();
        let _ = writer.try_submit(entry(10_000, None));
        let receipt = lock(&self.receipts).pop();
        drop(receipt);
        drop(writer.take_unprocessed());
    }
}

/// Uses the writer whenever the trap blocks, and then lets it go on: each time on a thread of its own, since that
/// may meet the trap too.
pub(crate) fn release(trap: &Arc<Trap>, blocks: &Receiver<SyncSender<()>>, done: &AtomicBool) {
    while !done.load(Ordering::SeqCst) {
        let Ok(release) = blocks.recv_timeout(Duration::from_millis(5)) else {
            continue;
        };
        let trap = Arc::clone(trap);
        std::thread::spawn(move || {
            let writer = lock(&trap.writer).clone();
            let _ = writer.as_ref().map(Writer::stats);
            let _ = release.send(());
        });
    }
}

/// The lock of a trap, whatever panicked before.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Drops what is the test's own, whatever its drop does.
pub(crate) fn discard<T>(mine: T) {
    let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| drop(mine)));
}

/// Deliberate panics are not printed.
fn silence() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if info.payload_as_str() != Some(PANIC) {
            print(info);
        }
    }));
}
