//! Traces by OTLP over HTTP (<https://opentelemetry.io/docs/specs/otlp/>), in batches, by a thread of their own. Spans
//! name what is done and how long it took: never what was said, by whom, or with which token.

use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::{Resource, trace::SdkTracerProvider};
use std::time::Duration;
use tracing::Subscriber;
use tracing_subscriber::{EnvFilter, Layer, registry::LookupSpan};

/// A collector that does not answer keeps nobody waiting longer.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Spans on their way to a collector.
pub(crate) struct Traces(SdkTracerProvider);

impl Traces {
    /// Sends to a collector's address, such as `http://127.0.0.1:4318/v1/traces`.
    pub(crate) fn start(collector: &str) -> Result<Self, String> {
        // The exporter's HTTP client is built without TLS of its own, and wants to be told which is meant.
        drop(rustls::crypto::ring::default_provider().install_default());
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(collector)
            .with_timeout(TIMEOUT)
            .build()
            .map_err(|error| format!("LEAVEWORD_OTLP_ENDPOINT: {error}"))?;
        let resource = Resource::builder().with_service_name("leaveword").build();
        Ok(Self(SdkTracerProvider::builder().with_batch_exporter(exporter).with_resource(resource).build()))
    }

    /// Hears the program's spans, as far as the filter of its logs lets them through.
    pub(crate) fn layer<S>(&self, filter: &str) -> impl Layer<S> + Send + Sync + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span> + Send + Sync,
    {
        let layer = tracing_opentelemetry::layer().with_tracer(self.0.tracer("leaveword"));
        layer.with_filter(EnvFilter::new(filter))
    }

    /// Sends what has not been sent, and no more.
    pub(crate) async fn end(self) {
        #[expect(
            clippy::disallowed_methods,
            reason = "once, at the end: it waits for the exporter's own thread"
        )]
        let ended = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(TIMEOUT)).await;
        if let Ok(Err(error)) = ended {
            tracing::warn!(%error, "the last traces did not reach their collector");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, body::Bytes, routing::post};
    use tokio::{net::TcpListener, sync::mpsc};
    use tracing::subscriber::with_default;
    use tracing_subscriber::layer::SubscriberExt;

    #[tokio::test]
    async fn what_is_done_reaches_the_collector() {
        let (sender, mut received) = mpsc::channel(4);
        let collect = move |body: Bytes| async move { sender.send(body).await.expect("somebody listens") };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let collector = axum::serve(listener, Router::new().route("/v1/traces", post(collect)));
        let collector = tokio::spawn(async move { collector.await });
        let traces = Traces::start(&format!("http://{address}/v1/traces")).expect("starts");
        let subscriber = tracing_subscriber::registry().with(traces.layer("info"));
        with_default(subscriber, || {
            tracing::info_span!("request", method = "POST").in_scope(|| tracing::info!("answered"));
            tracing::debug_span!("not asked for").in_scope(|| {});
        });
        traces.end().await;
        let body = received.recv().await.expect("a batch of spans");
        let sent = String::from_utf8_lossy(&body);
        assert!(sent.contains("leaveword") && sent.contains("request") && sent.contains("POST"), "{sent}");
        assert!(!sent.contains("not asked for"));
        collector.abort();
    }

    #[test]
    fn an_address_that_is_none_is_told() {
        let told = Traces::start("not an address").err().expect("refused");
        assert!(told.starts_with("LEAVEWORD_OTLP_ENDPOINT: "), "{told}");
    }
}
