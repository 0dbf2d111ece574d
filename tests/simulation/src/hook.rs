//! A runtime of one thread and paused time, and what happens at its rests: whenever no task can go on.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;

use crate::dice::Dice;
use crate::plan::Plan;
use crate::target::Target;
use crate::witness::Witness;

/// What happens whenever no task can go on.
pub(crate) struct Hook<T: Target> {
    /// Nothing while the target is mounted.
    scene: OnceLock<Scene<T>>,
    jump: Notify,
    millis: AtomicU64,
    pub(crate) failed: Notify,
}

/// What the hook looks at.
struct Scene<T: Target> {
    witness: Arc<Witness<T>>,
    dice: Mutex<Dice>,
    jumps: f64,
    /// The moment of the last rest, in milliseconds.
    latest: AtomicU64,
    has_failed: AtomicBool,
}

impl<T: Target> Default for Hook<T> {
    fn default() -> Self {
        Self { scene: OnceLock::new(), jump: Notify::new(), millis: AtomicU64::new(0), failed: Notify::new() }
    }
}

impl<T: Target> Scene<T> {
    fn new(witness: Arc<Witness<T>>, plan: &Plan) -> Self {
        Self {
            witness,
            dice: Mutex::new(Dice::of(plan.seed, "clock")),
            jumps: plan.jumps,
            latest: AtomicU64::new(0),
            has_failed: AtomicBool::new(false),
        }
    }

    /// How far the clock jumps at this rest, in milliseconds, if it does. How often the runtime parks at one moment is
    /// no part of the plan.
    fn jump(&self) -> Option<u64> {
        let now = self.witness.elapsed().as_millis() as u64;
        let is_new = self.latest.swap(now, Ordering::Relaxed) < now;
        let mut dice = self.dice.lock().unwrap_or_else(PoisonError::into_inner);
        let jumps = is_new && self.jumps > 0.0 && dice.chance(self.jumps);
        jumps.then(|| dice.magnitude(1, 300_000) as u64)
    }
}

impl<T: Target> Hook<T> {
    /// From now on it looks at this.
    pub(crate) fn look_at(&self, witness: &Arc<Witness<T>>, plan: &Plan) {
        let _ = self.scene.set(Scene::new(Arc::clone(witness), plan));
    }

    fn rest(&self) {
        let Some(scene) = self.scene.get() else {
            return;
        };
        scene.witness.rest();
        if scene.witness.has_failed() {
            if !scene.has_failed.swap(true, Ordering::Relaxed) {
                self.failed.notify_one();
            }
        } else if let Some(millis) = scene.jump() {
            self.millis.store(millis, Ordering::Relaxed);
            self.jump.notify_one();
        }
    }

    /// Lets the clock jump from a rest to some later moment, past whatever was due in between.
    pub(crate) async fn jump(&self) {
        loop {
            self.jump.notified().await;
            tokio::time::advance(Duration::from_millis(self.millis.load(Ordering::Relaxed))).await;
        }
    }
}

/// One thread, paused time, and a hook at every rest.
pub(crate) fn runtime<T: Target>(hook: &Arc<Hook<T>>) -> Runtime {
    let hook = Arc::clone(hook);
    let mut builder = Builder::new_current_thread();
    builder.enable_time().start_paused(true).on_thread_park(move || hook.rest());
    // Whoever ends the runtime comes to it between any two tasks.
    builder.event_interval(1);
    builder.build().expect("a runtime of one thread without I/O needs nothing that could fail")
}
