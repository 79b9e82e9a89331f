//! `leaveword` with a deliberate fault: it answers before the commit. Whoever kills it must find that out.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    store::testing::answer_before_commit();
    server::cli::run().await
}
