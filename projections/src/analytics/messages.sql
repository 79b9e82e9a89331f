SELECT m.message_id, m.reference, (timestamptz 'epoch' + m.submitted_at * interval '1 microsecond') AS submitted_at, s.local_day::date AS submitted_on, m.status, m.category_id,
    m.priority, m.tags, m.assignee_id, m.team_id,
    (timestamptz 'epoch' + m.first_replied_at * interval '1 microsecond') AS first_replied_at, (timestamptz 'epoch' + m.last_activity_at * interval '1 microsecond') AS last_activity_at,
    (timestamptz 'epoch' + nullif(m.due_at, 9223372036854775807) * interval '1 microsecond') AS due_at, (m.overdue = 1) AS overdue, m.rating,
    (timestamptz 'epoch' + m.rated_at * interval '1 microsecond') AS rated_at, (m.spam = 1) AS spam, (m.archived = 1) AS archived, (m.deleted = 1) AS deleted
FROM message_list_5 m JOIN statistics_3 s ON s.message_id = m.message_id
