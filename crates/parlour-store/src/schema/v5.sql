-- Version 5: the doors of conversations, and the people of the Desk.

-- Open asks of which nobody noted that they are overdue, and threads that are one with another.
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

-- Other doors.

-- Duty.
