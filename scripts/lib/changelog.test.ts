import { describe, expect, it } from 'vitest';
import { cutChangelog, releaseNotes } from './changelog.ts';

const TEXT = '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- Replays.\n\n## [0.1.0] - 2026-11-30\n\n- All.\n';

describe('the changelog', () => {
  it('gives what is unreleased to a version', () => {
    const cut = cutChangelog(TEXT, '0.2.0', '2027-01-31');
    expect(cut).toContain('## [Unreleased]\n\n## [0.2.0] - 2027-01-31\n\n### Added\n\n- Replays.\n\n## [0.1.0]');
    expect(releaseNotes(cut, '0.2.0')).toBe('### Added\n\n- Replays.');
    expect(releaseNotes(cut, '0.1.0')).toBe('- All.');
  });

  it('is cut once for a version', () => {
    const cut = cutChangelog(TEXT, '0.2.0', '2027-01-31');
    expect(cutChangelog(cut, '0.2.0', '2027-02-01')).toBe(cut);
    expect(() => cutChangelog('# Changelog\n', '0.2.0', '2027-01-31')).toThrow('Unreleased');
  });

  it('says nothing of a version that it does not have', () => {
    expect(releaseNotes(TEXT, '0.3.0')).toBe('');
  });
});
