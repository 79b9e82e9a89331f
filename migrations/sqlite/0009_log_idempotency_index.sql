-- SQLite has had a tree from the start (0004).
SELECT 1;
