import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { type Kept, RecordingSurvey, type ShelfPlace, ShelfSlots, type SnapshotShelf } from '@sgaps/core';
import { isSgapsError } from '@sgaps/protocol';
import { openRecording } from '../storage/openRecording.js';
import { nodeMachine } from './nodeMachine.js';
import type { FromSurvey, SurveySetup, ToSurvey } from './surveyMessages.js';

/** ms between two words of how far it is. */
const TELL_EVERY = 500;

/** The thread that surveys a recording: sends the states it finds to its owner's shelf. */
const port = parentPort!;
const setup = workerData as SurveySetup;
const stop = { aborted: false };
let { lookedAt } = setup;
let stored: () => void = () => undefined;

function say(message: FromSurvey, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer);
}

/** Knows where it has sent states for, and leaves the rest to the shelf at the other end. */
class SentShelf implements SnapshotShelf {
  readonly #slots = new ShelfSlots<Kept>(Number.POSITIVE_INFINITY);

  constructor(spacing: number) {
    this.#slots.widen(spacing);
  }

  get spacing(): number {
    return this.#slots.spacing;
  }

  expect(): void {
    // The shelf at the other end knows the recording.
  }

  wants(time: number): boolean {
    return this.#slots.wants(time);
  }

  async put(place: ShelfPlace, state: Uint8Array): Promise<void> {
    this.#slots.add({ place, size: 0 });
    const answer = new Promise<void>((resolve) => {
      stored = resolve;
    });
    const whole = state.byteLength === state.buffer.byteLength ? state : state.slice();
    say({ kind: 'place', place, state: whole }, [whole.buffer as ArrayBuffer]);
    await answer;
  }

  spread(spacing: number): void {
    if (spacing > this.#slots.spacing) this.#slots.widen(spacing);
  }

  before(): null {
    return null;
  }

  async read(): Promise<null> {
    return null;
  }
}

async function serve(): Promise<void> {
  const reader = await openRecording(setup.path, setup.journals, 'a recording to survey');
  const shelf = new SentShelf(setup.spacing);
  const survey = new RecordingSurvey(reader, {
    machine: nodeMachine,
    shelf,
    lookedAt: () => lookedAt,
    onPoints: (points) => say({ kind: 'points', points }),
  });
  const timer = setInterval(() => say({ kind: 'share', share: survey.share }), TELL_EVERY);
  let running = Promise.resolve();
  const run = (refreshes: boolean) => {
    running = running.then(async () => {
      if (refreshes && !(await reader.refresh())) return;
      if (await survey.run(stop)) say({ kind: 'surveyed', finished: reader.index.hasFooter });
    });
    return running.catch(fail);
  };
  port.on('message', (message: ToSurvey) => {
    if (message.kind === 'stored') {
      shelf.spread(message.spacing);
      stored();
    } else if (message.kind === 'lookAt') lookedAt = message.time;
    else if (message.kind === 'grew') void run(true);
    else {
      stop.aborted = true;
      stored();
      clearInterval(timer);
      void running
        .catch(() => undefined)
        .then(() => reader.close())
        .then(() => port.close());
    }
  });
  await run(false);
}

function fail(error: unknown): void {
  if (!isSgapsError(error)) throw error;
  say({ kind: 'failed', code: error.code, message: error.message });
}

// On Linux this is the thread alone; elsewhere it would be the whole process.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
await serve().catch(fail);
