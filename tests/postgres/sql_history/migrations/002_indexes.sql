CREATE INDEX ix_lower ON users USING btree (lower("Name") text_pattern_ops, age DESC NULLS LAST) WHERE flag;
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS ix_mail ON users (mail);
CREATE INDEX ON users USING gin (doc jsonb_path_ops);
CREATE INDEX ON users (age, day);
CREATE INDEX ix_expr ON users ((age + 1), (doc ->> 'a'));
ALTER TABLE users ADD COLUMN extra text, ADD IF NOT EXISTS n int NOT NULL DEFAULT -1, DROP COLUMN raw,
 ALTER price DROP DEFAULT, ALTER mail SET NOT NULL;
