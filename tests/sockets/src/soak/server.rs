//! The server of a soak, in a process of its own: it forgets what it takes, and does as it is told.

use std::time::Duration;

use anyhow::{Context, Result};
use batch_local::{Allowance, Chosen, Fault, FaultPlan, Listening, LocalServer};
use clap::Args;
use tokio::io::{AsyncBufReadExt, BufReader, stdin};

use crate::destination::{Destination, Errand, Name, Throttles, request_entries};

/// Serves a soak until its standard input ends.
#[derive(Clone, Debug, Args)]
pub struct Serve {
    /// What is written to.
    #[arg(long, value_enum)]
    pub service: Name,

    /// The part of the requests that fail, one way or another, from 0 to 1.
    #[arg(long)]
    pub faults: f64,

    /// How many entries a second are taken at most; 0 for as many as come.
    #[arg(long)]
    pub throttle: u32,

    /// Draws the faults.
    #[arg(long)]
    pub seed: u64,
}

/// Serves until standard input ends. The first line that it writes is its address, as a URL; then it answers each
/// line that it reads with one: `refuse` and `hang` begin an outage, `recover` ends it, `taken` asks how many entries
/// it took.
///
/// # Errors
///
/// When it cannot listen, and when it is told what it does not know.
pub async fn serve(arguments: Serve) -> Result<()> {
    arguments.service.run(Serving(&arguments)).await
}

struct Serving<'a>(&'a Serve);

impl Errand for Serving<'_> {
    type Output = Result<()>;

    async fn run<D: Destination>(self) -> Result<()> {
        // Ctrl-C reaches every process of a terminal, but this one ends when its client is done.
        tokio::spawn(async { while tokio::signal::ctrl_c().await.is_ok() {} });
        let plan = plan::<D>(self.0);
        let server = LocalServer::builder().discard(true).seed(self.0.seed).faults(plan.clone()).build();
        let mut outlet = Outlet::open(server).await?;
        println!("{}", outlet.url());
        let mut lines = BufReader::new(stdin()).lines();
        while let Some(line) = lines.next_line().await? {
            match line.as_str() {
                "hang" => outlet.server.set_faults(FaultPlan::always(Fault::HangBefore)),
                "recover" => outlet.recover(plan.clone()).await?,
                "refuse" => outlet.refuse().await,
                "taken" => {}
                other => anyhow::bail!("{other}: nothing that this server can do"),
            }
            println!("{}", D::taken(&outlet.server));
        }
        Ok(())
    }
}

/// A server at an address that stays its own while nobody listens there.
struct Outlet {
    server: LocalServer,
    address: std::net::SocketAddr,
    listening: Option<Listening>,
}

impl Outlet {
    async fn open(server: LocalServer) -> Result<Self> {
        let listening = server.listen("127.0.0.1:0").await.context("cannot listen")?;
        Ok(Self { server, address: listening.addr(), listening: Some(listening) })
    }

    fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    async fn refuse(&mut self) {
        if let Some(listening) = self.listening.take() {
            listening.stop().await;
        }
    }

    async fn recover(&mut self, plan: FaultPlan) -> Result<()> {
        self.server.set_faults(plan);
        if self.listening.is_none() {
            self.listening = Some(self.server.listen(self.address).await.context("cannot listen again")?);
        }
        Ok(())
    }
}

/// What goes wrong while the service is well: a little of everything, and too much is too much.
fn plan<D: Destination>(arguments: &Serve) -> FaultPlan {
    let plan = FaultPlan::random(arguments.faults, arguments.seed).latency(LATENCY);
    if arguments.throttle == 0 {
        return plan;
    }
    plan.kinds(&not_throttling()).otherwise(match D::THROTTLES {
        Throttles::Entries => {
            let allowance = Allowance::per_second(arguments.throttle);
            Fault::throttle_entries(Chosen::Above(allowance))
        }
        Throttles::Requests => {
            let requests = arguments.throttle / request_entries::<D>() as u32;
            Fault::ThrottleAbove(Allowance::per_second(requests.max(1)))
        }
    })
}

/// What goes wrong where the service allows only so much: what is throttled is counted, and that is the limit's work alone.
/// Of the usual mix, one in fifty, it would be 1.8 of a hundred requests. Some services report each failure of a single
/// entry as if it were throttled.
fn not_throttling() -> [(Fault, u32); 6] {
    [
        (Fault::error_before(500, "InternalError"), 4),
        (Fault::error_before(503, "ServiceUnavailable"), 2),
        (Fault::error_after(500, "InternalError"), 2),
        (Fault::ResetBefore, 1),
        (Fault::ResetAfter, 1),
        (Fault::Truncated, 1),
    ]
}

const LATENCY: std::ops::Range<Duration> = Duration::from_millis(2)..Duration::from_millis(20);
