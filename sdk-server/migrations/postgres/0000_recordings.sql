CREATE TABLE recordings (
  id text COLLATE "C" PRIMARY KEY NOT NULL,
  game text COLLATE "C" NOT NULL,
  engine text COLLATE "C" NOT NULL,
  started_at double precision NOT NULL,
  ended_at double precision,
  duration_ms double precision NOT NULL,
  frames bigint NOT NULL,
  bytes bigint NOT NULL,
  bytes_up bigint NOT NULL,
  bytes_down bigint NOT NULL,
  grid_width bigint NOT NULL,
  grid_height bigint NOT NULL,
  fps double precision NOT NULL,
  status text COLLATE "C" NOT NULL,
  model_id text COLLATE "C" NOT NULL,
  meta json NOT NULL,
  room_id text COLLATE "C",
  archived_at double precision,
  archived_from bigint,
  archived_to bigint,
  archive_model text COLLATE "C"
);
--> statement-breakpoint
CREATE INDEX recordings_started ON recordings (started_at);
--> statement-breakpoint
CREATE INDEX recordings_status ON recordings (status, started_at);
