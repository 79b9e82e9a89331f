SELECT e.message_id, e.entry_id AS reply_id, (timestamptz 'epoch' + e.at * interval '1 microsecond') AS replied_at, e.author_id AS member_id, (CASE WHEN e.kind = 'auto_reply' THEN 1 ELSE 0 END = 1) AS automatic,
    (CASE WHEN w.message_id IS NULL THEN 0 ELSE 1 END = 1) AS ended_a_wait, w.wall_seconds, w.desk_seconds, (m.spam = 1) AS spam
FROM message_entries_3 e JOIN message_list_5 m ON m.message_id = e.message_id
LEFT JOIN statistics_waits_3 w ON w.message_id = e.message_id AND w.ended_with = e.sequence
WHERE e.kind IN ('reply', 'auto_reply')
