-- Version 5: the doors of conversations, and the people of the Desk.

-- Open asks of which nobody noted that they are overdue, and threads that are one with another.
CREATE INDEX ask_unnoted ON ask (due_at, key) WHERE state = 'open' AND ignored_at IS NULL;
CREATE INDEX handling_merged ON handling (merged_into) WHERE merged_into IS NOT NULL;

-- People of the Desk.

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

-- Duty.
