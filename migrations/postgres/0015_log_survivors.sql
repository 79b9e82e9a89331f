-- Takes the place of append_batch, which wrote nothing at all when one stream did not stand where the batch saw it: with
-- several processes on the same streams that was nearly every batch. This one writes those whom it does not concern and
-- says who lost. append_batch stays for processes of the release before.
--
-- _hang_commands and _hang_stands say, pair by pair, which stand a command needs, its own or one of those it was decided
-- after; commands and stands are counted from 1. As before nothing is written and no row comes back when anything else is
-- not as the batch takes it to be, or when a loser's idempotency key was answered before: the caller then takes the steps
-- one by one.
-- _place is where this process left the head row. While somebody holds an old snapshot no version of that row can be
-- tidied away, and whoever looks it up by its id walks over all of them.
CREATE FUNCTION append_survivors(
    _place text, _clock bigint, _apart bigint,
    _stand_types text[], _stand_ids text[], _stand_sequences bigint[], _stand_events bytea[],
    _hang_commands int[], _hang_stands int[],
    _living text[],
    _scope_commands int[], _scopes bytea[], _inputs bytea[], _receipt_ids text[], _receipt_versions bigint[],
    _receipt_offsets bigint[],
    _reserved_commands int[], _reserved_kinds text[], _reserved_values text[], _reserved_holders text[],
    _key_commands int[], _key_ids text[], _key_parents text[], _key_wrapped bytea[],
    _token_commands int[], _tokens bytea[], _token_visitors text[], _token_created bigint[], _token_expires bigint[],
    _event_commands int[], _types text[], _ids text[], _sequences bigint[], _event_types text[], _event_versions text[],
    _payloads text[], _metadata text[], _event_ids bytea[], _event_counts int[]
) RETURNS TABLE (place text, head_was bigint, lost int[], moved int[])
LANGUAGE plpgsql VOLATILE
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
DECLARE
    _row tid := _place::tid;
    _head bigint;
    _last bigint;
    _now bigint;
    _from bigint;
    _count bigint := cardinality(_event_ids);
    _moved int[];
    _lost int[];
    -- For each command how many events before its own are not written, -1 when its own are not; NULL: all are written.
    _less int[];
BEGIN
    -- Only then is an acknowledged event durable; a stricter server setting stays.
    IF current_setting('synchronous_commit') IN ('off', 'local', 'remote_write') THEN
        PERFORM set_config('synchronous_commit', 'on', true);
    END IF;
    SELECT h.position, h.recorded_at, h.ctid INTO _head, _last, _row FROM log_head h WHERE h.ctid = _row FOR UPDATE;
    IF NOT FOUND THEN
        -- Another process was here.
        SELECT h.position, h.recorded_at, h.ctid INTO _head, _last, _row FROM log_head h WHERE h.id = 1 FOR UPDATE;
    END IF;
    _now := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
    IF abs(_now - _clock) > _apart THEN
        RETURN;
    END IF;
    SELECT array_agg(s.n::int) INTO _moved
        FROM unnest(_stand_types, _stand_ids, _stand_sequences, _stand_events)
            WITH ORDINALITY AS s (type, id, sequence, event, n)
        LEFT JOIN LATERAL (
            SELECT e.sequence, e.event_id FROM events e
            WHERE e.aggregate_type = s.type AND e.aggregate_id = s.id ORDER BY e.sequence DESC LIMIT 1
        ) AS l ON true
        WHERE coalesce(l.sequence, 0) <> s.sequence OR (s.event IS NOT NULL AND l.event_id IS DISTINCT FROM s.event);
    IF _moved IS NOT NULL THEN
        SELECT array_agg(DISTINCT h.command) INTO _lost
            FROM unnest(_hang_commands, _hang_stands) AS h (command, stand) WHERE h.stand = ANY (_moved);
        IF EXISTS (
            SELECT 1 FROM unnest(_scope_commands, _scopes) AS i (command, scope)
            CROSS JOIN LATERAL (SELECT 1 FROM idempotency r WHERE r.scope = i.scope LIMIT 1) AS known
            WHERE i.command = ANY (_lost)
        ) THEN
            RETURN;
        END IF;
        SELECT array_agg(CASE WHEN c.gone THEN -1 ELSE c.less END ORDER BY c.command),
               coalesce(sum(c.events) FILTER (WHERE NOT c.gone), 0)
            INTO _less, _count
            FROM (
                SELECT n.command, n.gone, n.events,
                       (sum(CASE WHEN n.gone THEN n.events ELSE 0 END) OVER (ORDER BY n.command))::int AS less
                FROM (
                    SELECT u.command, u.events, coalesce(u.command = ANY (_lost), false) AS gone
                    FROM unnest(_event_counts) WITH ORDINALITY AS u (events, command)
                ) AS n
            ) AS c;
        IF _count = 0 THEN
            RETURN QUERY SELECT _row::text, _head, _lost, _moved;
            RETURN;
        END IF;
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
               _head + e.n - coalesce(_less[e.command], 0), e.event_id,
               _from + e.n - coalesce(_less[e.command], 0) - 1
        FROM unnest(_types, _ids, _sequences, _event_types, _event_versions, _payloads, _metadata, _event_ids,
                    _event_commands)
            WITH ORDINALITY AS e (type, id, sequence, event_type, event_version, payload, metadata, event_id, command, n)
        WHERE coalesce(_less[e.command], 0) >= 0;
    IF cardinality(_key_ids) > 0 THEN
        INSERT INTO keys (key_id, parent_id, wrapped, created_at)
            SELECT k.id, k.parent, k.wrapped, _now
            FROM unnest(_key_ids, _key_parents, _key_wrapped, _key_commands) AS k (id, parent, wrapped, command)
            WHERE coalesce(_less[k.command], 0) >= 0;
    END IF;
    IF cardinality(_scopes) > 0 THEN
        INSERT INTO idempotency (scope, input, id, version, position, recorded_at)
            SELECT i.scope, i.input, i.id, i.version, _head + i.ahead - coalesce(_less[i.command], 0), _now
            FROM unnest(_scopes, _inputs, _receipt_ids, _receipt_versions, _receipt_offsets, _scope_commands)
                AS i (scope, input, id, version, ahead, command)
            WHERE coalesce(_less[i.command], 0) >= 0;
    END IF;
    IF cardinality(_reserved_kinds) > 0 THEN
        INSERT INTO reservations (kind, value, holder)
            SELECT r.kind, r.value, r.holder
            FROM unnest(_reserved_kinds, _reserved_values, _reserved_holders, _reserved_commands)
                AS r (kind, value, holder, command)
            WHERE coalesce(_less[r.command], 0) >= 0;
    END IF;
    IF cardinality(_tokens) > 0 THEN
        INSERT INTO visitor_tokens (token_hash, visitor_id, created_at, expires_at)
            SELECT t.token, t.visitor, t.created, t.expires
            FROM unnest(_tokens, _token_visitors, _token_created, _token_expires, _token_commands)
                AS t (token, visitor, created, expires, command)
            WHERE coalesce(_less[t.command], 0) >= 0;
    END IF;
    UPDATE log_head SET position = _head + _count, recorded_at = _from + _count - 1 WHERE ctid = _row
        RETURNING ctid INTO STRICT _row;
    RETURN QUERY SELECT _row::text, _head, _lost, _moved;
END
$$;
