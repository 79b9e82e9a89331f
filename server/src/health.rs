//! `GET /health`: for people and probes. 200 when all is well, 503 when something stands still.

use crate::router::App;
use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use store::{Dialect, StoreError};

/// How the server is.
pub(crate) async fn get(State(app): State<App>) -> Response {
    match report(&app).await {
        Ok((true, report)) => Json(report).into_response(),
        Ok((false, report)) => (StatusCode::SERVICE_UNAVAILABLE, Json(report)).into_response(),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            let report = json!({"status": "failing", "error": "the database does not answer"});
            (StatusCode::SERVICE_UNAVAILABLE, Json(report)).into_response()
        }
    }
}

async fn report(app: &App) -> Result<(bool, Value), StoreError> {
    let head = app.store.head().await?;
    let views = app.projections.status().await?;
    let destruction = app.destroyer.status();
    let notifier = app.notifier.status();
    let well = notifier.error.is_none()
        && views.iter().all(|view| view.error.is_none())
        && destruction.error.is_none();
    let views: Vec<Value> = views
        .iter()
        .map(|view| {
            json!({
                "name": view.name,
                "version": view.version,
                "position": view.position,
                "lag": (head - view.position).max(0),
                "secondsBehind": view.behind.as_secs(),
                "error": view.error,
            })
        })
        .collect();
    let database = match app.store.database().dialect() {
        Dialect::Postgres => "PostgreSQL",
        Dialect::Sqlite => "SQLite",
    };
    let report = json!({
        "status": if well { "ok" } else { "failing" },
        "version": env!("CARGO_PKG_VERSION"),
        "database": database,
        "log": { "position": head },
        "views": views,
        "erasure": {
            "position": destruction.position,
            "lag": (head - destruction.position).max(0),
            "error": destruction.error,
        },
        // Of several processes one notifies; the others stand by.
        "notifications": {
            "active": notifier.sole,
            "position": notifier.position,
            "lag": if notifier.sole { (head - notifier.position).max(0) } else { 0 },
            "error": notifier.error,
        },
    });
    Ok((well, report))
}
