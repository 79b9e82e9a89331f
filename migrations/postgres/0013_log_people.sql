-- Who is in which team. Scopes are told by these rows, which are written with the events that speak of them.
CREATE TABLE team_standings (
    team_id   text PRIMARY KEY,
    disbanded bigint NOT NULL
);
CREATE INDEX team_standings_disbanded ON team_standings (disbanded, team_id);
CREATE TABLE team_members (
    team_id   text NOT NULL,
    member_id text NOT NULL,
    PRIMARY KEY (team_id, member_id)
);
CREATE INDEX team_members_member ON team_members (member_id, team_id);

-- Whoever does not work at the desk any more keeps their row, and gets in by nothing.
ALTER TABLE accounts ADD COLUMN active bigint NOT NULL DEFAULT 1;
CREATE INDEX accounts_role ON accounts (role, member_id);

-- Who is at the desk, until they have to say it again.
CREATE TABLE presence (
    member_id text PRIMARY KEY,
    until     bigint NOT NULL
);
CREATE INDEX presence_until ON presence (until);

-- Sign-ins that were refused, until an event tells of the hour.
CREATE TABLE sign_in_refusals (
    member_id text NOT NULL,
    hour      bigint NOT NULL,
    refused   bigint NOT NULL,
    PRIMARY KEY (member_id, hour)
);
CREATE INDEX sign_in_refusals_hour ON sign_in_refusals (hour, member_id);

-- Keys by which programs act for members; kept as SHA-256 only.
CREATE TABLE api_keys (
    token_hash  bytea PRIMARY KEY,
    key_id      text NOT NULL UNIQUE,
    member_id   text NOT NULL,
    permissions text NOT NULL,
    expires_at  bigint NOT NULL
);
CREATE INDEX api_keys_member ON api_keys (member_id);
CREATE INDEX api_keys_expire ON api_keys (expires_at);
