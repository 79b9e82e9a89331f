//! The HTTP client of the tests. Its library is built without TLS of its own (`projections` gives it one), and wants to be
//! told which is meant even where nothing is encrypted.

pub(crate) fn client() -> reqwest::ClientBuilder {
    // Whoever was first has told it the same.
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder()
}
