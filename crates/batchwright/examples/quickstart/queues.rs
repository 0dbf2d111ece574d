use anyhow::Context;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::QueueAttributeName;
use batch_local::{FaultPlan, Listening, LocalServer};

use crate::args::Args;

/// Where the queues are.
pub(crate) struct Place {
    pub(crate) client: Client,
    /// To be removed at the end, where they would stay.
    are_real: bool,
    /// Keeps the local server running.
    _server: Option<(LocalServer, Listening)>,
}

/// One of the two queues.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Fifo,
    Standard,
}

impl Place {
    pub(crate) async fn open(args: &Args) -> anyhow::Result<Self> {
        if args.aws {
            let client = batchwright::config::sqs_client().await;
            return Ok(Self { client, are_real: true, _server: None });
        }
        let faults = match args.faults {
            0.0 => FaultPlan::none(),
            rate => FaultPlan::random(rate, args.seed),
        };
        let server = LocalServer::builder().seed(args.seed).faults(faults).build();
        let listening = server.listen("127.0.0.1:0").await.context("cannot start the local server")?;
        let client = Client::from_conf(local_config(&listening.url()));
        Ok(Self { client, are_real: false, _server: Some((server, listening)) })
    }

    pub(crate) async fn create(&self, kind: Kind, run: u32) -> anyhow::Result<String> {
        let name = format!("batchwright-quickstart-{run}{}", kind.suffix());
        let mut request = self.client.create_queue().queue_name(&name);
        if kind == Kind::Fifo {
            request = request.attributes(QueueAttributeName::FifoQueue, "true");
        }
        let created = request.send().await.map_err(|error| {
            anyhow::anyhow!("cannot create the queue {name}: {}", DisplayErrorContext(&error))
        })?;
        created.queue_url.context("the service gave no URL for the new queue")
    }

    /// Removes a queue that would stay otherwise.
    pub(crate) async fn remove(&self, url: &str) {
        if self.are_real
            && let Err(error) = self.client.delete_queue().queue_url(url).send().await
        {
            eprintln!("cannot delete the queue {url}, please do: {}", DisplayErrorContext(&error));
        }
    }
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fifo => "SQS FIFO",
            Self::Standard => "SQS standard",
        }
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::Fifo => ".fifo",
            Self::Standard => "",
        }
    }
}

/// A client for a server on this machine: no TLS, and credentials that open nothing.
fn local_config(url: &str) -> Config {
    Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .endpoint_url(url)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::from_static("us-east-1"))
        .build()
}
