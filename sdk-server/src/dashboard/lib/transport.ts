import { byId, make } from './dom.js';
import { clock } from './format.js';
import { PlayIntent } from './PlayIntent.js';

/** An event marker of a recording. */
export interface Marker {
  readonly time: number;
  readonly name: string;
  readonly data: unknown;
}

/** What the bar asks of the room. */
export interface TransportCommands {
  play(): void;
  pause(): void;
  seek(time: number): void;
  rate(rate: number): void;
  step(frames: number): void;
}

/** ms in which the bar stays where a seek put it: figures that were on their way would move it back. */
const SEEK_HOLD = 400;

const PLAY = 'M5 3v14l12-7z';
const PAUSE = 'M4 3h4v14H4zM12 3h4v14h-4z';

/** The playback bar: play, frame steps, seek bar with event markers, speed. */
export class TransportBar {
  readonly #commands: TransportCommands;
  readonly #seek = byId('seek', HTMLInputElement);
  readonly #time = byId('time', HTMLOutputElement);
  readonly #play = byId('play', HTMLButtonElement);
  readonly #rate = byId('rate', HTMLSelectElement);
  readonly #markers = byId('markers', HTMLDivElement);
  #events: readonly Marker[] = [];
  #dragging = false;
  #intent = new PlayIntent();
  #soughtAt = Number.NEGATIVE_INFINITY;
  #position = 0;
  #duration = 0;

  constructor(commands: TransportCommands) {
    this.#commands = commands;
    byId('transport', HTMLDivElement).hidden = false;
    this.#play.addEventListener('click', () => this.toggle());
    byId('back', HTMLButtonElement).addEventListener('click', () => this.step(-1));
    byId('forward', HTMLButtonElement).addEventListener('click', () => this.step(1));
    this.#rate.addEventListener('change', () => commands.rate(Number(this.#rate.value)));
    this.#seek.addEventListener('input', () => {
      this.#dragging = true;
      this.#goTo(this.#seek.valueAsNumber);
    });
    this.#seek.addEventListener('change', () => {
      this.#dragging = false;
    });
  }

  toggle(): void {
    const playing = !this.#intent.playing;
    if (playing) this.#commands.play();
    else this.#commands.pause();
    this.#press(playing);
  }

  /** Goes `frames` forward, back when negative; that pauses. */
  step(frames: number): void {
    this.#commands.step(frames);
    this.#press(false);
  }

  /** Goes `ms` forward, back when negative. */
  skip(ms: number): void {
    this.#goTo(Math.min(this.#duration, Math.max(0, this.#position + ms)));
  }

  /** The next speed up or down. */
  shiftRate(by: 1 | -1): void {
    const index = Math.min(this.#rate.options.length - 1, Math.max(0, this.#rate.selectedIndex + by));
    this.#rate.selectedIndex = index;
    this.#commands.rate(Number(this.#rate.value));
  }

  update(position: number, duration: number, playing: boolean, seeking: boolean): void {
    if (duration !== this.#duration) {
      this.#duration = duration;
      this.#seek.max = String(Math.max(1, Math.round(duration)));
      this.#placeMarkers();
    }
    this.#intent.tell(playing, performance.now());
    this.#showPlaying();
    const held = this.#dragging || seeking || performance.now() - this.#soughtAt < SEEK_HOLD;
    if (!held) this.#show(position);
  }

  setEvents(events: readonly Marker[]): void {
    this.#events = events;
    this.#placeMarkers();
  }

  #goTo(position: number): void {
    this.#soughtAt = performance.now();
    this.#show(position);
    this.#commands.seek(position);
  }

  #show(position: number): void {
    this.#position = position;
    if (!this.#dragging) this.#seek.value = String(Math.round(position));
    this.#seek.style.setProperty('--done', `${this.#duration > 0 ? (100 * position) / this.#duration : 0}%`);
    this.#seek.setAttribute('aria-valuetext', `${clock(position)} of ${clock(this.#duration)}`);
    this.#time.textContent = `${clock(position, true)} / ${clock(this.#duration, true)}`;
  }

  #press(playing: boolean): void {
    this.#intent.press(playing, performance.now());
    this.#showPlaying();
  }

  #showPlaying(): void {
    const { playing } = this.#intent;
    const label = playing ? 'Pause' : 'Play';
    if (this.#play.getAttribute('aria-label') === label) return;
    this.#play.querySelector('path')?.setAttribute('d', playing ? PAUSE : PLAY);
    this.#play.setAttribute('aria-label', label);
  }

  #placeMarkers(): void {
    if (this.#duration <= 0) return;
    this.#markers.replaceChildren(
      ...this.#events.map(({ time, name, data }) => {
        const title = `${name}${data === null ? '' : ` ${JSON.stringify(data)}`} · ${clock(time, true)}`;
        const marker = make('button', {
          class: 'marker',
          title,
          'aria-label': `Go to ${title}`,
          style: `left:${(100 * time) / this.#duration}%`,
        });
        marker.addEventListener('click', () => this.#goTo(time));
        return marker;
      }),
    );
  }
}
