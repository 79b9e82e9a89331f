//! What the desk is told of elsewhere: in chats, by webhooks, by mail.

pub mod guard;
pub mod mail;
pub mod send;
pub mod vendor;

pub use guard::Guard;
