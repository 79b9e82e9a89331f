-- Pictures go to a WeCom group after the notice of their message, each by itself (projections/src/notifications/pictures.rs).
-- Which of them is next; 0: the notice itself is.
ALTER TABLE deliveries ADD COLUMN picture bigint NOT NULL DEFAULT 0;
