//! One run from its seed to its verdict.

use std::sync::Arc;
use std::time::Duration;

use batch_core::{Stats, Writer};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::checker::Checker;
use crate::collecting::{What, flush, take};
use crate::dice::Dice;
use crate::door::try_submit;
use crate::hook::{self, Hook};
use crate::plan::{Ending, Plan, Restart};
use crate::scopes::{Part, Scopes};
use crate::sights::Lookout;
use crate::target::Target;
use crate::users::{Submitter, collector, sleep};
use crate::watched::Watched;
use crate::witness::{Handle, Witness};

/// What a run brought.
#[derive(Debug)]
pub struct Outcome {
    /// The first law that was broken, and how.
    pub violation: Option<String>,
    /// The same for equal runs.
    pub digest: u64,
    /// What happened, line by line, if it was to be recorded.
    pub lines: Vec<String>,
    /// What was counted.
    pub figures: Stats,
    /// How many scopes were opened.
    pub scopes: u64,
    /// How much time passed in the run.
    pub lasted: Duration,
}

/// Longer than anything takes: whatever takes so long waits for ever.
const FOREVER: Duration = Duration::from_secs(30 * 24 * 3_600);

/// Plays a run: what is mounted, and the plan for it.
pub fn play<T: Target>(mount: impl AsyncFnOnce() -> (T, Plan), keeps_lines: bool) -> Outcome {
    let hook = Arc::new(Hook::<T>::default());
    let mut runtime = hook::runtime(&hook);
    let mut run = runtime.block_on(async {
        let (target, plan) = mount().await;
        let witness = Arc::new(Witness::new(target, &plan, keeps_lines));
        hook.look_at(&witness, &plan);
        Run::begin(witness, plan)
    });
    let lasted = loop {
        runtime.block_on(run.until_the_end(&hook));
        let lasted = {
            let _entered = runtime.enter();
            run.witness.stop_clock()
        };
        run.lose(runtime);
        let Some(restart) = run.restart.take().filter(|_| run.goes_on()) else {
            break lasted;
        };
        runtime = hook::runtime(&hook);
        runtime.block_on(run.begin_again(restart));
    };
    drop(hook);
    report(run.clear_up(), lasted)
}

fn report<T: Target>(witness: Arc<Witness<T>>, lasted: Duration) -> Outcome {
    let Some(witness) = Arc::into_inner(witness) else {
        return Outcome {
            violation: Some(
                "law 11: something of the writer outlives its handles and its runtime".to_owned(),
            ),
            digest: 0,
            lines: Vec::new(),
            figures: Stats::default(),
            scopes: 0,
            lasted,
        };
    };
    let checker = witness.into_checker();
    let (violation, figures) = (checker.violation().map(str::to_owned), checker.figures());
    let scopes = checker.scopes();
    let (digest, lines) = checker.finish();
    Outcome { violation, digest, lines, figures, scopes, lasted }
}

/// A writer and its users.
struct Run<T: Target> {
    witness: Arc<Witness<T>>,
    plan: Arc<Plan>,
    submitters: Vec<JoinHandle<Vec<JoinHandle<()>>>>,
    collectors: Vec<JoinHandle<()>>,
    writer: Option<Handle<T>>,
    /// Those that are open, whatever the runtime.
    scopes: Arc<Scopes<T>>,
    /// How the life in this runtime ends, and what comes after it.
    ending: Ending,
    restart: Option<Restart>,
}

impl<T: Target> Run<T> {
    fn begin(witness: Arc<Witness<T>>, plan: Plan) -> Self {
        let mut run = Self {
            writer: build(&witness, &plan),
            witness,
            scopes: Arc::new(Scopes::new(&plan)),
            ending: plan.ending,
            restart: plan.restart,
            plan: Arc::new(plan),
            submitters: Vec::new(),
            collectors: Vec::new(),
        };
        if let Some(writer) = run.writer.clone() {
            run.witness.watch(writer.clone());
            run.start_users(&writer, run.plan.entries, "users");
        }
        run
    }

    /// The same writer is used in another runtime.
    async fn begin_again(&mut self, restart: Restart) {
        self.witness.restart_clock(restart.gap).await;
        self.witness.target.restarts(self.witness.elapsed());
        self.witness.tell(Checker::restarts);
        self.ending = restart.ending;
        if let Some(writer) = self.writer.clone() {
            self.start_users(&writer, restart.entries, "users of another runtime");
        }
    }

    fn start_users(&mut self, writer: &Handle<T>, entries: usize, purpose: &str) {
        let mut dice = Dice::of(self.plan.seed, purpose);
        let count = self.plan.submitters;
        for n in 0..count {
            let share = (entries + n) / count;
            let (witness, plan) = (Arc::clone(&self.witness), Arc::clone(&self.plan));
            let submitter = Submitter::new(witness, self.doors(writer), plan, dice.fork());
            self.submitters.push(tokio::spawn(submitter.run(share)));
        }
        for _ in 0..self.plan.collectors {
            let times = dice.magnitude(1, 10 + entries / 2);
            let collecting = collector(Arc::clone(&self.witness), self.doors(writer), dice.fork(), times);
            self.collectors.push(tokio::spawn(collecting));
        }
    }

    fn doors(&self, writer: &Handle<T>) -> (Handle<T>, Arc<Scopes<T>>) {
        (writer.clone(), Arc::clone(&self.scopes))
    }

    /// Until the plan's end, or the first violation.
    async fn until_the_end(&mut self, hook: &Hook<T>) {
        let witness = Arc::clone(&self.witness);
        tokio::select! {
            biased;
            () = hook.failed.notified() => {}
            ended = tokio::time::timeout(FOREVER, self.end()) => {
                if ended.is_err() {
                    witness.tell(|checker| checker.complain("law 5: something waits for ever"));
                }
            }
            () = hook.jump() => {}
        }
    }

    async fn end(&mut self) {
        match self.ending {
            Ending::DropRuntime(after) => return self.submit_at_last(after).await,
            Ending::ShutdownAmid(after) => {
                sleep(after).await;
                self.collect(What::Shutdown, None).await;
            }
            _ => {}
        }
        let mut tasks = Vec::new();
        for submitter in std::mem::take(&mut self.submitters) {
            tasks.extend(self.joined(submitter.await).unwrap_or_default());
        }
        match self.ending {
            Ending::Flush => self.collect(|writer| What::Flush(Part::Own(writer)), None).await,
            Ending::ShutdownAtTheEnd => self.collect(What::Shutdown, None).await,
            Ending::ShutdownBy(patience) => self.collect(What::Shutdown, Some(patience)).await,
            _ => {}
        }
        self.dismiss_collectors().await;
        if matches!(self.ending, Ending::DropHandles | Ending::Flush) {
            self.drop_handles();
        }
        for task in tasks {
            self.joined(task.await);
        }
        while !self.witness.is_empty() {
            sleep(self.plan.rules.delivery_deadline / 16).await;
        }
        sleep(Duration::from_millis(1)).await;
    }

    /// The runtime ends between the submission of some entries and their first requests, or shortly before or after.
    async fn submit_at_last(&self, after: Duration) {
        sleep(after).await;
        let mut dice = Dice::of(self.plan.seed, "the last entries");
        for _ in 0..dice.between(0, 4) {
            if let Some(writer) = &self.writer {
                let part = self.scopes.enter(&self.witness, writer, &mut dice);
                let _ = try_submit(&self.witness, &part, self.witness.next_entry(&mut dice), false);
            }
        }
        for _ in 0..dice.between(0, 4) {
            tokio::task::yield_now().await;
        }
    }

    async fn collect(&self, what: impl FnOnce(Handle<T>) -> What<T>, patience: Option<Duration>) {
        if let Some(writer) = self.writer.clone() {
            flush(&self.witness, what(writer), patience).await;
        }
    }

    async fn dismiss_collectors(&mut self) {
        for collector in std::mem::take(&mut self.collectors) {
            collector.abort();
            let dismissed = collector.await;
            if dismissed.as_ref().is_err_and(|error| !error.is_cancelled()) {
                self.joined(dismissed);
            }
        }
    }

    /// The last of them, which may be a scope, closes the writer, which goes on delivering.
    fn drop_handles(&mut self) {
        if self.ending == Ending::DropHandles {
            self.witness.tell(Checker::is_left);
            drop(self.witness.release());
            self.writer = None;
            self.scopes.drop_all();
        }
    }

    /// The runtime ends, in the midst of everything or after all was done.
    fn lose(&mut self, runtime: Runtime) {
        self.check_that_it_is_gone();
        let goes_on = self.goes_on();
        if goes_on {
            self.witness.tell(Checker::stops);
        }
        drop(runtime);
        (self.submitters, self.collectors) = (Vec::new(), Vec::new());
        if goes_on {
            self.witness.rest();
        }
    }

    /// Whether nothing but the runtime ended.
    fn goes_on(&self) -> bool {
        matches!(self.ending, Ending::DropRuntime(_)) && !self.witness.has_failed()
    }

    /// Law 11: a writer without handles and entries ends, though its runtime goes on.
    fn check_that_it_is_gone(&self) {
        // The hook and this have one each.
        let others = Arc::strong_count(&self.witness) - 2;
        if self.ending == Ending::DropHandles && others > 0 {
            self.witness.tell(|checker| checker.complain("law 11: the writer outlives its last handle"));
        }
    }

    /// What a task gave, unless it panicked.
    fn joined<R>(&self, result: Result<R, tokio::task::JoinError>) -> Option<R> {
        if let Err(error) = &result {
            self.witness.tell(|checker| checker.complain(format!("a task of a user failed: {error}")));
        }
        result.ok()
    }

    /// Everybody has gone: the rest is collected, and what the service holds is looked at.
    fn clear_up(mut self) -> Arc<Witness<T>> {
        self.scopes.drop_all();
        let witness = &self.witness;
        if let Some(writer) = self.writer.take() {
            take(witness, &Part::Own(writer));
            if !witness.has_failed() {
                witness.tell(Checker::all_is_collected);
            }
        }
        drop(witness.release());
        let (held, copies, sights) = (witness.target.held(), witness.target.copies(), witness.seen());
        witness.tell(|checker| {
            if checker.violation().is_none() {
                checker.ends_well(&held, copies);
                checker.check_observed_in_the_end(&sights);
            }
        });
        self.witness
    }
}

fn build<T: Target>(witness: &Arc<Witness<T>>, plan: &Plan) -> Option<Handle<T>> {
    let rules = plan.rules;
    let mut builder =
        Writer::builder(Watched(Arc::clone(witness))).settings(rules.settings()).seed(rules.jitter);
    builder = builder.observer(Lookout(Arc::clone(&witness.sights)));
    if rules.has_handler {
        let (witness, panics) = (Arc::clone(witness), plan.handler_panics);
        builder = builder.on_unprocessed(move |item| {
            let (n, answer) = witness.back(&item);
            witness.tell(|checker| checker.handler_gets(n, &answer));
            assert!(!panics || n % 7 != 3, "a handler that panics");
        });
    }
    match builder.build() {
        Ok(writer) => Some(writer),
        Err(error) => {
            witness.tell(|checker| checker.complain(format!("the settings are refused: {error}")));
            None
        }
    }
}
