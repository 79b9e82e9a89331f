//! How an aggregate's events are declared: once, with their versions, so that no list of them can forget one.

/// Declares an event enum of one struct per variant, all with a business time `at`, and its wire names.
///
/// Gives the enum, `TYPES` (every type with the version that is written today), `WORDS` (every type with the comment above
/// it), `at()` and `cqrs_es::DomainEvent`.
macro_rules! events {
    ($(#[$doc:meta])* $name:ident { $($(#[doc = $words:literal])* $event:ident $version:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[doc = $words])* $event($event)),* }

        impl $name {
            /// Every event type with the version written today.
            pub const TYPES: &'static [(&'static str, &'static str)] = &[$((stringify!($event), $version)),*];

            /// Every event type with what it means, in a sentence that begins with a blank.
            pub const WORDS: &'static [(&'static str, &'static str)] =
                &[$((stringify!($event), concat!($($words),*))),*];

            /// When it happened, in business time.
            pub fn at(&self) -> chrono::DateTime<chrono::Utc> {
                match self { $(Self::$event(event) => event.at),* }
            }
        }

        impl cqrs_es::DomainEvent for $name {
            fn event_type(&self) -> String {
                match self { $(Self::$event(_) => stringify!($event)),* }.to_owned()
            }

            fn event_version(&self) -> String {
                match self { $(Self::$event(_) => $version),* }.to_owned()
            }
        }
    };
}

pub(crate) use events;
