//! Everything that needs the whole server, and the rules of the house.

mod end_to_end;
mod house;
mod kill;
