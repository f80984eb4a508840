ALTER TABLE deletions ADD COLUMN erased_at double precision;
--> statement-breakpoint
CREATE INDEX recordings_usage ON recordings (game, bytes, archived_to);
