//! Runs a local server until Ctrl-C.

use batch_local::LocalServer;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listening = LocalServer::new().listen("127.0.0.1:0").await?;
    println!("export AWS_ENDPOINT_URL_SQS={}", listening.url());
    tokio::signal::ctrl_c().await?;
    listening.stop().await;
    Ok(())
}
