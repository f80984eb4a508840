import type Phaser from 'phaser';
import { tileNumbers } from '../art/tiles.js';
import { TILE } from '../sim/tiles.js';
import type { World } from '../sim/world.js';
import { VIEW } from '../view.js';
import { addBackdrop } from './Backdrop.js';
import { EnemySprite } from './EnemySprite.js';
import { HeroSprite } from './HeroSprite.js';

/** Everything of a level that is drawn, except HUD and particles. Follows the world, never changes it. */
export class LevelView {
  private readonly hero: HeroSprite;
  private readonly enemies: EnemySprite[];
  private readonly platforms: Phaser.GameObjects.Image[];
  private readonly coins: Phaser.GameObjects.Sprite[];
  private readonly hearts: Phaser.GameObjects.Image[];
  private readonly decor: Phaser.GameObjects.Sprite[] = [];

  constructor(
    private readonly scene: Phaser.Scene,
    private readonly world: World,
  ) {
    const { level } = world;
    addBackdrop(scene, level.theme, level.grid.columns * TILE, level.grid.rows * TILE);
    this.addTiles();
    this.addDecor();
    this.coins = level.coins.map((spot, i) => this.addCoin(spot.x, spot.y, i));
    this.hearts = level.hearts.map((spot) => scene.add.image(spot.x, spot.y, 'items', 'heart').setDepth(2));
    this.platforms = world.platforms.map((platform) => {
      const image = scene.add.image(platform.x, platform.y, `mover-${level.theme}`).setOrigin(0.5, 0.07).setDepth(1);
      return image.setDisplaySize(platform.spec.width, image.height).setName('mover');
    });
    this.enemies = world.enemies.map((enemy) => new EnemySprite(scene, enemy, level.theme));
    this.hero = new HeroSprite(scene, world.player);
  }

  follow(): void {
    const { world } = this;
    world.platforms.forEach((platform, i) => this.platforms[i].setPosition(Math.round(platform.x), Math.round(platform.y)));
    for (const enemy of this.enemies) enemy.follow();
    this.coins.forEach((coin, i) => coin.setVisible(!world.coinTaken[i]));
    this.hearts.forEach((heart, i) => heart.setVisible(!world.heartTaken[i]));
    this.hero.follow(world.player, world.ticks, world.finished);
    this.hero.setVisible(!world.dead);
    const { scrollX } = this.scene.cameras.main;
    for (const thing of this.decor) thing.setVisible(thing.x > scrollX - 64 && thing.x < scrollX + VIEW.width + 64);
  }

  private addTiles(): void {
    const { level } = this.world;
    const map = this.scene.make.tilemap({ data: tileNumbers(level.grid), tileWidth: TILE, tileHeight: TILE });
    const tileset = map.addTilesetImage('ground', `tiles-${level.theme}`, TILE, TILE);
    const layer = tileset && map.createLayer(0, tileset, 0, 0);
    if (!layer) throw new Error(`No tiles for ${level.name}`);
    layer.setDepth(0);
  }

  private addDecor(): void {
    const { scene } = this;
    const { decor, goal } = this.world.level;
    for (const { frame, x, y, front } of decor) {
      const lit = frame === 'torch' || frame.startsWith('crystal');
      if (lit)
        this.addGlow(
          x,
          y - (frame === 'torch' ? 54 : 20),
          frame === 'torch' ? 0xf77622 : frame === 'crystal-pink' ? 0xf6757a : 0x2ce8f5,
          frame,
        );
      const thing = scene.add.sprite(x, y + 2, 'decor', frame === 'torch' ? 'torch-0' : frame);
      thing.setOrigin(0.5, 1).setDepth(front ? 5 : -10);
      if (frame === 'torch') thing.play({ key: 'torch', startFrame: (x >> 4) % 4 });
      this.decor.push(thing);
    }
    scene.add
      .sprite(goal.x + 14, goal.y + 2, 'decor', 'flag-0')
      .setOrigin(0.5, 1)
      .setDepth(-5)
      .setName('goal')
      .play('flag');
  }

  private addGlow(x: number, y: number, tint: number, frame: string): void {
    const scale = frame === 'crystal-small' ? 0.6 : 1.3;
    const glow = this.scene.add.sprite(x, y, 'glow').setTint(tint).setScale(scale).setDepth(-12);
    glow.setBlendMode('ADD');
    this.decor.push(glow);
  }

  private addCoin(x: number, y: number, index: number): Phaser.GameObjects.Sprite {
    const coin = this.scene.add.sprite(x, y, 'items', 'coin-0').setDepth(2).setName('coin');
    return coin.play({ key: 'coin-spin', startFrame: index % 6 });
  }
}
