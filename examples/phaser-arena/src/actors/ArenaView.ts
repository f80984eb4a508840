import type Phaser from 'phaser';
import { ARENA } from '../sim/arena.js';
import type { ArenaWorld, Drone } from '../sim/world.js';

/** Draws the arena's floor, walls and everything that moves; follows the world, never changes it. */
export class ArenaView {
  private readonly ship: Phaser.GameObjects.Sprite;
  private readonly turret: Phaser.GameObjects.Image;
  private readonly drones = new Map<Drone, Phaser.GameObjects.Sprite>();
  private readonly bullets: Phaser.GameObjects.Image[] = [];
  private readonly gems: Phaser.GameObjects.Sprite[] = [];

  constructor(
    private readonly scene: Phaser.Scene,
    private readonly world: ArenaWorld,
  ) {
    scene.add.tileSprite(0, 0, ARENA.size, ARENA.size, 'floor').setOrigin(0);
    for (const wall of world.walls) {
      scene.add
        .rectangle(wall.x + 6, wall.y + 8, wall.width, wall.height, 0x0b1020, 0.45)
        .setOrigin(0)
        .setDepth(1);
      scene.add.tileSprite(wall.x, wall.y, wall.width, wall.height, 'wall').setOrigin(0).setDepth(6);
    }
    this.ship = scene.add.sprite(0, 0, 'ship', 'ship-0').setDepth(5).setName('ship').play('ship');
    this.turret = scene.add.image(0, 0, 'turret', 'turret-0').setDepth(5).setName('turret');
  }

  /** Where the camera should look. */
  get focus(): Phaser.GameObjects.Sprite {
    return this.ship;
  }

  follow(): void {
    const { player, ticks, dead } = this.world;
    const alpha = player.safeTicks > 0 && ticks % 10 < 5 ? 0.4 : 1;
    this.ship.setPosition(player.x, player.y).setRotation(player.body).setAlpha(alpha).setVisible(!dead);
    this.turret.setPosition(player.x, player.y).setRotation(player.aim).setAlpha(alpha).setVisible(!dead);
    this.followDrones();
    this.fit(this.bullets, this.world.bullets.length, () => this.scene.add.image(0, 0, 'bullet', 'bullet-0').setDepth(4));
    this.world.bullets.forEach((bullet, i) => this.bullets[i].setPosition(bullet.x, bullet.y).setRotation(bullet.angle));
    this.fit(this.gems, this.world.gems.length, () => this.scene.add.sprite(0, 0, 'gem', 'gem-0').setDepth(2).play('gem'));
    this.world.gems.forEach((gem, i) => this.gems[i].setPosition(gem.x, gem.y));
  }

  private followDrones(): void {
    for (const [drone, sprite] of this.drones) {
      if (this.world.drones.includes(drone)) continue;
      sprite.destroy();
      this.drones.delete(drone);
    }
    for (const drone of this.world.drones) {
      let sprite = this.drones.get(drone);
      if (!sprite) {
        sprite = this.scene.add.sprite(drone.x, drone.y, drone.kind, `${drone.kind}-0`).setDepth(3).setName(drone.kind);
        if (drone.kind === 'dart') sprite.play('dart');
        this.drones.set(drone, sprite);
      }
      sprite.setPosition(drone.x, drone.y).setRotation(drone.angle);
      if (drone.kind === 'heavy') sprite.setFrame(drone.hitTicks > 0 ? 'heavy-1' : 'heavy-0');
      else sprite.setScale(drone.hitTicks > 0 ? 1.2 : 1);
    }
  }

  /** Makes enough pictures for `count` things and hides the rest. */
  private fit<T extends Phaser.GameObjects.Image>(pictures: T[], count: number, create: () => T): void {
    while (pictures.length < count) pictures.push(create());
    pictures.forEach((picture, i) => picture.setVisible(i < count));
  }
}
