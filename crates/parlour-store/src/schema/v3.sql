-- Version 3: audiences.

CREATE TABLE audience (
  id BIGINT PRIMARY KEY, name TEXT NOT NULL, object TEXT NOT NULL, predicate TEXT NOT NULL,
  created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL
);
