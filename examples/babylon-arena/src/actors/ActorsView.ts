import { StandardMaterial } from '@babylonjs/core/Materials/standardMaterial.js';
import { Color3 } from '@babylonjs/core/Maths/math.color.js';
import type { AbstractMesh } from '@babylonjs/core/Meshes/abstractMesh.js';
import { CreateSphere } from '@babylonjs/core/Meshes/Builders/sphereBuilder.js';
import '@babylonjs/core/Meshes/instancedMesh.js';
import type { InstancedMesh } from '@babylonjs/core/Meshes/instancedMesh.js';
import type { Mesh } from '@babylonjs/core/Meshes/mesh.js';
import type { Scene } from '@babylonjs/core/scene.js';
import { createTexture } from '../../../shared/babylon/createTexture.js';
import { metal } from '../art/patterns.js';
import type { Enemy, Pickup, Shot } from '../sim/types.js';
import type { World } from '../sim/World.js';
import { createEnemies, createPickups, createRobot, type Model } from './models.js';

/** Draws everything that moves; follows the world, never changes it. */
export class ActorsView {
  private readonly metal: StandardMaterial;
  private readonly white: StandardMaterial;
  private readonly robot: Model;
  private readonly kinds: ReturnType<typeof createEnemies>;
  private readonly things: ReturnType<typeof createPickups>;
  private readonly enemies = new Map<Enemy, Model>();
  private readonly pickups = new Map<Pickup, Mesh>();
  private readonly bolts: InstancedMesh[] = [];
  private readonly orbs: InstancedMesh[] = [];
  private readonly bolt: Mesh;
  private readonly orb: Mesh;

  constructor(
    scene: Scene,
    private readonly castShadow: (mesh: Mesh) => void,
  ) {
    this.metal = createMetal(scene);
    this.white = glowing('flash', '#fff4e0', scene);
    this.robot = createRobot(this.metal, scene);
    for (const mesh of meshesOf(this.robot)) castShadow(mesh);
    this.kinds = createEnemies(this.metal, scene);
    this.things = createPickups(this.metal, scene);
    this.bolt = ball('shot', '#fff07a', 0.26, 3.2, scene);
    this.orb = ball('orb', '#ff5c8a', 0.5, 1, scene);
  }

  /** Resolves when all there is can be drawn at once, without a frame in which it is missing. */
  async ready(): Promise<void> {
    const { beetle, drone, brute } = this.kinds;
    const bolt = this.bolt.createInstance('warm-up');
    await Promise.all([
      ...[beetle.body, drone.body, brute.body, this.robot.body].map((mesh) => this.metal.forceCompilationAsync(mesh)),
      this.white.forceCompilationAsync(beetle.body),
      ...[this.bolt, this.orb].map((mesh) => mesh.material?.forceCompilationAsync(mesh, { useInstances: true })),
    ]);
    bolt.dispose();
    for (const { body } of Object.values(this.kinds)) body.setEnabled(false);
    for (const mesh of Object.values(this.things)) mesh.setEnabled(false);
  }

  /** Puts everything where the world has it. */
  follow(world: World): void {
    this.followPlayer(world);
    keep(this.enemies, world.enemies, (model) => model.body.dispose());
    for (const enemy of world.enemies) this.followEnemy(enemy, world.ticks);
    keep(this.pickups, world.pickups, (mesh) => mesh.dispose());
    for (const pickup of world.pickups) this.followPickup(pickup);
    this.followShots(
      this.bolts,
      this.bolt,
      world.shots.filter((shot) => !shot.hostile),
    );
    this.followShots(
      this.orbs,
      this.orb,
      world.shots.filter((shot) => shot.hostile),
    );
  }

  private followPlayer({ player, ticks, dead }: World): void {
    const { body, limbs } = this.robot;
    const swing = player.grounded ? Math.sin(player.stride * 2.6) * Math.min(1, Math.hypot(player.vx, player.vz) / 5) : 0.7;
    body.position.set(player.x, player.y + Math.abs(swing) * 0.05, player.z);
    body.rotation.set(dead ? -1.35 : 0, player.yaw, 0);
    limbs[0].rotation.x = swing * 0.8;
    limbs[1].rotation.x = -swing * 0.8;
    limbs[2].rotation.x = -swing * 0.6;
    limbs[3].position.z = player.reload > 8 ? -0.08 : 0;
    const blinks = player.safeTicks > 0 && ticks % 8 < 3;
    for (const mesh of meshesOf(this.robot)) mesh.material = blinks ? this.white : this.metal;
  }

  private followEnemy(enemy: Enemy, ticks: number): void {
    let model = this.enemies.get(enemy);
    if (!model) {
      model = this.copy(this.kinds[enemy.kind], `${enemy.kind}-${enemy.id}`);
      this.enemies.set(enemy, model);
    }
    const { body, limbs } = model;
    const hit = enemy.hitTicks / 8;
    const bob = enemy.kind === 'drone' ? Math.sin(ticks * 0.07 + enemy.id) * 0.12 : 0;
    body.position.set(enemy.x, enemy.y + bob, enemy.z);
    body.rotation.set(enemy.kind === 'drone' ? 0.15 : -hit * 0.2, enemy.yaw, 0);
    body.scaling.setAll((enemy.kind === 'brute' ? 1 : 1.2) + hit * 0.14);
    const swing = Math.sin(enemy.stride * 5) * (enemy.kind === 'beetle' ? 0.5 : 0.7);
    if (enemy.kind === 'drone') limbs[0].rotation.y = ticks * 0.9;
    else limbs.forEach((limb, i) => (limb.rotation.x = i ? -swing : swing));
    for (const mesh of meshesOf(model)) mesh.material = enemy.hitTicks > 4 ? this.white : this.metal;
  }

  private followPickup(pickup: Pickup): void {
    let mesh = this.pickups.get(pickup);
    if (!mesh) {
      mesh = this.things[pickup.kind].clone(`${pickup.kind}-${pickup.id}`);
      mesh.setEnabled(true);
      this.castShadow(mesh);
      this.pickups.set(pickup, mesh);
    }
    mesh.position.set(pickup.x, pickup.y + 0.15 + Math.sin(pickup.age * 0.06) * 0.1, pickup.z);
    mesh.rotation.y = pickup.age * 0.045;
    mesh.scaling.setAll(Math.min(1, pickup.age / 12 + 0.1) * 1.15);
  }

  /** Makes enough pictures for all shots and hides the rest. */
  private followShots(pictures: InstancedMesh[], source: Mesh, shots: readonly Shot[]): void {
    while (pictures.length < shots.length) pictures.push(source.createInstance(`${source.name}-${pictures.length}`));
    pictures.forEach((picture, i) => {
      const shot = shots.at(i);
      picture.setEnabled(shot !== undefined);
      if (!shot) return;
      picture.position.set(shot.x, shot.y, shot.z);
      picture.rotation.set(-Math.atan2(shot.vy, Math.hypot(shot.vx, shot.vz)), Math.atan2(shot.vx, shot.vz), 0);
    });
  }

  private copy({ body, limbs }: Model, name: string): Model {
    const copy = body.clone(name, null, true);
    copy.setEnabled(true);
    const copied = limbs.map((limb, i) => limb.clone(`${name}-limb-${i}`, copy, true));
    const model = { body: copy, limbs: copied };
    for (const mesh of meshesOf(model)) this.castShadow(mesh);
    return model;
  }
}

/** Drops the pictures of what is gone. */
function keep<K, V>(pictures: Map<K, V>, alive: readonly K[], dispose: (picture: V) => void): void {
  for (const [thing, picture] of pictures) {
    if (alive.includes(thing)) continue;
    dispose(picture);
    pictures.delete(thing);
  }
}

function meshesOf({ body, limbs }: Model): Mesh[] {
  return [body, ...limbs];
}

function createMetal(scene: Scene): StandardMaterial {
  const material = new StandardMaterial('metal', scene);
  material.diffuseTexture = createTexture('metal', metal, scene, 128);
  material.specularColor = Color3.Black();
  material.emissiveColor = Color3.FromHexString('#2a2622');
  return material;
}

function glowing(name: string, colour: string, scene: Scene): StandardMaterial {
  const material = new StandardMaterial(name, scene);
  material.disableLighting = true;
  material.emissiveColor = Color3.FromHexString(colour);
  material.fogEnabled = false;
  return material;
}

function ball(name: string, colour: string, size: number, long: number, scene: Scene): Mesh {
  const mesh = CreateSphere(name, { diameterX: size, diameterY: size, diameterZ: size * long, segments: 6 }, scene);
  mesh.material = glowing(name, colour, scene);
  mesh.isVisible = false; // only its instances are
  (mesh as AbstractMesh).isPickable = false;
  return mesh;
}
