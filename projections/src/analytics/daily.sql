SELECT day::date AS day, sum(submitted) AS submitted, sum(handled) AS handled_of_submitted, sum(replied) AS waits_replied, sum(resolved) AS waits_resolved,
    sum(closed) AS waits_closed, sum(met) AS met, sum(missed) AS missed, sum(wall) AS reply_wall_seconds, sum(desk) AS reply_desk_seconds
FROM (
    SELECT s.local_day AS day, 1 AS submitted, CASE WHEN m.status IN ('RESOLVED', 'CLOSED') THEN 1 ELSE 0 END AS handled,
        0 AS replied, 0 AS resolved, 0 AS closed, 0 AS met, 0 AS missed, 0 AS wall, 0 AS desk
    FROM statistics_3 s JOIN message_list_5 m ON m.message_id = s.message_id WHERE m.spam = 0
    UNION ALL
    SELECT w.local_day, 0, 0, CASE WHEN w.how = 'REPLIED' THEN 1 ELSE 0 END, CASE WHEN w.how = 'RESOLVED' THEN 1 ELSE 0 END,
        CASE WHEN w.how = 'CLOSED' THEN 1 ELSE 0 END, CASE WHEN w.in_time = 1 AND w.how <> 'ERASED' THEN 1 ELSE 0 END, CASE WHEN w.in_time = 0 AND w.how <> 'ERASED' THEN 1 ELSE 0 END,
        CASE WHEN w.how = 'REPLIED' THEN w.wall_seconds ELSE 0 END, CASE WHEN w.how = 'REPLIED' THEN w.desk_seconds ELSE 0 END
    FROM statistics_waits_3 w JOIN message_list_5 m ON m.message_id = w.message_id WHERE m.spam = 0
) days GROUP BY day
