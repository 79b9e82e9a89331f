-- What a role may do beside asking the tables for analysts, a text for each. What is granted to it, and what it owns, is told by
-- PostgreSQL's own list of what hangs on a role, in every database of the server.
WITH analyst AS (
    SELECT * FROM pg_roles WHERE rolname = $1
), own AS (
    SELECT oid AS database, COALESCE(to_regnamespace('analytics')::oid, 0) AS analytics FROM pg_database WHERE datname = current_database()
), hanging AS (
    SELECT s.*, own.* FROM pg_shdepend s JOIN analyst ON s.refclassid = 'pg_authid'::regclass AND s.refobjid = analyst.oid CROSS JOIN own
    WHERE s.deptype IN ('o', 'a')
)
SELECT 1 AS place, 'is a superuser' AS more FROM analyst WHERE rolsuper
UNION ALL SELECT 1, 'may make roles' FROM analyst WHERE rolcreaterole
UNION ALL SELECT 1, 'may make databases' FROM analyst WHERE rolcreatedb
UNION ALL SELECT 1, 'may replicate' FROM analyst WHERE rolreplication
UNION ALL SELECT 1, 'passes by row security' FROM analyst WHERE rolbypassrls
UNION ALL SELECT DISTINCT 2, 'is a member of ' || quote_ident(pg_get_userbyid(roleid)) FROM pg_auth_members JOIN analyst ON member = analyst.oid
UNION ALL SELECT 3, 'may make schemas in this database' FROM analyst WHERE has_database_privilege(oid, current_database(), 'CREATE')
UNION ALL SELECT 3, 'may make things in the schema analytics' FROM analyst, own
    WHERE analytics <> 0 AND has_schema_privilege(analyst.oid, analytics, 'CREATE')
UNION ALL SELECT 4, CASE deptype WHEN 'o' THEN 'owns ' ELSE 'has rights on ' END ||
        CASE WHEN dbid IN (0, database) THEN COALESCE(pg_describe_object(classid, objid, objsubid), 'something that is gone')
        ELSE 'something in the database ' || (SELECT quote_ident(datname) FROM pg_database WHERE pg_database.oid = dbid) END
    FROM hanging
    WHERE deptype = 'o' OR NOT (
        -- To connect is not to read.
        classid = 'pg_database'::regclass
        OR dbid = database AND (
            classid = 'pg_namespace'::regclass AND objid = analytics
            OR classid = 'pg_class'::regclass AND EXISTS (SELECT 1 FROM pg_class WHERE pg_class.oid = objid AND relnamespace = analytics)
            OR classid = 'pg_proc'::regclass AND EXISTS (SELECT 1 FROM pg_proc WHERE pg_proc.oid = objid AND pronamespace = analytics)
        )
    )
-- What everybody may do, it may: with the desk's own tables, which have the owner of the log.
UNION ALL SELECT DISTINCT 5, 'may, as everybody may, use ' || c.oid::regclass::text
    FROM pg_class c JOIN pg_class log ON log.oid = to_regclass('events') AND log.relowner = c.relowner AND log.relnamespace = c.relnamespace
    CROSS JOIN LATERAL aclexplode(c.relacl) AS granted
    WHERE c.relkind IN ('r', 'p', 'v', 'm') AND granted.grantee = 0
    AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
ORDER BY place, more
