//! Pictures that people send: what comes out of what comes in.

mod made;

mod bombs;
mod damaged;
mod kinds;
mod left_behind;
mod room;
mod upright;
