DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'kind') THEN CREATE TYPE kind AS ENUM ('x'); END IF;
END $$;
DO $$ BEGIN CREATE TYPE kind AS ENUM ('x'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
CREATE TABLE logs (id bigint NOT NULL, at timestamptz NOT NULL, k kind) PARTITION BY RANGE (at);
CREATE TABLE plain (a int, EXCLUDE USING btree (a WITH =));
