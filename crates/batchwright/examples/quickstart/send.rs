use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use batchwright::sqs::{AttributeValue, Message, Queue, SentMessage, Sqs};
use batchwright::{Receipt, Sent, Settings, SqsWriter, Stats, SubmitError, UnprocessedItem};
use indicatif::ProgressBar;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::args::Args;
use crate::input::Line;
use crate::queues::{Kind, Place};

/// The message attribute that carries a line's number, to recognise it by.
pub(crate) const NUMBER: &str = "line";

/// What became of a line.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Fate {
    Delivered { maybe_doubled: bool },
    HandedBack { cause: String, maybe_delivered: bool },
}

/// A queue that lines are sent to.
pub(crate) struct Sending {
    pub(crate) kind: Kind,
    pub(crate) url: String,
    writer: SqsWriter,
    receipts: mpsc::UnboundedSender<(usize, Answer)>,
    fates: JoinHandle<BTreeMap<usize, Fate>>,
    started: Instant,
}

/// What `submit` said.
type Answer = Result<Receipt<Sqs>, SubmitError<Message>>;

/// What was sent to a queue, and what became of it.
pub(crate) struct SentTo {
    pub(crate) kind: Kind,
    pub(crate) url: String,
    pub(crate) fates: BTreeMap<usize, Fate>,
    pub(crate) stats: Stats,
    pub(crate) time: Duration,
}

impl Sending {
    pub(crate) fn start(
        place: &Place,
        kind: Kind,
        url: String,
        args: &Args,
        progress: &ProgressBar,
    ) -> anyhow::Result<Self> {
        // Few enough that the last one is sent well before its deadline, however slow the queue is.
        let settings = Settings::new().max_entries(1_000).order(args.order.into());
        let writer = SqsWriter::builder(place.client.clone(), Queue::url(&url)).settings(settings).build()?;
        let (receipts, answers) = mpsc::unbounded_channel();
        let fates = tokio::spawn(await_answers(answers, progress.clone()));
        Ok(Self { kind, url, writer, receipts, fates, started: Instant::now() })
    }

    /// Hands one line to the writer, which may wait for room.
    pub(crate) async fn submit(&self, line: &Line) {
        let mut message = Message::new(&line.text).attribute(NUMBER, AttributeValue::number(line.number));
        if self.kind == Kind::Fifo {
            message = message.group(&line.station);
        }
        let answer = self.writer.submit_tracked(message).await;
        // Nobody listens only after the end.
        let _ = self.receipts.send((line.number, answer));
    }

    /// Takes no more lines, and gives the writer so long to deliver what it has; what is left then
    /// is handed back.
    pub(crate) async fn stop_within(&self, time: Duration) {
        self.writer.shutdown_by(Instant::now() + time).await;
    }

    /// Delivers the rest and gathers the answers.
    pub(crate) async fn finish(self) -> anyhow::Result<SentTo> {
        self.writer.shutdown().await;
        let time = self.started.elapsed();
        let stats = self.writer.stats();
        drop(self.receipts);
        Ok(SentTo { kind: self.kind, url: self.url, fates: self.fates.await?, stats, time })
    }
}

async fn await_answers(
    mut answers: mpsc::UnboundedReceiver<(usize, Answer)>,
    progress: ProgressBar,
) -> BTreeMap<usize, Fate> {
    let mut fates = BTreeMap::new();
    while let Some((number, answer)) = answers.recv().await {
        let fate = match answer {
            Ok(receipt) => Fate::of(receipt.await),
            Err(error) => Fate::HandedBack { cause: error.to_string(), maybe_delivered: false },
        };
        fates.insert(number, fate);
        progress.inc(1);
    }
    fates
}

impl Fate {
    fn of(answer: Result<Sent<SentMessage>, UnprocessedItem<Message>>) -> Self {
        match answer {
            Ok(sent) => Self::Delivered { maybe_doubled: sent.maybe_doubled },
            Err(item) => {
                Self::HandedBack { cause: item.cause.to_string(), maybe_delivered: item.maybe_delivered }
            }
        }
    }
}
