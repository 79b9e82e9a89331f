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
