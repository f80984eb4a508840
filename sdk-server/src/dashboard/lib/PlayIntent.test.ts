import { expect, it } from 'vitest';
import { PlayIntent } from './PlayIntent.js';

it('is not turned back by figures that were on their way when it was pressed', () => {
  const intent = new PlayIntent();
  intent.tell(false, 0);
  intent.press(true, 100);
  intent.tell(false, 110);
  expect(intent.playing).toBe(true);
  intent.press(false, 200);
  intent.tell(true, 210);
  expect(intent.playing).toBe(false);
  intent.press(true, 300);
  // What the server said of the press before comes last.
  intent.tell(true, 310);
  intent.tell(false, 320);
  expect(intent.playing).toBe(true);
});

it('follows the server once that has had its time', () => {
  const intent = new PlayIntent();
  intent.tell(true, 0);
  expect(intent.playing).toBe(true);
  intent.press(false, 10);
  intent.tell(true, 1500);
  expect(intent.playing).toBe(true);
  intent.tell(false, 1750);
  expect(intent.playing).toBe(false);
});
