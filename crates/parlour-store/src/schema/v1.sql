-- Version 1. One text for both databases; what stands in /* sqlite: … */ or /* postgres: … */ is read by that one alone.
-- Times are microseconds UTC, days are counted from 1970-01-01, keys are 16 bytes.

CREATE TABLE journal (
  seq BIGINT PRIMARY KEY, source TEXT NOT NULL, received_at BIGINT NOT NULL, n BIGINT NOT NULL,
  min_day BIGINT NOT NULL, max_day BIGINT NOT NULL, body BYTEA NOT NULL
);
-- Bodies come compressed.
/* postgres: ALTER TABLE journal ALTER COLUMN body SET STORAGE EXTERNAL; */
CREATE TABLE cursor (name TEXT PRIMARY KEY, seq BIGINT NOT NULL) /* sqlite: WITHOUT ROWID */;
CREATE TABLE tally (name TEXT PRIMARY KEY, n BIGINT NOT NULL) /* sqlite: WITHOUT ROWID */;
CREATE TABLE run (
  id BIGINT PRIMARY KEY, kind TEXT NOT NULL, file TEXT NOT NULL UNIQUE, n_rows BIGINT NOT NULL, n_bytes BIGINT NOT NULL,
  first_seq BIGINT NOT NULL, last_seq BIGINT NOT NULL, min_day BIGINT NOT NULL, max_day BIGINT NOT NULL,
  level BIGINT NOT NULL, min_subject BYTEA NOT NULL, max_subject BYTEA NOT NULL, digest TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE identity (
  key BYTEA PRIMARY KEY, kind TEXT NOT NULL, value TEXT NOT NULL, first_seen_at BIGINT NOT NULL
);
CREATE INDEX identity_value ON identity (value);
CREATE TABLE entity (
  key BYTEA PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, parent BYTEA, title TEXT, data TEXT,
  created_at BIGINT NOT NULL
) /* sqlite: WITHOUT ROWID */;
CREATE TABLE link (
  a BYTEA NOT NULL, b BYTEA NOT NULL, at BIGINT NOT NULL, source TEXT NOT NULL, undone_at BIGINT,
  PRIMARY KEY (a, b)
) /* sqlite: WITHOUT ROWID */;

CREATE TABLE job (
  id BIGINT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL, position BIGINT NOT NULL,
  line BIGINT NOT NULL, total BIGINT NOT NULL, n_done BIGINT NOT NULL, n_rejected BIGINT NOT NULL, data TEXT NOT NULL,
  message TEXT, started_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
CREATE TABLE rejected (
  id BIGINT PRIMARY KEY, source TEXT NOT NULL, job BIGINT, at BIGINT NOT NULL, line BIGINT, reason TEXT NOT NULL,
  message TEXT NOT NULL, raw BYTEA NOT NULL
);
CREATE INDEX rejected_job ON rejected (job, id);

CREATE TABLE session (
  hash BYTEA PRIMARY KEY, person TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL,
  last_used_at BIGINT NOT NULL
) /* sqlite: WITHOUT ROWID */;
CREATE TABLE credential (
  hash BYTEA PRIMARY KEY, purpose TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, used_at BIGINT
) /* sqlite: WITHOUT ROWID */;
CREATE TABLE question (
  id BIGINT PRIMARY KEY, name TEXT NOT NULL, sql TEXT NOT NULL, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);

-- Read by people, so days are written out.
CREATE TABLE standing (
  day TEXT NOT NULL, object TEXT NOT NULL, person TEXT NOT NULL, involvement DOUBLE PRECISION NOT NULL,
  degree DOUBLE PRECISION NOT NULL, percentile BIGINT NOT NULL, kind DOUBLE PRECISION, cell TEXT,
  is_customer BIGINT NOT NULL, direction TEXT NOT NULL, p_falling DOUBLE PRECISION NOT NULL, stage TEXT NOT NULL,
  first_day TEXT NOT NULL, last_day TEXT NOT NULL, due_day TEXT, n_days BIGINT NOT NULL, value_minor BIGINT NOT NULL,
  currency TEXT NOT NULL,
  PRIMARY KEY (day, object, person)
) /* sqlite: WITHOUT ROWID */;
