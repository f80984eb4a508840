import { describe, expect, it } from 'vitest';
import { renameFor300, toGlsl300 } from './glsl300.js';

describe('toGlsl300', () => {
  it('turns a fragment shader of 1.00 into 3.00', () => {
    const source = [
      '#extension GL_OES_standard_derivatives : enable',
      'precision mediump float;',
      'varying vec2 uv; uniform sampler2D map;',
      '#ifdef GL_OES_standard_derivatives',
      'float w() { return fwidth(uv.x); }',
      '#endif',
      'void main() { vec4 sample = texture2D(map, uv); gl_FragColor = sample * texture2D(map, uv.yx).a; }',
    ].join('\n');
    const translated = toGlsl300(source, true);
    expect(
      translated.startsWith('#version 300 es\n#define SGAPS_OES_standard_derivatives 1\nout highp vec4 sgapsFragColor;\n'),
    ).toBe(true);
    expect(translated).not.toMatch(/#extension|varying|texture2D|gl_FragColor|GL_OES/);
    expect(translated).toContain('in vec2 uv;');
    expect(translated).toContain('#ifdef SGAPS_OES_standard_derivatives');
    expect(translated).toContain('vec4 sgaps_sample = texture(map, uv); sgapsFragColor = sgaps_sample * texture(map, uv.yx).a;');
  });

  it('turns attributes and varyings of a vertex shader', () => {
    const translated = toGlsl300(
      '#version 100\nattribute vec2 a; varying vec2 v; void main() { v = a; gl_Position = vec4(a, 0.0, 1.0); }',
      false,
    );
    expect(translated).toContain('in vec2 a; out vec2 v;');
    expect(translated.match(/#version/g)).toHaveLength(1);
    expect(translated).not.toContain('sgapsFragColor');
  });

  it('leaves 3.00 alone, members too, and renames what 3.00 takes', () => {
    const modern = '#version 300 es\nin vec2 a; void main() {}';
    expect(toGlsl300(modern, false)).toBe(modern);
    expect(renameFor300('light.texture = round(texture, sampled)')).toBe('light.texture = sgaps_round(sgaps_texture, sampled)');
    expect(toGlsl300('void main() { gl_FragData[ 0 ] = textureCube(m, d); }', true)).toContain('sgapsFragColor = texture(m, d);');
  });
});
