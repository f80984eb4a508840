import { describe, expect, it } from 'vitest';
import { ByteBudget } from './ByteBudget.js';
import { assertViewerOrigin } from './origins.js';

describe('ByteBudget', () => {
  it('lets a burst through, then the mean rate', () => {
    const budget = new ByteBudget({ perSecond: 1000, burst: 2000 });
    expect(budget.spend(2000, 0)).toBe(true);
    expect(budget.spend(1, 0)).toBe(false);
    expect(budget.spend(500, 500)).toBe(true);
    expect(budget.spend(100, 500)).toBe(false);
    expect(budget.spend(2000, 60_000)).toBe(true);
  });
});

describe('assertViewerOrigin', () => {
  const hosts = ['game.example:2567'];
  it.each([null, 'http://game.example:2567', 'https://game.example:2567'])('lets %s watch', (origin) => {
    expect(() => assertViewerOrigin({ origin, hosts })).not.toThrow();
  });

  it.each(['https://evil.example', 'null', 'http://game.example'])('refuses %s', (origin) => {
    expect(() => assertViewerOrigin({ origin, hosts })).toThrow(expect.objectContaining({ code: 'UNAUTHORIZED' }));
  });

  it('lets those watch that are named', () => {
    const origin = 'https://tools.example';
    expect(() => assertViewerOrigin({ origin, hosts }, [origin])).not.toThrow();
    expect(() => assertViewerOrigin({ origin, hosts }, ['*'])).not.toThrow();
  });
});
