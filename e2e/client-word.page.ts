import type { SgapsPluginOptions } from '@sgaps/phaser';
import type * as Phaser from 'phaser';
import { Meadow, type PhaserStage, startPhaserStage } from './support/phaserStage.js';

export type MaskKind = 'none' | 'rect' | 'object' | 'container' | 'graphics' | 'predicate';

export interface WordOptions {
  readonly endpoint: string;
  /** What is drawn in magenta, and whether the game hides it. */
  readonly secret?: MaskKind;
  readonly masked?: boolean;
  /** What the player answers, and how. */
  readonly consent?: boolean | 'later';
  readonly autoStart?: boolean;
  readonly antialias?: boolean;
}

const MAGENTA = 0xff00ff;

/** The meadow, with something that nobody is to see, under a camera that scrolls, zooms and turns. */
class Secrets extends Meadow {
  readonly secrets: Phaser.GameObjects.GameObject[] = [];
  readonly #kind: MaskKind;

  constructor(kind: MaskKind) {
    super();
    this.#kind = kind;
  }

  override create(): void {
    super.create();
    const white = this.textures.createCanvas('white', 8, 8) as Phaser.Textures.CanvasTexture;
    white.context.fillStyle = '#fff';
    white.context.fillRect(0, 0, 8, 8);
    white.refresh();
    const image = (x: number, y: number) => this.add.image(x, y, 'white').setTint(MAGENTA).setName('secret');
    if (this.#kind === 'rect') {
      // Hangs on the screen of a camera of its own, which does not move.
      const fixed = image(70, 120).setDisplaySize(60, 30);
      this.cameras.main.ignore(fixed);
      const still = this.cameras.add(0, 0, 320, 180);
      still.ignore(this.children.list.filter((object) => object !== fixed));
    } else if (this.#kind === 'object') {
      this.secrets.push(image(160, 90).setDisplaySize(50, 24).setScrollFactor(0.4));
    } else if (this.#kind === 'container') {
      const far = image(-50, 20).setScale(3, 2).setRotation(0.6);
      const near = this.add
        .container(20, 10, [image(0, 0).setScale(2)])
        .setScale(1.5)
        .setRotation(1);
      const ahead = image(40, 40).setScale(2).setScrollFactor(0.5);
      const box = this.add.container(160, 90, [far, near, ahead]).setRotation(0.4);
      this.secrets.push(box);
    } else if (this.#kind === 'graphics') {
      // Of a drawing Phaser knows no bounds.
      const dot = this.add.graphics().fillStyle(MAGENTA).fillCircle(60, -30, 14);
      this.secrets.push(this.add.container(160, 90, [image(0, 0).setScale(2), dot]));
    } else if (this.#kind === 'predicate') {
      image(120, 60).setScale(4);
      image(200, 120).setScale(2, 6);
      this.add.container(230, 70, [image(0, 0).setScale(3)]).setRotation(0.3);
    }
  }

  override update(): void {
    super.update();
    const t = this.frame;
    const camera = this.cameras.main;
    camera.setScroll(20 * Math.sin(t / 20), 12 * Math.cos(t / 17));
    camera.setZoom(1 + 0.4 * Math.sin(t / 13));
    camera.setRotation(0.5 * Math.sin(t / 23));
    for (const secret of this.secrets) {
      if (this.#kind === 'object') (secret as Phaser.GameObjects.Image).setRotation(t / 15);
    }
  }
}

let stage: PhaserStage;
let diagnostics: string[] = [];
let asked = 0;
let answer: (yes: boolean) => void = () => undefined;
let lives = 3;

async function open(options: WordOptions): Promise<void> {
  const { endpoint, secret = 'none', consent, autoStart = true, antialias = true } = options;
  diagnostics = [];
  asked = 0;
  const scene = new Secrets(secret);
  const data: SgapsPluginOptions = {
    endpoint,
    fps: 30,
    batch: 2,
    micros: Number.POSITIVE_INFINITY,
    tierBits: [8, 8, 8, 8],
    autoStart,
    values: { lives: { type: 'int', read: () => lives }, luck: { type: 'float', step: 0.25, read: () => 0.75 } },
    ...(consent === undefined
      ? {}
      : {
          consent: () => {
            asked++;
            return consent === 'later' ? new Promise<boolean>((resolve) => (answer = resolve)) : consent;
          },
        }),
    ...(options.masked && secret === 'rect' ? { masks: [{ x: 40 / 320, y: 105 / 180, width: 60 / 320, height: 30 / 180 }] } : {}),
    onDiagnostic: ({ code, message }) => diagnostics.push(`${code}: ${message}`),
  };
  stage = await startPhaserStage({ scene, data, antialias });
  const { plugin } = stage;
  if (!options.masked) return;
  if (secret === 'object' || secret === 'container' || secret === 'graphics')
    for (const what of scene.secrets) plugin?.mask(what);
  if (secret === 'predicate') plugin?.mask((object: object) => (object as Phaser.GameObjects.GameObject).name === 'secret');
}

function look() {
  const { plugin, frames } = stage;
  const stats = plugin?.stats;
  return {
    frames,
    asked,
    sent: stats?.sent ?? 0,
    sampled: stats?.frames ?? 0,
    samples: stats?.samples ?? 0,
    faults: stats?.faults ?? 0,
    recordingId: plugin?.recordingId ?? null,
    state: plugin?.recorder?.state ?? 'none',
    diagnostics: [...diagnostics],
  };
}

const act = {
  record: () => void stage.plugin?.record(),
  stop: () => stage.plugin?.stop(),
  pause: () => stage.plugin?.pause(),
  resume: () => stage.plugin?.resume(),
  yes: () => answer(true),
  no: () => answer(false),
  speak: () => {
    const { plugin, game } = stage;
    lives = 2;
    plugin?.event('coin', { value: 5, where: ['cave', null] });
    plugin?.marker('boss');
    const world = game.scene.getScene('world');
    const box = world.children.list.find(({ type }) => type === 'Image');
    if (box) plugin?.tag(box, 'important');
    plugin?.tag({ x: 0.25, y: 0.5, width: 0.5, height: 0.25 }, 'critical');
  },
};

const word = { open, look, act: (name: keyof typeof act) => act[name]() };
export type Word = typeof word;
Object.assign(window, { word });
