//! What is served where.

use crate::{
    edge::{self, Edge, headers},
    endpoint, files, health, images, request_id, schemas,
    socket::{self, Sockets},
    ui::Ui,
    uploads,
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    middleware,
    routing::get,
    routing::post,
    routing::put,
};
use commands::Commands;
use graphql::Schema;
use projections::{Projections, notifications::Notifier};
use std::sync::Arc;
use store::{Destroyer, Store};
use tower_http::catch_panic::CatchPanicLayer;

/// A reply of 20,000 characters, each escaped as a surrogate pair, and its document.
const LARGEST_BODY: usize = 300 * 1024;

/// What handlers share.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) store: Store,
    pub(crate) commands: Commands,
    pub(crate) projections: Projections,
    pub(crate) destroyer: Destroyer,
    pub(crate) notifier: Notifier,
    pub(crate) schema: Schema,
    /// What is subscribed to.
    pub(crate) live: Schema,
    pub(crate) sockets: Sockets,
    pub(crate) edge: Edge,
    pub(crate) public_url: Option<String>,
}

pub(crate) fn router(app: App, ui: Ui) -> Router {
    let clock = app.store.clock().clone();
    let (longest, transfer) = (app.edge.bounds.request, app.edge.bounds.transfer);
    let (origins, proxies) = (app.edge.origins.clone(), app.edge.proxies.clone());
    let public_url: Option<Arc<str>> = app.public_url.as_deref().map(Into::into);
    let secure = public_url.as_deref().is_some_and(|url| url.starts_with("https://"));
    let (listed, own) = (origins.clone(), public_url.clone());
    let judge = middleware::from_fn(move |request, next| {
        edge::judge(origins.clone(), public_url.clone(), request, next)
    });
    let judge_shown = middleware::from_fn(move |request, next| {
        edge::judge_shown(listed.clone(), own.clone(), request, next)
    });
    Router::new()
        .route("/graphql", post(endpoint::post).fallback(endpoint::not_post).layer(judge.clone()))
        .route("/graphql/ws", get(socket::open).layer(judge.clone()))
        .route("/uploads/{token}", put(uploads::put).layer(judge))
        .route("/images/{id}", get(images::picture).layer(judge_shown.clone()))
        .route("/images/{id}/thumbnail", get(images::thumbnail).layer(judge_shown.clone()))
        .route("/files/{id}", get(files::get).layer(judge_shown))
        .route("/health", get(health::get))
        .route("/webhooks/schemas/{file}", get(schemas::get))
        .merge(ui.routes(&app.edge.origins, app.public_url.as_deref()))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(middleware::from_fn(move |request: Request, next| {
            let sends = request.uri().path().starts_with("/uploads/");
            endpoint::in_time(if sends { transfer } else { longest }, request, next)
        }))
        .layer(CatchPanicLayer::custom(endpoint::panicked))
        .layer(middleware::from_fn(move |request, next| edge::tell(proxies.clone(), request, next)))
        .layer(middleware::from_fn(move |request, next| headers::add(secure, request, next)))
        .layer(middleware::from_fn(move |request, next| request_id::give(clock.clone(), request, next)))
        .with_state(app)
}
