-- Of SQLite alone: its full-text index lost what it was told.
SELECT 1;
