SELECT w.message_id, (timestamptz 'epoch' + w.began_at * interval '1 microsecond') AS began_at, (timestamptz 'epoch' + w.ended_at * interval '1 microsecond') AS ended_at, w.local_day::date AS ended_on, w.how, w.member_id,
    w.wall_seconds, w.desk_seconds, (timestamptz 'epoch' + w.due_at * interval '1 microsecond') AS due_at, (w.in_time = 1) AS in_time, (m.spam = 1) AS spam
FROM statistics_waits_3 w JOIN message_list_5 m ON m.message_id = w.message_id
UNION ALL
SELECT m.message_id, (timestamptz 'epoch' + m.waiting_since * interval '1 microsecond'), NULL, NULL, NULL, NULL, NULL, NULL,
    (timestamptz 'epoch' + nullif(m.due_at, 9223372036854775807) * interval '1 microsecond'), (CASE WHEN m.overdue = 1 THEN 0 END = 1), (m.spam = 1)
FROM message_list_5 m WHERE m.waiting_since IS NOT NULL AND m.deleted = 0
