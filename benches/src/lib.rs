//! Benchmarks against peers: each prints a ratio from one run on one machine. They live in `benches/`.
