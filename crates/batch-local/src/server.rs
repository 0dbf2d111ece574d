use std::fmt;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use fastrand::Rng;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Request, Response};

use crate::clock;
use crate::cloudwatch::CloudWatch;
use crate::dynamodb::DynamoDb;
use crate::firehose::Firehose;
use crate::injector::{Drawn, Injector};
use crate::kinesis::Kinesis;
use crate::route::{self, Route};
use crate::sns::Sns;
use crate::sqs::Sqs;
use crate::{
    Broken, CloudWatchView, DynamoDbView, Fault, FaultPlan, FirehoseView, KinesisView, Requests, SnsView,
    SqsView, accepted, answer,
};

/// A local server that behaves like AWS, reads its rules strictly, and fails on demand.
///
/// Clones are handles to the same server. The server has no task of its own: each request is processed
/// within its call to [`handle`](Self::handle).
#[derive(Clone)]
pub struct LocalServer {
    shared: Arc<Shared>,
}

struct Shared {
    seed: u64,
    cloudwatch: Arc<CloudWatch>,
    dynamodb: Arc<DynamoDb>,
    firehose: Arc<Firehose>,
    kinesis: Arc<Kinesis>,
    sns: Arc<Sns>,
    sqs: Arc<Sqs>,
    control: Mutex<Control>,
}

/// What changes with every request, whichever service it is for.
struct Control {
    injector: Injector,
    requests: Requests,
    ids: Rng,
}

/// Configures and builds a [`LocalServer`].
#[derive(Clone, Debug)]
#[must_use]
pub struct LocalServerBuilder {
    capacity: usize,
    discard: bool,
    faults: FaultPlan,
    seed: u64,
}

impl LocalServer {
    /// Creates a server without faults, with the seed 0.
    #[must_use]
    pub fn new() -> Self {
        Self::builder().build()
    }

    /// Returns a builder of a server.
    pub fn builder() -> LocalServerBuilder {
        LocalServerBuilder { capacity: DEFAULT_CAPACITY, discard: false, faults: FaultPlan::none(), seed: 0 }
    }

    /// Processes one request and returns its response, as the service would.
    ///
    /// It waits for the latency of the plan and, in a long poll, for messages. A request that the plan lets
    /// hang never returns.
    ///
    /// # Cancel safety
    ///
    /// If the future is dropped before it completes, the request is abandoned: unless it has been applied by
    /// then, it never is.
    ///
    /// # Errors
    ///
    /// Returns how the connection broke, if the plan says so. An error of the service is a response.
    pub async fn handle(&self, request: Request<Bytes>) -> Result<Response<Bytes>, Broken> {
        if let Some(accepted) = accepted::response(self, &request) {
            return Ok(accepted);
        }
        let route = Route::of(&request);
        let (drawn, id) = self.draw(route.as_ref().ok(), access_key(request.headers()));
        clock::sleep(drawn.latency / 2).await;
        let mut answer = match route {
            Ok(route) => self.strike(route, &request, &drawn).await,
            Err(unroutable) => Ok(unroutable.answer(request.headers())),
        };
        clock::sleep(drawn.latency - drawn.latency / 2).await;
        if let Ok(answer) = &mut answer {
            answer::identify(answer, id);
        }
        answer
    }

    /// Replaces the fault plan, from the next request on. Its script and its seed start from the beginning.
    pub fn set_faults(&self, plan: FaultPlan) {
        self.control().injector = Injector::new(plan, self.shared.seed);
    }

    /// Returns the counts of the requests that the server has received so far.
    pub fn requests(&self) -> Requests {
        self.control().requests.clone()
    }

    /// Returns a view of the data of the metrics, which is read without a request.
    #[must_use]
    pub fn cloudwatch(&self) -> CloudWatchView {
        CloudWatchView::new(Arc::clone(&self.shared.cloudwatch))
    }

    /// Returns a view of the tables and the writes applied to them, which is read without a request.
    #[must_use]
    pub fn dynamodb(&self) -> DynamoDbView {
        DynamoDbView::new(Arc::clone(&self.shared.dynamodb))
    }

    /// Returns a view of the records of the delivery streams, which is read without a request.
    #[must_use]
    pub fn firehose(&self) -> FirehoseView {
        FirehoseView::new(Arc::clone(&self.shared.firehose))
    }

    /// Returns a view of the records of the streams, which is read without a request.
    #[must_use]
    pub fn kinesis(&self) -> KinesisView {
        KinesisView::new(Arc::clone(&self.shared.kinesis))
    }

    /// Returns a view of the messages of the topics, which is read without a request.
    #[must_use]
    pub fn sns(&self) -> SnsView {
        SnsView::new(Arc::clone(&self.shared.sns))
    }

    /// Returns a view of the messages of the queues, which is read without a request.
    #[must_use]
    pub fn sqs(&self) -> SqsView {
        SqsView::new(Arc::clone(&self.shared.sqs))
    }

    fn draw(&self, route: Option<&Route>, access_key: &str) -> (Drawn, u128) {
        let (name, is_write) = route.map_or(("Unknown", false), |route| (route.name(), route.is_write()));
        let mut control = self.control();
        let drawn = control.injector.draw(name, is_write, access_key);
        control.requests.record(name, !drawn.fault.is_none());
        if !drawn.fault.is_none() {
            tracing::debug!(operation = name, fault = ?drawn.fault, "injecting a fault");
        }
        (drawn, control.ids.u128(..))
    }

    /// Serves the request with what the fault does before and after.
    async fn strike(
        &self,
        route: Route,
        request: &Request<Bytes>,
        drawn: &Drawn,
    ) -> Result<Response<Bytes>, Broken> {
        match &drawn.fault {
            Fault::ErrorBefore { status, code } => return Ok(route.error(*status, code)),
            Fault::HangBefore => pending().await,
            Fault::ResetBefore => return Err(Broken::Reset),
            Fault::ThrottleRequest => return Ok(route.throttled()),
            Fault::Unreachable => return Err(Broken::Unreachable),
            _ => {}
        }
        let answer = self.apply(route, request, drawn).await;
        match &drawn.fault {
            Fault::ErrorAfter { status, code } => Ok(route.error(*status, code)),
            Fault::HangAfter => pending().await,
            Fault::Malformed => Ok(route.malformed()),
            Fault::ResetAfter => Err(Broken::Reset),
            Fault::Truncated => Err(Broken::half_of(answer)),
            _ => Ok(answer),
        }
    }

    async fn apply(&self, route: Route, request: &Request<Bytes>, drawn: &Drawn) -> Response<Bytes> {
        match route {
            Route::CloudWatch(operation, dialect) => {
                self.shared.cloudwatch.call(operation, dialect, request, drawn)
            }
            Route::DynamoDb(operation) => self.shared.dynamodb.call(operation, request.body(), drawn),
            Route::Firehose(operation) => self.shared.firehose.call(operation, request.body(), drawn),
            Route::Kinesis(operation) => self.shared.kinesis.call(operation, request.body(), drawn),
            Route::Sns(operation) => self.shared.sns.call(operation, request.body(), drawn),
            Route::Sqs(operation) => {
                let sqs = &self.shared.sqs;
                sqs.call(operation, request.body(), &route::base_url(request), drawn).await
            }
        }
    }

    fn control(&self) -> MutexGuard<'_, Control> {
        self.shared.control.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for LocalServer {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for LocalServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalServer").field("seed", &self.shared.seed).finish_non_exhaustive()
    }
}

impl LocalServerBuilder {
    /// Sets the memory in bytes that the server may hold for each service, including messages, records and
    /// items that were deleted since. Default: 1 GiB.
    ///
    /// Beyond it, writes are rejected with status 503.
    ///
    /// ```
    /// let server = batch_local::LocalServer::builder().capacity(64 << 20).build();
    /// # let _ = server;
    /// ```
    pub fn capacity(mut self, bytes: usize) -> Self {
        self.capacity = bytes;
        self
    }

    /// Sets whether the server discards the entries that it accepts, for load tests. Default: `false`.
    ///
    /// It then validates and confirms writes, but neither stores entries, nor finds duplicates, nor throttles
    /// the shards of a stream.
    ///
    /// ```
    /// let server = batch_local::LocalServer::builder().discard(true).build();
    /// # let _ = server;
    /// ```
    pub fn discard(mut self, discard: bool) -> Self {
        self.discard = discard;
        self
    }

    /// Sets the fault plan. Default: [`FaultPlan::none`].
    ///
    /// ```
    /// use batch_local::{FaultPlan, LocalServer};
    ///
    /// let server = LocalServer::builder().faults(FaultPlan::random(0.1, 1)).build();
    /// # let _ = server;
    /// ```
    pub fn faults(mut self, plan: FaultPlan) -> Self {
        self.faults = plan;
        self
    }

    /// Sets the seed of message IDs, of latencies, and of the faults of plans without a seed of their own.
    /// Default: 0.
    ///
    /// ```
    /// let server = batch_local::LocalServer::builder().seed(42).build();
    /// # let _ = server;
    /// ```
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Builds the server.
    #[must_use]
    pub fn build(self) -> LocalServer {
        let control = Control {
            injector: Injector::new(self.faults, self.seed),
            requests: Requests::default(),
            ids: Rng::with_seed(self.seed),
        };
        let keeps = !self.discard;
        let shared = Shared {
            seed: self.seed,
            cloudwatch: Arc::new(CloudWatch::new(keeps, self.capacity)),
            dynamodb: Arc::new(DynamoDb::new(keeps, self.capacity)),
            firehose: Arc::new(Firehose::new(keeps, self.capacity)),
            kinesis: Arc::new(Kinesis::new(keeps, self.capacity)),
            sns: Arc::new(Sns::new(self.seed, keeps, self.capacity)),
            sqs: Arc::new(Sqs::new(self.seed, keeps, self.capacity)),
            control: Mutex::new(control),
        };
        LocalServer { shared: Arc::new(shared) }
    }
}

/// The id of the access key that the request is signed with; empty if there is none.
fn access_key(headers: &HeaderMap) -> &str {
    let signature = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let (_, credential) = signature.split_once("Credential=").unwrap_or_default();
    credential.split('/').next().unwrap_or_default()
}

const DEFAULT_CAPACITY: usize = 1 << 30;
