import { StandardMaterial } from '@babylonjs/core/Materials/standardMaterial.js';
import { Color3 } from '@babylonjs/core/Maths/math.color.js';
import type { Mesh } from '@babylonjs/core/Meshes/mesh.js';
import type { Scene } from '@babylonjs/core/scene.js';
import type { SgapsRecorder } from '@sgaps/babylon';
import { ReplayTexture } from '@sgaps/babylon/replay';
import { chooseSession, type Running } from './chooseSession.js';

/** ms between two looks at who is playing. */
const LOOK = 6000;

/**
 * Shows another session live on the screens beside the road, whatever its game is; the driver's own where nobody else plays, and the test card where
 * there is no server to ask.
 */
export class TracksideTv {
  private showing: { readonly recording: string; readonly texture: ReplayTexture } | undefined;
  private readonly material: StandardMaterial;
  private readonly card: Mesh['material'];

  /** `say` tells the player what is on. */
  constructor(
    private readonly scene: Scene,
    private readonly screens: readonly Mesh[],
    private readonly recorder: SgapsRecorder,
    private readonly server: string,
    private readonly say: (words: string) => void,
  ) {
    this.card = screens[0]?.material ?? null;
    this.material = new StandardMaterial('tv', scene);
    this.material.disableLighting = true;
    this.material.diffuseColor = this.material.specularColor = Color3.Black();
    this.material.fogEnabled = false;
    const timer = setInterval(() => void this.look(), LOOK);
    scene.onDisposeObservable.addOnce(() => {
      clearInterval(timer);
      this.turnOff();
    });
    void this.look();
  }

  private async look(): Promise<void> {
    try {
      const response = await fetch(`${this.server}/api/sessions`);
      if (!response.ok) throw new Error(`${response.url} answers ${response.status}`);
      const { items } = (await response.json()) as { items: readonly Running[] };
      const chosen = chooseSession(items, this.recorder.recordingId ?? null, this.showing?.recording);
      if (chosen?.recordingId !== this.showing?.recording) this.turnTo(chosen);
    } catch (cause) {
      console.info(cause);
      this.turnOff();
    }
  }

  private turnTo(session: Running | undefined): void {
    this.turnOff();
    if (!session) return;
    const { recordingId: recording, game } = session;
    const source = { server: this.server, recording };
    const texture = new ReplayTexture('tv', { source, messages: { loading: 'SGAPS TV' } }, this.scene);
    this.showing = { recording, texture };
    this.material.emissiveTexture = texture;
    for (const screen of this.screens) screen.material = this.material;
    // Where it breaks off the next look finds another.
    texture.onErrorObservable.add(({ message }) => {
      console.info(`Nothing on the screens: ${message}`);
      if (this.showing?.texture === texture) this.turnOff();
    });
    texture.onReadyObservable.addOnce((player) => {
      player.live().catch(() => undefined); // told by the texture
      const own = recording === this.recorder.recordingId;
      this.say(`On the trackside screens: ${own ? 'you' : game}, live`);
    });
  }

  private turnOff(): void {
    const { texture } = this.showing ?? {};
    this.showing = undefined;
    for (const screen of this.screens) screen.material = this.card;
    this.material.emissiveTexture = null;
    texture?.dispose();
  }
}
