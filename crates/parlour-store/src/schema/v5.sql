-- Version 5: the doors of conversations, and the people of the Desk.

-- Open asks of which nobody noted that they are overdue, and threads that are one with another.
CREATE INDEX ask_unnoted ON ask (due_at, key) WHERE state = 'open' AND ignored_at IS NULL;
CREATE INDEX handling_merged ON handling (merged_into) WHERE merged_into IS NOT NULL;

-- People of the Desk.

-- Mail.

-- Other doors.

-- What leads a visitor of a form back to what they wrote: a token, kept by its hash, or who they are by a signature.
CREATE TABLE conversation (
  name TEXT PRIMARY KEY, source TEXT NOT NULL, token BYTEA, person_kind TEXT NOT NULL, person_id TEXT NOT NULL,
  begun_at BIGINT NOT NULL, seen_at BIGINT NOT NULL, ended_at BIGINT
) /* sqlite: WITHOUT ROWID */;
CREATE UNIQUE INDEX conversation_token ON conversation (token) WHERE token IS NOT NULL;
CREATE INDEX conversation_person ON conversation (source, person_kind, person_id, begun_at);
-- Pages that are said to mention us, one row for each pair of pages: what is to be looked at, and what was found.
CREATE TABLE mention (
  id BIGINT PRIMARY KEY, source TEXT NOT NULL, page TEXT NOT NULL, target TEXT NOT NULL, state TEXT NOT NULL,
  attempts BIGINT NOT NULL, next_at BIGINT NOT NULL, told_at BIGINT NOT NULL, looked_at BIGINT, digest TEXT,
  n_versions BIGINT NOT NULL, last_error TEXT, UNIQUE (source, page, target)
);
CREATE INDEX mention_next ON mention (state, next_at);
-- Feeds that are looked at, with what makes the next look cheap.
CREATE TABLE feed (
  source TEXT NOT NULL, url TEXT NOT NULL, etag TEXT, modified TEXT, next_at BIGINT NOT NULL, looked_at BIGINT,
  failures BIGINT NOT NULL, n_taken BIGINT NOT NULL, last_error TEXT, PRIMARY KEY (source, url)
) /* sqlite: WITHOUT ROWID */;

-- Duty.
