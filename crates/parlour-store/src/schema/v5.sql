-- Version 5: the doors of conversations, and the people of the Desk.

-- Asks by what they are, to be counted; open ones of which nobody noted that they are overdue; and threads that are one with another.
CREATE INDEX ask_kinds ON ask (state, brand, class, layer, language, source);
CREATE INDEX ask_unnoted ON ask (due_at, key) WHERE state = 'open' AND ignored_at IS NULL;
CREATE INDEX handling_merged ON handling (merged_into) WHERE merged_into IS NOT NULL;

-- People of the Desk.

-- Whoever signs in. The one person there was before is the first; no names of brands stands for all of them.
CREATE TABLE staff (
  handle TEXT PRIMARY KEY, name TEXT NOT NULL, mail TEXT, role TEXT NOT NULL, brands TEXT, password TEXT,
  created_at BIGINT NOT NULL, joined_at BIGINT, disabled_at BIGINT
) /* sqlite: WITHOUT ROWID */;
CREATE UNIQUE INDEX staff_mail ON staff (mail) WHERE mail IS NOT NULL;
INSERT INTO staff (handle, name, role, created_at, joined_at) VALUES ('owner', 'Owner', 'owner', 0, 0);
CREATE TABLE passkey (
  id BYTEA PRIMARY KEY, staff TEXT NOT NULL, name TEXT NOT NULL, algorithm BIGINT NOT NULL, public_key BYTEA NOT NULL,
  n_signed BIGINT NOT NULL, created_at BIGINT NOT NULL, last_used_at BIGINT
) /* sqlite: WITHOUT ROWID */;
CREATE INDEX passkey_staff ON passkey (staff);
CREATE TABLE audit (
  id BIGINT PRIMARY KEY, at BIGINT NOT NULL, staff TEXT NOT NULL, action TEXT NOT NULL, object TEXT NOT NULL,
  outcome TEXT NOT NULL
);
CREATE INDEX audit_at ON audit (at);
ALTER TABLE session ADD COLUMN device TEXT NOT NULL DEFAULT '';
ALTER TABLE credential ADD COLUMN subject TEXT NOT NULL DEFAULT 'owner';
ALTER TABLE credential ADD COLUMN data TEXT NOT NULL DEFAULT '';

-- Mail.

-- Where a source of kind `mail` reads. `tls` is `tls`, `starttls` or `none`; `address` is what answers come from.
-- `next_uid` is the first mail that was not taken yet, by the server's numbering `uid_validity`; both are unknown until
-- it was read once, at `since`. `generation` rises when it becomes another mailbox.
CREATE TABLE mailbox (
  source BIGINT PRIMARY KEY, host TEXT NOT NULL, port BIGINT NOT NULL, tls TEXT NOT NULL, ca TEXT,
  user_name TEXT NOT NULL, password TEXT NOT NULL, folder TEXT NOT NULL, address TEXT NOT NULL,
  is_from_start BIGINT NOT NULL, generation BIGINT NOT NULL, uid_validity BIGINT, next_uid BIGINT, since BIGINT,
  is_renumbered BIGINT NOT NULL
);
-- Mails that were taken, whichever mailbox they lay in: `key` is made of the name they go by, `content` of what they are,
-- `said` of what they say.
CREATE TABLE letter (
  key BYTEA PRIMARY KEY, content BYTEA NOT NULL, sender BYTEA NOT NULL, said BYTEA NOT NULL, at BIGINT NOT NULL
) /* sqlite: WITHOUT ROWID */;
CREATE INDEX letter_sender ON letter (sender, at);
-- What came with a post. It is in no event, so a rebuild leaves it.
CREATE TABLE attachment (
  post BYTEA NOT NULL, place BIGINT NOT NULL, name TEXT NOT NULL, media_type TEXT NOT NULL, n_bytes BIGINT NOT NULL,
  body BYTEA NOT NULL, PRIMARY KEY (post, place)
);
-- Addresses that want no digest.
CREATE TABLE unsubscribed (address TEXT PRIMARY KEY, at BIGINT NOT NULL) /* sqlite: WITHOUT ROWID */;

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

-- The fediverse. A brand's actor is the source of that name; the key it signs with is secret.
CREATE TABLE actor (
  source TEXT PRIMARY KEY, private_key BYTEA NOT NULL, public_key TEXT NOT NULL, created_at BIGINT NOT NULL
) /* sqlite: WITHOUT ROWID */;
-- What others posted to an actor, until it is known who did.
CREATE TABLE activity (
  id BIGINT PRIMARY KEY, source TEXT NOT NULL, received_at BIGINT NOT NULL, next_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL, head TEXT NOT NULL, body BYTEA NOT NULL
);
CREATE INDEX activity_next ON activity (next_at, id);
-- Who was heard: where they are reached, and the key they sign with.
CREATE TABLE remote_actor (
  url TEXT PRIMARY KEY, key_id TEXT NOT NULL, key TEXT NOT NULL, inbox TEXT NOT NULL, handle TEXT NOT NULL,
  fetched_at BIGINT NOT NULL
) /* sqlite: WITHOUT ROWID */;
CREATE TABLE follower (
  source TEXT NOT NULL, actor TEXT NOT NULL, since BIGINT NOT NULL, PRIMARY KEY (source, actor)
) /* sqlite: WITHOUT ROWID */;
ALTER TABLE delivery ADD COLUMN inbox TEXT;

-- Duty.
-- What was told of an ask, so that it is told once.
CREATE TABLE duty_told (
  ask BYTEA NOT NULL, kind TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (ask, kind)
) /* sqlite: WITHOUT ROWID */;
