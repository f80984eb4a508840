/** A game to be recorded by what the README of @sgaps/phaser shows: `Phaser` is imported there, or a page's global. */
export const levelOf = (Phaser) =>
  class Level extends Phaser.Scene {
    create() {
      this.cameras.main.setBackgroundColor('#203a5c');
      this.boxes = [0xff8800, 0x33cc88, 0xee4477].map((colour, i) => this.add.rectangle(0, 120 + 140 * i, 120, 80, colour));
    }

    update(time) {
      for (const [i, box] of this.boxes.entries())
        box.setPosition(400 + 300 * Math.sin(time / 700 + i), box.y).setAngle(time / 20);
    }
  };
