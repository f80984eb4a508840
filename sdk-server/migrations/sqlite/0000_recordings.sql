CREATE TABLE recordings (
  id TEXT PRIMARY KEY NOT NULL,
  game TEXT NOT NULL,
  engine TEXT NOT NULL,
  started_at REAL NOT NULL,
  ended_at REAL,
  duration_ms REAL NOT NULL,
  frames INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  bytes_up INTEGER NOT NULL,
  bytes_down INTEGER NOT NULL,
  grid_width INTEGER NOT NULL,
  grid_height INTEGER NOT NULL,
  fps REAL NOT NULL,
  status TEXT NOT NULL,
  model_id TEXT NOT NULL,
  meta TEXT NOT NULL,
  room_id TEXT,
  archived_at REAL,
  archived_from INTEGER,
  archived_to INTEGER,
  archive_model TEXT
);
--> statement-breakpoint
CREATE INDEX recordings_started ON recordings (started_at);
--> statement-breakpoint
CREATE INDEX recordings_status ON recordings (status, started_at);
