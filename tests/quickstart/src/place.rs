use anyhow::Context;
use aws_config::SdkConfig;
use batch_local::{FaultPlan, Listening, LocalServer};

use crate::args::Args;

/// Where the destinations are: an AWS account or a server on this machine.
pub(crate) struct Place {
    pub(crate) config: SdkConfig,
    /// In the names of everything that is created.
    pub(crate) run: u32,
    /// To be removed at the end, where it would stay.
    pub(crate) is_real: bool,
    /// Keeps the local server running.
    _server: Option<(LocalServer, Listening)>,
}

impl Place {
    pub(crate) async fn open(args: &Args, run: u32) -> anyhow::Result<Self> {
        if args.aws {
            let config = batchwright::config::load().await;
            return Ok(Self { config, run, is_real: true, _server: None });
        }
        let faults = match args.faults {
            0.0 => FaultPlan::none(),
            rate => FaultPlan::random(rate, args.seed),
        };
        let server = LocalServer::builder().seed(args.seed).faults(faults).build();
        let listening = server.listen("127.0.0.1:0").await.context("cannot start the local server")?;
        // Over a socket, and without TLS.
        let http = aws_smithy_http_client::Builder::new().build_http();
        let config =
            server.sdk_config().into_builder().endpoint_url(listening.url()).http_client(http).build();
        Ok(Self { config, run, is_real: false, _server: Some((server, listening)) })
    }

    /// A name that no other run uses.
    pub(crate) fn name(&self) -> String {
        format!("batchwright-quickstart-{}", self.run)
    }
}
