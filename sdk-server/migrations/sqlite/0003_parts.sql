CREATE INDEX recordings_continues ON recordings (continues);
