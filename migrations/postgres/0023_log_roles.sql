-- What the desk's own roles give, so that authority is read from rows (docs/decisions/0026). They are written with the event that
-- speaks of them. `grants`: names of permissions, each with how far it reaches: `messages.read:team messages.reply:own`.
CREATE TABLE roles (
    role_id text PRIMARY KEY,
    grants  text NOT NULL
);
