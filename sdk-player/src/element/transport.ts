import type { ReplayMarker, ReplayPlayer } from '@sgaps/client/player';

/** Speeds that are offered; those below zero play backwards. */
export const RATES = [-4, -2, -1, 0.25, 0.5, 1, 2, 4, 8] as const;

/** Seconds around a marker that count as standing on it. */
const ON_MARKER = 0.05;

/** What is asked of a player needs no answer here: where it fails, the player tells it as `error`. */
function unawaited(work: Promise<void>): void {
  work.catch(() => undefined);
}

export function togglePlay(player: ReplayPlayer): void {
  if (player.paused) unawaited(player.play());
  else player.pause();
}

/** Where players were sent last. */
const goals = new WeakMap<ReplayPlayer, number>();

/** Where a player is, or is on its way to: `currentTime` is what is shown. */
export function placeOf(player: ReplayPlayer): number {
  return (player.seeking ? goals.get(player) : undefined) ?? player.currentTime;
}

export function seekTo(player: ReplayPlayer, seconds: number): void {
  const goal = Math.min(player.duration, Math.max(0, seconds));
  goals.set(player, goal);
  unawaited(player.seek(goal));
}

/** Goes so many seconds on, or back. */
export function skip(player: ReplayPlayer, seconds: number): void {
  seekTo(player, placeOf(player) + seconds);
}

/** Goes so many frames on, or back. */
export function step(player: ReplayPlayer, frames: number): void {
  unawaited(player.step(frames));
}

export function goLive(player: ReplayPlayer): void {
  unawaited(player.live());
}

/** Goes to the end: of what grows, to where it grows. */
export function goToEnd(player: ReplayPlayer): void {
  if (player.growing) goLive(player);
  else seekTo(player, player.range?.end ?? player.duration);
}

/** Plays that way, and faster with each call: 1×, 2×, 4×, 8× on, or as far as −4× back. */
export function shuttle(player: ReplayPlayer, direction: 1 | -1): void {
  const rate = player.playbackRate;
  const speedsUp = !player.paused && Math.sign(rate) === direction && Math.abs(rate) >= 1;
  const most = direction > 0 ? RATES[RATES.length - 1] : -RATES[0];
  player.playbackRate = direction * (speedsUp ? Math.min(most, 2 * Math.abs(rate)) : 1);
  if (player.paused) unawaited(player.play());
}

/** The next speed up or down, in the direction that it plays. */
export function shiftRate(player: ReplayPlayer, by: 1 | -1): void {
  const rate = player.playbackRate;
  const sizes = RATES.filter((offered) => Math.sign(offered) === Math.sign(rate)).map(Math.abs);
  sizes.sort((a, b) => a - b);
  const size = by > 0 ? sizes.find((other) => other > Math.abs(rate)) : sizes.findLast((other) => other < Math.abs(rate));
  if (size !== undefined) player.playbackRate = Math.sign(rate) * size;
}

/** Goes to the next marker, or the one before, and says which; null where there is none. */
export function goToMarker(player: ReplayPlayer, by: 1 | -1): ReplayMarker | null {
  const now = placeOf(player);
  const marker =
    by > 0
      ? player.markers.find(({ time }) => time > now + ON_MARKER)
      : player.markers.findLast(({ time }) => time < now - ON_MARKER);
  if (marker) seekTo(player, marker.time);
  return marker ?? null;
}
