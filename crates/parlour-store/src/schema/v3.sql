-- Version 3: audiences; which model of coming back each object goes by, week by week.

CREATE TABLE audience (
  id BIGINT PRIMARY KEY, name TEXT NOT NULL, object TEXT NOT NULL, predicate TEXT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);

CREATE TABLE fit (
  object TEXT NOT NULL, day BIGINT NOT NULL, choice TEXT NOT NULL, factor DOUBLE PRECISION NOT NULL,
  n_people BIGINT NOT NULL, made_at BIGINT NOT NULL, PRIMARY KEY (object, day)
) /* sqlite: WITHOUT ROWID */;
