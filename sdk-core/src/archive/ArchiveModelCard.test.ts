import { describe, expect, it } from 'vitest';
import { parseModelCard } from '../model/ModelCard.js';
import { parseArchiveModelCard } from './ArchiveModelCard.js';

const CARD = {
  ...{ id: 'hst-mae-test@1.2', kind: 'hst-mae', memory: 64, codebooks: 6, entries: 512 },
  encoder: { file: 'encoder.onnx', sha256: 'a'.repeat(64) },
  decoder: { file: 'decoder.onnx', sha256: 'b'.repeat(64) },
};

describe('parseArchiveModelCard', () => {
  it('gives what is needed of it', () => {
    expect(parseArchiveModelCard(JSON.stringify({ ...CARD, licence: 'MIT' }))).toEqual({
      id: 'hst-mae-test@1.2',
      memoryWidth: 64,
      sha256: { encoder: 'a'.repeat(64), decoder: 'b'.repeat(64) },
    });
  });

  it.each([
    ['id', undefined],
    ['id', 'hst-mae-test'],
    ['kind', undefined],
    ['kind', 'sgaps-mae'],
    ['memory', 0],
    ['memory', 1.5],
    ['memory', 4097],
    ['memory', '64'],
    ['codebooks', 5],
    ['entries', 1024],
    ['encoder', null],
    ['decoder', { sha256: 'B'.repeat(64) }],
    ['decoder', 'decoder.onnx'],
  ])('refuses a card whose %s is %s', (name, value) => {
    const text = JSON.stringify({ ...CARD, [name]: value });
    expect(() => parseArchiveModelCard(text, 'x/model.json')).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
  });

  it.each(['', 'null', '7', '<!doctype html>'])('refuses %j', (text) => {
    expect(() => parseArchiveModelCard(text)).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
  });

  it('is not taken for a reconstructor', () => {
    expect(() => parseModelCard(JSON.stringify(CARD))).toThrow(expect.objectContaining({ code: 'MODEL_INVALID' }));
  });
});
