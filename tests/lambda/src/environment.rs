//! An execution environment: the function as a process, under the simulator.

use std::process::Stdio;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use lambda_simulator::{FreezeMode, InvocationBuilder, InvocationStatus, Simulator, SimulatorPhase};
use serde_json::Value;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// A process of the function, and who sends it events. The process ends when this is dropped.
pub(crate) struct Environment {
    simulator: Simulator,
    id: u32,
    process: Mutex<Child>,
}

impl Environment {
    /// Starts one that handles so many events at once; it is frozen between events if that is one.
    pub(crate) async fn start(concurrency: usize, server: &str) -> Result<Self> {
        let mode = if concurrency == 1 { FreezeMode::Process } else { FreezeMode::None };
        let simulator = Simulator::builder().function_name("function").freeze_mode(mode).build().await?;
        let program = std::env::current_exe()?.with_file_name("function");
        let mut command = Command::new(&program);
        command.envs(simulator.lambda_env_vars()).envs(ACCOUNT).env_remove("AWS_PROFILE");
        command.env("AWS_ENDPOINT_URL_DYNAMODB", server);
        command.env("AWS_LAMBDA_MAX_CONCURRENCY", concurrency.to_string());
        // It says why each message failed, thousands of times.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let process = command.spawn().with_context(|| format!("cannot start {}", program.display()))?;
        let id = process.id().context("the function ended at once")?;
        simulator.register_freeze_pid(id);
        simulator.wait_for_phase(SimulatorPhase::Ready, Duration::from_secs(30)).await?;
        Ok(Self { simulator, id, process: Mutex::new(process) })
    }

    /// Sends an event and waits for its response; nothing if none came in time, or the process ended before it did.
    pub(crate) async fn invoke(&self, event: Value) -> Result<Option<Value>> {
        let invocation = InvocationBuilder::new().payload(event).timeout_ms(TIME_OUT.as_millis() as u64);
        let id = self.simulator.enqueue(invocation.build()?).await;
        let ended = self.simulator.wait_for_invocation_complete(&id, TIME_OUT).await;
        let Ok(state) = ended else { return Ok(None) };
        ensure!(state.status == InvocationStatus::Success, "the function failed: {:?}", state.error);
        Ok(state.response.map(|response| response.payload))
    }

    /// Waits until the process is frozen, as the operating system sees it.
    pub(crate) async fn freeze(&self) -> Result<()> {
        self.simulator.wait_for_frozen(PATIENCE).await?;
        let is_stopped = async {
            // A signal takes a moment to arrive.
            while self.is_running().await {
                sleep(Duration::from_millis(1)).await;
            }
        };
        timeout(PATIENCE, is_stopped).await.context("the process is not stopped")
    }

    /// Whether the process runs; where that cannot be known, it does not.
    async fn is_running(&self) -> bool {
        let status = tokio::fs::read_to_string(format!("/proc/{}/stat", self.id)).await;
        status.is_ok_and(|status| !status.rsplit(") ").next().is_some_and(|rest| rest.starts_with('T')))
    }

    /// Ends the simulator, and the process with it.
    pub(crate) async fn end(self) {
        self.simulator.shutdown().await;
    }

    /// Ends the process where it is.
    pub(crate) fn kill(&self) -> Result<()> {
        Ok(self.process.lock().unwrap_or_else(PoisonError::into_inner).start_kill()?)
    }
}

/// How long the operating system may take to stop a process.
const PATIENCE: Duration = Duration::from_secs(5);

/// The time-out of the function.
pub(crate) const TIME_OUT: Duration = Duration::from_millis(2_500);

/// What Lambda would give the function, and nothing of the machine's own configuration.
pub(crate) const ACCOUNT: [(&str, &str); 7] = [
    ("AWS_ACCESS_KEY_ID", "local"),
    ("AWS_CONFIG_FILE", "none"),
    ("AWS_DEFAULT_REGION", "us-east-1"),
    ("AWS_EC2_METADATA_DISABLED", "true"),
    ("AWS_REGION", "us-east-1"),
    ("AWS_SECRET_ACCESS_KEY", "local"),
    ("AWS_SHARED_CREDENTIALS_FILE", "none"),
];
