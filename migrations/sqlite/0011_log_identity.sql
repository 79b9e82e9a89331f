-- Tokens of host sites that were used, by a keyed hash of their `jti`, until they are good no more.
CREATE TABLE used_identities (
    hash       blob PRIMARY KEY,
    expires_at bigint NOT NULL
);
CREATE INDEX used_identities_expire ON used_identities (expires_at);

-- Whose identity is given free when they are erased.
CREATE INDEX reservations_identity ON reservations (holder) WHERE kind = 'identity';

-- The events that name keys (commands/src/erasure.rs): they are looked through at every start.
CREATE INDEX events_naming_keys ON events (position) WHERE event_type IN ('MessageShredded', 'VisitorErased');
