-- How far the list has come with those who wait when another service target is put in force, which takes several
-- transactions.
CREATE TABLE message_list_3_revision (
    id         bigint PRIMARY KEY CHECK (id = 1),
    due_at     bigint NOT NULL,
    message_id text NOT NULL
);
