-- Version 4: conversations, the asks in them, and how the Desk deals with them.

-- Made of events, and made again by a rebuild: threads, posts, asks. A thread lies where it began: its key is that of
-- the source and the message it is named by.
CREATE TABLE thread (
  key BYTEA PRIMARY KEY, source TEXT NOT NULL, person BYTEA NOT NULL, object BYTEA NOT NULL, brand BYTEA NOT NULL,
  layer TEXT NOT NULL, title TEXT, address TEXT, opened_at BIGINT NOT NULL, last_at BIGINT NOT NULL,
  n_posts BIGINT NOT NULL
) /* sqlite: WITHOUT ROWID */;
CREATE INDEX thread_person ON thread (person, last_at);
-- `seq` is the place in the journal. `about` is the ask that a note of the system speaks of; `data` what programs may
-- want to know, as JSON.
CREATE TABLE post (
  seq BIGINT PRIMARY KEY, key BYTEA NOT NULL UNIQUE, thread BYTEA NOT NULL, at BIGINT NOT NULL, role TEXT NOT NULL,
  person BYTEA NOT NULL, object BYTEA NOT NULL, source TEXT NOT NULL, message TEXT, staff TEXT, verb TEXT NOT NULL,
  layer TEXT NOT NULL, title TEXT, address TEXT, text TEXT NOT NULL, about BYTEA, class TEXT, kind BIGINT NOT NULL,
  language TEXT, data TEXT NOT NULL
);
CREATE INDEX post_thread ON post (thread, at, seq);
CREATE TABLE ask (
  key BYTEA PRIMARY KEY, thread BYTEA NOT NULL, person BYTEA NOT NULL, object BYTEA NOT NULL, brand BYTEA NOT NULL,
  source TEXT NOT NULL, layer TEXT NOT NULL, class TEXT NOT NULL, kind BIGINT NOT NULL, language TEXT,
  state TEXT NOT NULL, opened_at BIGINT NOT NULL, last_at BIGINT NOT NULL, due_at BIGINT NOT NULL,
  acknowledged_at BIGINT, peer_at BIGINT, answered_at BIGINT, closed_at BIGINT, closed_why TEXT, ignored_at BIGINT,
  staff TEXT, n_posts BIGINT NOT NULL
) /* sqlite: WITHOUT ROWID */;
CREATE INDEX ask_due ON ask (state, due_at, key);
CREATE INDEX ask_class ON ask (state, class, due_at);
CREATE INDEX ask_brand ON ask (brand, state, due_at);
CREATE INDEX ask_thread ON ask (thread);
CREATE INDEX ask_person ON ask (person, opened_at);
CREATE INDEX ask_opened ON ask (opened_at);

-- Words of posts, for searching.
/* sqlite: CREATE VIRTUAL TABLE post_words USING fts5 (title, text, content='post', content_rowid='seq', tokenize='unicode61 remove_diacritics 2'); */
/* sqlite: CREATE TRIGGER post_added AFTER INSERT ON post BEGIN INSERT INTO post_words (rowid, title, text) VALUES (new.seq, new.title, new.text); END; */
/* sqlite: CREATE TRIGGER post_gone AFTER DELETE ON post BEGIN INSERT INTO post_words (post_words, rowid, title, text) VALUES ('delete', old.seq, old.title, old.text); END; */
/* postgres: ALTER TABLE post ADD COLUMN words tsvector GENERATED ALWAYS AS (to_tsvector('simple', COALESCE(title, '') || ' ' || text)) STORED; CREATE INDEX post_words ON post USING GIN (words); */

-- What the people of the Desk did; no event tells it, so a rebuild leaves it.
CREATE TABLE handling (
  thread BYTEA PRIMARY KEY, assignee TEXT, snoozed_until BIGINT, merged_into BYTEA, holder TEXT, held_until BIGINT,
  updated_at BIGINT NOT NULL
) /* sqlite: WITHOUT ROWID */;
CREATE TABLE note (
  id BIGINT PRIMARY KEY, thread BYTEA NOT NULL, staff TEXT NOT NULL, at BIGINT NOT NULL, text TEXT NOT NULL
);
CREATE INDEX note_thread ON note (thread, id);
CREATE TABLE draft (
  thread BYTEA NOT NULL, staff TEXT NOT NULL, text TEXT NOT NULL, updated_at BIGINT NOT NULL,
  PRIMARY KEY (thread, staff)
) /* sqlite: WITHOUT ROWID */;
-- Replies that wait for the time to take them back to be over, and what became of them. `message` is their name as an
-- event.
CREATE TABLE reply (
  id BIGINT PRIMARY KEY, message TEXT NOT NULL UNIQUE, thread BYTEA NOT NULL, staff TEXT NOT NULL, verb TEXT NOT NULL,
  text TEXT NOT NULL, state TEXT NOT NULL, made_at BIGINT NOT NULL, send_at BIGINT NOT NULL
);
CREATE INDEX reply_state ON reply (state, send_at);
CREATE INDEX reply_thread ON reply (thread, id);
CREATE TABLE saved_answer (
  id BIGINT PRIMARY KEY, name TEXT NOT NULL UNIQUE, text TEXT NOT NULL, updated_at BIGINT NOT NULL
);
-- What staff say a post is, where the rules were wrong.
CREATE TABLE correction (
  post BYTEA PRIMARY KEY, class TEXT NOT NULL, kind BIGINT NOT NULL, staff TEXT NOT NULL, at BIGINT NOT NULL
) /* sqlite: WITHOUT ROWID */;
