-- Tables for analysts' own tools, without personal data: docs/analytics.md. Each is a question about the views in use; whoever
-- gives one of those a new version makes these anew.

CREATE VIEW analytics_messages AS
SELECT m.message_id, m.reference, strftime('%Y-%m-%dT%H:%M:%f', m.submitted_at / 1e6, 'unixepoch') || 'Z' AS submitted_at, s.local_day AS submitted_on, m.status, m.category_id,
    m.priority, m.tags, m.assignee_id, m.team_id,
    strftime('%Y-%m-%dT%H:%M:%f', m.first_replied_at / 1e6, 'unixepoch') || 'Z' AS first_replied_at, strftime('%Y-%m-%dT%H:%M:%f', m.last_activity_at / 1e6, 'unixepoch') || 'Z' AS last_activity_at,
    strftime('%Y-%m-%dT%H:%M:%f', nullif(m.due_at, 9223372036854775807) / 1e6, 'unixepoch') || 'Z' AS due_at, m.overdue AS overdue, m.rating,
    strftime('%Y-%m-%dT%H:%M:%f', m.rated_at / 1e6, 'unixepoch') || 'Z' AS rated_at, m.spam AS spam, m.archived AS archived, m.deleted AS deleted
FROM message_list_5 m JOIN statistics s ON s.message_id = m.message_id;
CREATE VIEW analytics_replies AS
SELECT e.message_id, e.entry_id AS reply_id, strftime('%Y-%m-%dT%H:%M:%f', e.at / 1e6, 'unixepoch') || 'Z' AS replied_at, e.author_id AS member_id, CASE WHEN e.kind = 'auto_reply' THEN 1 ELSE 0 END AS automatic,
    CASE WHEN w.message_id IS NULL THEN 0 ELSE 1 END AS ended_a_wait, w.wall_seconds, w.desk_seconds, m.spam AS spam
FROM message_entries_3 e JOIN message_list_5 m ON m.message_id = e.message_id
LEFT JOIN statistics_waits w ON w.message_id = e.message_id AND w.ended_with = e.sequence
WHERE e.kind IN ('reply', 'auto_reply');
CREATE VIEW analytics_waits AS
SELECT w.message_id, strftime('%Y-%m-%dT%H:%M:%f', w.began_at / 1e6, 'unixepoch') || 'Z' AS began_at, strftime('%Y-%m-%dT%H:%M:%f', w.ended_at / 1e6, 'unixepoch') || 'Z' AS ended_at, w.local_day AS ended_on, w.how, w.member_id,
    w.wall_seconds, w.desk_seconds, strftime('%Y-%m-%dT%H:%M:%f', w.due_at / 1e6, 'unixepoch') || 'Z' AS due_at, w.in_time AS in_time, m.spam AS spam
FROM statistics_waits w JOIN message_list_5 m ON m.message_id = w.message_id
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
    FROM statistics s JOIN message_list_5 m ON m.message_id = s.message_id WHERE m.spam = 0
    UNION ALL
    SELECT w.local_day, 0, 0, CASE WHEN w.how = 'REPLIED' THEN 1 ELSE 0 END, CASE WHEN w.how = 'RESOLVED' THEN 1 ELSE 0 END,
        CASE WHEN w.how = 'CLOSED' THEN 1 ELSE 0 END, CASE WHEN w.in_time = 1 AND w.how <> 'ERASED' THEN 1 ELSE 0 END, CASE WHEN w.in_time = 0 AND w.how <> 'ERASED' THEN 1 ELSE 0 END,
        CASE WHEN w.how = 'REPLIED' THEN w.wall_seconds ELSE 0 END, CASE WHEN w.how = 'REPLIED' THEN w.desk_seconds ELSE 0 END
    FROM statistics_waits w JOIN message_list_5 m ON m.message_id = w.message_id WHERE m.spam = 0
) days GROUP BY day;
