//! Logs: lines for people at a terminal, JSON for machines elsewhere; to standard error. Traces: to whoever collects them,
//! when the program was built for it.

use std::io::IsTerminal;
use tracing_subscriber::{EnvFilter, Layer, Registry, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// What was started, to be ended with the program.
#[must_use]
pub(crate) struct Logging {
    #[cfg(feature = "otlp")]
    traces: Option<crate::traces::Traces>,
}

impl Logging {
    /// Sends what has not been sent.
    pub(crate) async fn end(self) {
        #[cfg(feature = "otlp")]
        if let Some(traces) = self.traces {
            traces.end().await;
        }
    }
}

/// Starts logging by a filter that was checked, and traces to that address. A second start in one process changes nothing.
pub(crate) fn start(filter: &str, traces_to: Option<&str>) -> Result<Logging, String> {
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match std::io::stderr().is_terminal() {
        true => Box::new(fmt::layer().with_writer(std::io::stderr)),
        false => Box::new(fmt::layer().json().with_ansi(false).with_writer(std::io::stderr)),
    };
    let registry = tracing_subscriber::registry().with(lines.with_filter(EnvFilter::new(filter)));
    #[cfg(feature = "otlp")]
    {
        let traces = traces_to.map(crate::traces::Traces::start).transpose()?;
        let _ = registry.with(traces.as_ref().map(|traces| traces.layer(filter))).try_init();
        Ok(Logging { traces })
    }
    #[cfg(not(feature = "otlp"))]
    {
        let _ = traces_to;
        let _ = registry.try_init();
        Ok(Logging {})
    }
}
