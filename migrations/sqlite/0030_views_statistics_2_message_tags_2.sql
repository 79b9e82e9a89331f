-- Version 2 of the figures: what is placed on each day lies beside the facts. Nothing was released before this step, so no older
-- program needs version 1: it is dropped at once.

DROP VIEW analytics_messages;
DROP VIEW analytics_replies;
DROP VIEW analytics_waits;
DROP VIEW analytics_daily;
DROP TABLE statistics;
DROP TABLE statistics_days;
DROP TABLE statistics_rules;
DROP TABLE statistics_waits;
DELETE FROM checkpoints WHERE name = 'statistics';

CREATE TABLE statistics_2 (
    message_id text PRIMARY KEY,
    version    bigint NOT NULL,  -- sequence of the last event
    day        bigint NOT NULL,  -- days since 1970 in UTC, of its submission
    local_day  text NOT NULL,    -- the day of its submission in the desk's zone as it was then: 2026-11-22
    course     text NOT NULL,    -- what the fold keeps beside its facts: JSON
    facts      blob NOT NULL,   -- as projections/src/statistics/fact.rs writes them
    last_at    bigint NOT NULL,  -- when the last of them is placed
    waits      bigint NOT NULL   -- 1: it is in the backlog
);
CREATE INDEX statistics_2_by_day ON statistics_2 (day, message_id);
-- The days on which messages were left.
CREATE TABLE statistics_days_2 (
    day     bigint PRIMARY KEY,
    facts   blob,            -- those of its messages in one piece; null: they have changed since
    last_at bigint NOT NULL,  -- the last of its messages'
    waiting bigint NOT NULL   -- how many of its messages are in the backlog
);
-- What is placed on a day, in quarters of an hour: the sum of its rows.
CREATE TABLE statistics_placed_2 (
    day      bigint NOT NULL,  -- days since 1970 in UTC
    position bigint NOT NULL,  -- 0: put together; otherwise where the run of events ended that changed the day by so much
    backlog  bigint NOT NULL,  -- what came into it, less what left it
    counts   blob  NOT NULL,  -- as projections/src/statistics/placed.rs writes them
    wall     blob  NOT NULL,  -- durations by the clock on the wall
    desk     blob  NOT NULL,  -- … and in the hours of the desk
    PRIMARY KEY (day, position)
);
-- The hours that were ever in force and the target that is, as far as the view has followed.
CREATE TABLE statistics_rules_2 (
    id    bigint PRIMARY KEY CHECK (id = 1),
    rules text NOT NULL  -- JSON
);
-- The waits that have ended, for analysts' own tools.
CREATE TABLE statistics_waits_2 (
    message_id   text NOT NULL,
    ended_with   bigint NOT NULL,  -- sequence of the event that ended it
    began_with   bigint NOT NULL,  -- … and of the one that began it
    began_at     bigint NOT NULL,
    ended_at     bigint NOT NULL,
    local_day    text NOT NULL,    -- the day on which it ended in the desk's zone as it was then
    how          text NOT NULL,    -- REPLIED, RESOLVED, CLOSED, ERASED
    member_id    text,             -- who ended it, when a member did
    wall_seconds bigint NOT NULL,
    desk_seconds bigint NOT NULL,  -- in the hours of the time
    due_at       bigint,           -- null: no answer was ever due
    in_time      bigint,           -- 1 or 0; null: no answer was ever due
    PRIMARY KEY (message_id, ended_with)
);

-- The tables for analysts' own tools, which are made of it: docs/analytics.md.
CREATE VIEW analytics_messages AS
SELECT m.message_id, m.reference, strftime('%Y-%m-%dT%H:%M:%f', m.submitted_at / 1e6, 'unixepoch') || 'Z' AS submitted_at, s.local_day AS submitted_on, m.status, m.category_id,
    m.priority, m.tags, m.assignee_id, m.team_id,
    strftime('%Y-%m-%dT%H:%M:%f', m.first_replied_at / 1e6, 'unixepoch') || 'Z' AS first_replied_at, strftime('%Y-%m-%dT%H:%M:%f', m.last_activity_at / 1e6, 'unixepoch') || 'Z' AS last_activity_at,
    strftime('%Y-%m-%dT%H:%M:%f', nullif(m.due_at, 9223372036854775807) / 1e6, 'unixepoch') || 'Z' AS due_at, m.overdue AS overdue, m.rating,
    strftime('%Y-%m-%dT%H:%M:%f', m.rated_at / 1e6, 'unixepoch') || 'Z' AS rated_at, m.spam AS spam, m.archived AS archived, m.deleted AS deleted
FROM message_list_5 m JOIN statistics_2 s ON s.message_id = m.message_id;
CREATE VIEW analytics_replies AS
SELECT e.message_id, e.entry_id AS reply_id, strftime('%Y-%m-%dT%H:%M:%f', e.at / 1e6, 'unixepoch') || 'Z' AS replied_at, e.author_id AS member_id, CASE WHEN e.kind = 'auto_reply' THEN 1 ELSE 0 END AS automatic,
    CASE WHEN w.message_id IS NULL THEN 0 ELSE 1 END AS ended_a_wait, w.wall_seconds, w.desk_seconds, m.spam AS spam
FROM message_entries_3 e JOIN message_list_5 m ON m.message_id = e.message_id
LEFT JOIN statistics_waits_2 w ON w.message_id = e.message_id AND w.ended_with = e.sequence
WHERE e.kind IN ('reply', 'auto_reply');
CREATE VIEW analytics_waits AS
SELECT w.message_id, strftime('%Y-%m-%dT%H:%M:%f', w.began_at / 1e6, 'unixepoch') || 'Z' AS began_at, strftime('%Y-%m-%dT%H:%M:%f', w.ended_at / 1e6, 'unixepoch') || 'Z' AS ended_at, w.local_day AS ended_on, w.how, w.member_id,
    w.wall_seconds, w.desk_seconds, strftime('%Y-%m-%dT%H:%M:%f', w.due_at / 1e6, 'unixepoch') || 'Z' AS due_at, w.in_time AS in_time, m.spam AS spam
FROM statistics_waits_2 w JOIN message_list_5 m ON m.message_id = w.message_id
UNION ALL
SELECT m.message_id, strftime('%Y-%m-%dT%H:%M:%f', m.waiting_since / 1e6, 'unixepoch') || 'Z', NULL, NULL, NULL, NULL, NULL, NULL,
    strftime('%Y-%m-%dT%H:%M:%f', nullif(m.due_at, 9223372036854775807) / 1e6, 'unixepoch') || 'Z', CASE WHEN m.overdue = 1 THEN 0 END, m.spam
FROM message_list_5 m WHERE m.waiting_since IS NOT NULL AND m.deleted = 0;
CREATE VIEW analytics_daily AS
SELECT day AS day, sum(submitted) AS submitted, sum(handled) AS handled_of_submitted, sum(replied) AS waits_replied, sum(resolved) AS waits_resolved,
    sum(closed) AS waits_closed, sum(met) AS met, sum(missed) AS missed, sum(wall) AS reply_wall_seconds, sum(desk) AS reply_desk_seconds
FROM (
    SELECT s.local_day AS day, 1 AS submitted, CASE WHEN m.status IN ('RESOLVED', 'CLOSED') THEN 1 ELSE 0 END AS handled,
        0 AS replied, 0 AS resolved, 0 AS closed, 0 AS met, 0 AS missed, 0 AS wall, 0 AS desk
    FROM statistics_2 s JOIN message_list_5 m ON m.message_id = s.message_id WHERE m.spam = 0
    UNION ALL
    SELECT w.local_day, 0, 0, CASE WHEN w.how = 'REPLIED' THEN 1 ELSE 0 END, CASE WHEN w.how = 'RESOLVED' THEN 1 ELSE 0 END,
        CASE WHEN w.how = 'CLOSED' THEN 1 ELSE 0 END, CASE WHEN w.in_time = 1 AND w.how <> 'ERASED' THEN 1 ELSE 0 END, CASE WHEN w.in_time = 0 AND w.how <> 'ERASED' THEN 1 ELSE 0 END,
        CASE WHEN w.how = 'REPLIED' THEN w.wall_seconds ELSE 0 END, CASE WHEN w.how = 'REPLIED' THEN w.desk_seconds ELSE 0 END
    FROM statistics_waits_2 w JOIN message_list_5 m ON m.message_id = w.message_id WHERE m.spam = 0
) days GROUP BY day;

-- Version 2 of the tags: in the order in which messages were left, so that a page of those with a tag is read as it is asked for.
DROP TABLE message_tags;
DELETE FROM checkpoints WHERE name = 'message_tags';

CREATE TABLE message_tags_2 (
    message_id   text NOT NULL,
    tag          text NOT NULL,
    submitted_at bigint NOT NULL,
    PRIMARY KEY (message_id, tag)
);
CREATE INDEX message_tags_2_newest ON message_tags_2 (tag, submitted_at, message_id);
-- When each message was left.
CREATE TABLE message_tags_2_left (
    message_id   text PRIMARY KEY,
    submitted_at bigint NOT NULL
);
