import { FreeCamera } from '@babylonjs/core/Cameras/freeCamera.js';
import { NullEngine } from '@babylonjs/core/Engines/nullEngine.js';
import { Vector3 } from '@babylonjs/core/Maths/math.vector.js';
import { Logger } from '@babylonjs/core/Misc/logger.js';
import { Scene } from '@babylonjs/core/scene.js';
import { beforeEach, describe, expect, it } from 'vitest';
import { FrameHooks } from './FrameHooks.js';

Logger.LogLevels = Logger.NoneLogLevel;

describe('FrameHooks', () => {
  let engine: NullEngine;
  let scene: Scene;
  let log: string[];
  let hooks: FrameHooks;

  beforeEach(() => {
    engine = new NullEngine();
    scene = new Scene(engine);
    new FreeCamera('camera', Vector3.Zero(), scene);
    log = [];
    scene.onBeforeCameraRenderObservable.add(() => log.push('draw'));
    hooks = new FrameHooks(scene, {
      begin: () => log.push('begin'),
      drawn: () => log.push('drawn'),
      end: () => log.push('end'),
      failed: (cause) => log.push(String(cause)),
    });
  });

  function engineFrame(draw: () => void): void {
    engine.beginFrame();
    draw();
    engine.endFrame();
  }

  it("follows the engine's frames, once each, however many scenes and draws they hold", () => {
    const hud = new Scene(engine);
    new FreeCamera('hud', Vector3.Zero(), hud);
    engineFrame(() => {
      scene.render();
      hud.render();
      scene.render();
    });
    expect(log).toEqual(['begin', 'draw', 'drawn', 'draw', 'drawn', 'end']);
  });

  it('has no end for a frame in which nothing was drawn, one for whichever scene was', () => {
    const menu = new Scene(engine);
    new FreeCamera('menu', Vector3.Zero(), menu);
    engineFrame(() => undefined);
    expect(log).toEqual(['begin']);
    engineFrame(() => menu.render());
    expect(log).toEqual(['begin', 'begin', 'end']);
    scene.render();
    expect(log.slice(3)).toEqual(['begin', 'draw', 'drawn', 'end']);
  });

  it("follows the scene's draws where no engine frame is open", () => {
    scene.render();
    scene.render();
    expect(log).toEqual(['begin', 'draw', 'drawn', 'end', 'begin', 'draw', 'drawn', 'end']);
  });

  it('changes over and back with the app', () => {
    scene.render();
    engineFrame(() => scene.render());
    scene.render();
    expect(log.filter((what) => what !== 'draw' && what !== 'drawn')).toEqual(['begin', 'end', 'begin', 'end', 'begin', 'end']);
  });

  it("takes the scene's draws when an error cut the engine's last frame short", () => {
    engine.beginFrame();
    for (let i = 0; i < 20; i++) scene.render();
    expect(log.filter((what) => what === 'end').length).toBeGreaterThan(8);
  });

  it("comes before the game's own observers of the end of a draw", () => {
    const late = new Scene(engine);
    new FreeCamera('late', Vector3.Zero(), late);
    const order: string[] = [];
    late.onAfterRenderObservable.add(() => order.push('game'));
    const nothing = () => undefined;
    new FrameHooks(late, { begin: nothing, drawn: () => order.push('drawn'), end: nothing, failed: nothing });
    late.render();
    expect(order).toEqual(['drawn', 'game']);
  });

  it('keeps what its handlers throw from engine and scene', () => {
    hooks.dispose();
    const fail = (what: string) => () => {
      throw what;
    };
    new FrameHooks(scene, { begin: fail('1'), drawn: fail('2'), end: fail('3'), failed: (cause) => log.push(String(cause)) });
    engineFrame(() => scene.render());
    scene.render();
    expect(log).toEqual(['1', 'draw', '2', '3', '1', 'draw', '2', '3']);
  });

  it('leaves nothing behind', async () => {
    // Babylon takes removed observers off its lists with the next timer.
    const observers = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      const { onBeginFrameObservable, onEndFrameObservable } = engine;
      const all = [onBeginFrameObservable, onEndFrameObservable, scene.onBeforeRenderObservable, scene.onAfterRenderObservable];
      return all.map(({ observers }) => observers.length);
    };
    const hooked = await observers();
    hooks.dispose();
    engineFrame(() => scene.render());
    scene.render();
    expect(log).toEqual(['draw', 'draw']);
    expect(await observers()).toEqual([hooked[0] - 1, hooked[1] - 1, hooked[2] - 1, hooked[3] - 2]);
  });
});
