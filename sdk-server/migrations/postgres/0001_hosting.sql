ALTER TABLE recordings
  ADD COLUMN stored_at double precision,
  ADD COLUMN held text COLLATE "C",
  ADD COLUMN owner text COLLATE "C",
  ADD COLUMN continues text COLLATE "C";
--> statement-breakpoint
CREATE INDEX recordings_game ON recordings (game, started_at);
--> statement-breakpoint
CREATE TABLE keys (
  id text COLLATE "C" PRIMARY KEY NOT NULL,
  game text COLLATE "C" NOT NULL,
  hash text COLLATE "C" NOT NULL,
  label text COLLATE "C" NOT NULL,
  created_at double precision NOT NULL,
  expires_at double precision,
  revoked_at double precision
);
--> statement-breakpoint
CREATE TABLE audit (
  id bigserial PRIMARY KEY NOT NULL,
  at double precision NOT NULL,
  actor text COLLATE "C" NOT NULL,
  action text COLLATE "C" NOT NULL,
  target text COLLATE "C" NOT NULL,
  detail json NOT NULL,
  address text COLLATE "C" NOT NULL,
  request_id text COLLATE "C" NOT NULL
);
--> statement-breakpoint
CREATE INDEX audit_at ON audit (at);
--> statement-breakpoint
CREATE TABLE games (
  game text COLLATE "C" PRIMARY KEY NOT NULL,
  keep_days double precision,
  keep_bytes bigint,
  keep_recordings bigint,
  quota_bytes bigint,
  quota_recordings bigint
);
--> statement-breakpoint
CREATE TABLE deletions (
  id text COLLATE "C" PRIMARY KEY NOT NULL,
  at double precision NOT NULL
);
