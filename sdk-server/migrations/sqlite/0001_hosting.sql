ALTER TABLE recordings ADD COLUMN stored_at REAL;
--> statement-breakpoint
ALTER TABLE recordings ADD COLUMN held TEXT;
--> statement-breakpoint
ALTER TABLE recordings ADD COLUMN owner TEXT;
--> statement-breakpoint
ALTER TABLE recordings ADD COLUMN continues TEXT;
--> statement-breakpoint
UPDATE recordings SET continues = json_extract(meta, '$.continues') WHERE json_valid(meta);
--> statement-breakpoint
CREATE INDEX recordings_game ON recordings (game, started_at);
--> statement-breakpoint
CREATE TABLE keys (
  id TEXT PRIMARY KEY NOT NULL,
  game TEXT NOT NULL,
  hash TEXT NOT NULL,
  label TEXT NOT NULL,
  created_at REAL NOT NULL,
  expires_at REAL,
  revoked_at REAL
);
--> statement-breakpoint
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  at REAL NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  target TEXT NOT NULL,
  detail TEXT NOT NULL,
  address TEXT NOT NULL,
  request_id TEXT NOT NULL
);
--> statement-breakpoint
CREATE INDEX audit_at ON audit (at);
--> statement-breakpoint
CREATE TABLE games (
  game TEXT PRIMARY KEY NOT NULL,
  keep_days REAL,
  keep_bytes INTEGER,
  keep_recordings INTEGER,
  quota_bytes INTEGER,
  quota_recordings INTEGER
);
--> statement-breakpoint
CREATE TABLE deletions (
  id TEXT PRIMARY KEY NOT NULL,
  at REAL NOT NULL
);
--> statement-breakpoint
PRAGMA user_version = 3;
