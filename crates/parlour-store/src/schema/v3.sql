-- Version 3: audiences; which model of coming back each object goes by, week by week; alerts and how they go out.

CREATE TABLE audience (
  id BIGINT PRIMARY KEY, name TEXT NOT NULL, object TEXT NOT NULL, predicate TEXT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);

CREATE TABLE fit (
  object TEXT NOT NULL, day BIGINT NOT NULL, choice TEXT NOT NULL, factor DOUBLE PRECISION NOT NULL,
  n_people BIGINT NOT NULL, made_at BIGINT NOT NULL, PRIMARY KEY (object, day)
) /* sqlite: WITHOUT ROWID */;

-- What somebody should be told. `person` is the 32 digits of a key, empty where it is about all. One kind, object,
-- person and episode is told once.
CREATE TABLE alert (
  id BIGINT PRIMARY KEY, kind TEXT NOT NULL, object TEXT NOT NULL, person TEXT NOT NULL, episode TEXT NOT NULL,
  day TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL, data TEXT NOT NULL, state TEXT NOT NULL,
  made_at BIGINT NOT NULL, UNIQUE (kind, object, person, episode)
);
CREATE INDEX alert_state ON alert (state, id);
-- Where alerts are posted to. `kinds` has blanks between; none is all. Rows are never deleted, so that no number comes
-- twice.
CREATE TABLE hook (
  id BIGINT PRIMARY KEY, url TEXT NOT NULL, secret TEXT NOT NULL, kinds TEXT NOT NULL, created_at BIGINT NOT NULL,
  disabled_at BIGINT, disabled_why TEXT, deleted_at BIGINT
);
-- The outbox: what is to be sent to a hook or by mail, and what became of it. `message` is the name by which whoever
-- gets it twice knows it.
CREATE TABLE delivery (
  id BIGINT PRIMARY KEY, message TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, alert BIGINT, hook BIGINT, mail TEXT,
  state TEXT NOT NULL, attempts BIGINT NOT NULL, next_at BIGINT NOT NULL, last_status BIGINT, last_error TEXT,
  made_at BIGINT NOT NULL, answered_at BIGINT, body TEXT NOT NULL
);
CREATE INDEX delivery_next ON delivery (state, next_at);
