ALTER TABLE deletions ADD COLUMN in_store bigint NOT NULL DEFAULT 0;
