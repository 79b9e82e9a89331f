//! Everything that needs more than one crate, and the rules of the house.

mod end_to_end;
mod house;
mod http;
mod kill;
mod png;
mod simulators;
mod together;
