-- Version 2: sources and their keys, names mapped to verbs, forced links, rejections that can be mended and replayed.

CREATE TABLE source (
  id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE, brand_kind TEXT NOT NULL, brand_id TEXT NOT NULL,
  layer TEXT NOT NULL, kind TEXT NOT NULL, events_per_second BIGINT, mapping TEXT, secret TEXT,
  created_at BIGINT NOT NULL, first_event_at BIGINT, last_event_at BIGINT, revoked_at BIGINT
);
CREATE TABLE source_key (
  hash BYTEA PRIMARY KEY, source BIGINT NOT NULL, hint TEXT NOT NULL, created_at BIGINT NOT NULL, expires_at BIGINT,
  revoked_at BIGINT
) /* sqlite: WITHOUT ROWID */;
CREATE TABLE source_tally (
  source TEXT NOT NULL, name TEXT NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (source, name)
) /* sqlite: WITHOUT ROWID */;

CREATE TABLE verb_name (
  name TEXT PRIMARY KEY, verb TEXT NOT NULL, mapped_at BIGINT NOT NULL
) /* sqlite: WITHOUT ROWID */;
ALTER TABLE link ADD COLUMN forced_at BIGINT;

ALTER TABLE rejected ADD COLUMN dialect TEXT;
ALTER TABLE rejected ADD COLUMN state TEXT NOT NULL DEFAULT 'open';
ALTER TABLE rejected ADD COLUMN replayed_at BIGINT;
CREATE INDEX rejected_at ON rejected (at);
