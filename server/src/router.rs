//! What is served where.

use crate::{endpoint, health, pages, request_id};
use axum::{Router, http::StatusCode, middleware, routing::get, routing::post};
use commands::Commands;
use graphql::Schema;
use projections::Projections;
use std::time::Duration;
use store::{Destroyer, Store};
use tower_http::{catch_panic::CatchPanicLayer, limit::RequestBodyLimitLayer, timeout::TimeoutLayer};

/// A reply of 20,000 characters, each escaped as a surrogate pair, and its document.
const LARGEST_BODY: usize = 300 * 1024;
/// Nothing of ours takes this long.
const LONGEST_REQUEST: Duration = Duration::from_secs(30);

/// What handlers share.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) commands: Commands,
    pub(crate) projections: Projections,
    pub(crate) destroyer: Destroyer,
    pub(crate) schema: Schema,
}

pub(crate) fn router(app: App) -> Router {
    let clock = app.store.clock().clone();
    Router::new()
        .route("/graphql", post(endpoint::post).fallback(endpoint::not_post))
        .route("/health", get(health::get))
        .route("/sign-in", get(pages::sign_in))
        .route("/sign-in.js", get(pages::sign_in_script))
        .route("/sign-in.css", get(pages::sign_in_style))
        .layer(RequestBodyLimitLayer::new(LARGEST_BODY))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, LONGEST_REQUEST))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn(move |request, next| request_id::give(clock.clone(), request, next)))
        .with_state(app)
}
