-- Receipts as columns, so that a batch can write them before anybody knows its positions. Rows live seven days and
-- nothing has been released, so they are not carried over.
DROP TABLE idempotency;
CREATE TABLE idempotency (
    scope       bytea PRIMARY KEY,  -- HMAC over actor, mutation and key
    input       bytea NOT NULL,     -- HMAC over the input
    id          text NOT NULL,      -- the receipt: the aggregate, the sequence and the position of its last event
    version     bigint NOT NULL,
    position    bigint NOT NULL,
    recorded_at bigint NOT NULL
);
-- Rows come in order of time, and only the sweep asks for them by it: a few kilobytes instead of a second tree.
CREATE INDEX idempotency_recorded_at ON idempotency USING brin (recorded_at) WITH (autosummarize = on);

-- A whole batch in one round trip: the steps of store/src/append/steps.rs for a batch in which nobody loses. At READ
-- COMMITTED each statement of a volatile function has a snapshot of its own, so what is read after the head lock is
-- what the last committed batch left. When anything is not as the batch takes it to be, nothing is written and no row
-- comes back, or a key, receipt or reservation that is there already violates its primary key: the caller then takes
-- the steps one by one. The settings keep every look-up on its index, however small
-- the tables were when the session planned it.
CREATE FUNCTION append_batch(
    _clock bigint, _apart bigint,
    _stand_types text[], _stand_ids text[], _stand_sequences bigint[], _stand_events bytea[],
    _living text[],
    _scopes bytea[], _inputs bytea[], _receipt_ids text[], _receipt_versions bigint[], _receipt_offsets bigint[],
    _reserved_kinds text[], _reserved_values text[], _reserved_holders text[],
    _key_ids text[], _key_parents text[], _key_wrapped bytea[],
    _tokens bytea[], _token_visitors text[], _token_created bigint[], _token_expires bigint[],
    _types text[], _ids text[], _sequences bigint[], _event_types text[], _event_versions text[],
    _payloads text[], _metadata text[], _event_ids bytea[]
) RETURNS TABLE (head_was bigint, recorded_from bigint)
LANGUAGE plpgsql VOLATILE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
    _head bigint;
    _last bigint;
    _now bigint;
    _from bigint;
    _count bigint := cardinality(_event_ids);
BEGIN
    -- Only then is an acknowledged event durable; a stricter server setting stays.
    IF current_setting('synchronous_commit') IN ('off', 'local', 'remote_write') THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    SELECT h.position, h.recorded_at INTO _head, _last FROM log_head h WHERE h.id = 1 FOR UPDATE;
    _now := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
    IF abs(_now - _clock) > _apart THEN
        RETURN;
    END IF;
    IF EXISTS (
        SELECT 1 FROM unnest(_stand_types, _stand_ids, _stand_sequences, _stand_events) AS s (type, id, sequence, event)
        LEFT JOIN LATERAL (
            SELECT e.sequence, e.event_id FROM events e
            WHERE e.aggregate_type = s.type AND e.aggregate_id = s.id ORDER BY e.sequence DESC LIMIT 1
        ) AS l ON true
        WHERE coalesce(l.sequence, 0) <> s.sequence OR (s.event IS NOT NULL AND l.event_id IS DISTINCT FROM s.event)
    ) THEN
        RETURN;
    END IF;
    IF EXISTS (
        SELECT 1 FROM unnest(_living) AS k (id)
        LEFT JOIN LATERAL (SELECT c.destroyed_at IS NULL AS alive FROM keys c WHERE c.key_id = k.id LIMIT 1) AS l ON true
        WHERE l.alive IS NOT TRUE
    ) THEN
        RETURN;
    END IF;
    _from := greatest(_now, _last + 1);
    INSERT INTO events (aggregate_type, aggregate_id, sequence, event_type, event_version, payload, metadata,
                        position, event_id, recorded_at)
        SELECT e.type, e.id, e.sequence, e.event_type, e.event_version, e.payload::json, e.metadata::json,
               _head + e.n, e.event_id, _from + e.n - 1
        FROM unnest(_types, _ids, _sequences, _event_types, _event_versions, _payloads, _metadata, _event_ids)
            WITH ORDINALITY AS e (type, id, sequence, event_type, event_version, payload, metadata, event_id, n);
    IF cardinality(_key_ids) > 0 THEN
        INSERT INTO keys (key_id, parent_id, wrapped, created_at)
            SELECT k.id, k.parent, k.wrapped, _now FROM unnest(_key_ids, _key_parents, _key_wrapped) AS k (id, parent, wrapped);
    END IF;
    IF cardinality(_scopes) > 0 THEN
        INSERT INTO idempotency (scope, input, id, version, position, recorded_at)
            SELECT i.scope, i.input, i.id, i.version, _head + i.ahead, _now
            FROM unnest(_scopes, _inputs, _receipt_ids, _receipt_versions, _receipt_offsets)
                AS i (scope, input, id, version, ahead);
    END IF;
    IF cardinality(_reserved_kinds) > 0 THEN
        INSERT INTO reservations (kind, value, holder)
            SELECT r.kind, r.value, r.holder
            FROM unnest(_reserved_kinds, _reserved_values, _reserved_holders) AS r (kind, value, holder);
    END IF;
    IF cardinality(_tokens) > 0 THEN
        INSERT INTO visitor_tokens (token_hash, visitor_id, created_at, expires_at)
            SELECT t.token, t.visitor, t.created, t.expires
            FROM unnest(_tokens, _token_visitors, _token_created, _token_expires) AS t (token, visitor, created, expires);
    END IF;
    UPDATE log_head SET position = _head + _count, recorded_at = _from + _count - 1 WHERE id = 1;
    RETURN QUERY SELECT _head, _from;
END
$$;
