//! What the benchmarks stand on: their flags, the machine, streams made in bulk, and the page that they write.
//!
//! Knows the domain and the store. Must not know who is measured against whom: each benchmark in `benches/` does.

pub mod arguments;
pub mod databases;
pub mod log;
pub mod machine;
pub mod page;
pub mod streams;
