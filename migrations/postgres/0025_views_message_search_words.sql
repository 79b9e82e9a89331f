-- Which messages have a token. Without a list of what is pending, which every search would read.
CREATE INDEX message_search_1_tokens ON message_search_1 USING gin (tokens) WITH (fastupdate = off);
