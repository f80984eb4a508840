/** A row of `/api/sessions`, as far as it matters here. */
export interface Running {
  readonly recordingId: string;
  readonly game: string;
  readonly startedAt: number;
}

/** What to show: what is on, as long as somebody else plays it; else the newest session of somebody else; else the own one. */
export function chooseSession(items: readonly Running[], own: string | null, showing?: string): Running | undefined {
  const others = items.filter(({ recordingId }) => recordingId !== own).sort((a, b) => b.startedAt - a.startedAt);
  return (
    others.find(({ recordingId }) => recordingId === showing) ?? others[0] ?? items.find(({ recordingId }) => recordingId === own)
  );
}
