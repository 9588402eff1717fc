-- Version 5: the doors of conversations, and the people of the Desk.

-- Open asks of which nobody noted that they are overdue, and threads that are one with another.
CREATE INDEX ask_unnoted ON ask (due_at, key) WHERE state = 'open' AND ignored_at IS NULL;
CREATE INDEX handling_merged ON handling (merged_into) WHERE merged_into IS NOT NULL;

-- People of the Desk.

-- Mail.

-- Other doors.

-- Duty.
-- What was told of an ask, so that it is told once.
CREATE TABLE duty_told (
  ask BYTEA NOT NULL, kind TEXT NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (ask, kind)
) /* sqlite: WITHOUT ROWID */;
