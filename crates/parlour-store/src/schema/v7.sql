-- The servers that work on this database, where there may be several: each writes how it stands, again and again.
CREATE TABLE server (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, version TEXT NOT NULL, started_at BIGINT NOT NULL, beats BIGINT NOT NULL,
  leads BIGINT NOT NULL, folded BIGINT NOT NULL, last_run BIGINT NOT NULL, n_unsealed BIGINT NOT NULL,
  n_taken BIGINT NOT NULL, n_erased BIGINT NOT NULL
) /* sqlite: WITHOUT ROWID */;
-- Pictures whose files are being put into the object store, and have no row yet: nobody sweeps them away.
CREATE TABLE hanging (
  file TEXT PRIMARY KEY, at BIGINT NOT NULL
) /* sqlite: WITHOUT ROWID */;
-- Objects of the journal whose events are sealed, and that are still to be removed from the object store.
CREATE TABLE leaving (
  object TEXT PRIMARY KEY
) /* sqlite: WITHOUT ROWID */;
