/** Words that GLSL ES 3.00 takes for itself, or for a built-in function, and 1.00 leaves to the shader's author. */
const TAKEN =
  'sample|flat|smooth|centroid|layout|uint|uvec2|uvec3|uvec4|case|patch|resource|atomic_uint|coherent|restrict|readonly|writeonly|buffer|shared|subroutine|' +
  'texture|textureSize|textureLod|textureGrad|textureOffset|textureProj|textureProjLod|texelFetch|round|roundEven|trunc|modf|inverse|transpose|determinant|' +
  'outerProduct|isnan|isinf|sinh|cosh|tanh|asinh|acosh|atanh|floatBitsToInt|floatBitsToUint|intBitsToFloat|uintBitsToFloat';
const TAKEN_WORD = new RegExp(`(?<![.\\w])(?:${TAKEN})(?!\\w)`, 'g');

const CALLS: Readonly<Record<string, string>> = {
  texture2D: 'texture',
  textureCube: 'texture',
  texture2DProj: 'textureProj',
  texture2DLod: 'textureLod',
  texture2DLodEXT: 'textureLod',
  textureCubeLod: 'textureLod',
  textureCubeLodEXT: 'textureLod',
  texture2DProjLod: 'textureProjLod',
  texture2DProjLodEXT: 'textureProjLod',
  texture2DGradEXT: 'textureGrad',
  textureCubeGradEXT: 'textureGrad',
  gl_FragDepthEXT: 'gl_FragDepth',
  gl_FragColor: 'sgapsFragColor',
  'gl_FragData[0]': 'sgapsFragColor',
};
const CALL = /\bgl_FragData\s*\[\s*0\s*\]|\b(?:texture(?:2D|Cube)(?:Proj)?(?:Lod|Grad)?(?:EXT)?|gl_FragDepthEXT|gl_FragColor)\b/g;

/** Extensions that are part of GLSL ES 3.00: their macros stay true, their lines go. */
const EXTENSION_MACRO = /\bGL_(OES_standard_derivatives|EXT_shader_texture_lod|EXT_frag_depth)\b/g;

/** The name a word of the author's gets when 3.00 has taken it. */
export function renameFor300(name: string): string {
  return name.replace(TAKEN_WORD, (word) => `sgaps_${word}`);
}

/**
 * Rewrites a GLSL ES 1.00 shader as 3.00 with the same meaning, so that derivatives (`dFdx`) and the like, extensions in WebGL1,
 * work in WebGL2. Sources that name a `#version` other than 100 come back as they are.
 *
 * @example
 * ```ts
 * toGlsl300('void main() { gl_FragColor = vec4(1.0); }', true);
 * ```
 */
export function toGlsl300(source: string, fragment: boolean): string {
  const version = /^\s*#version\s+(\d+)/m.exec(source);
  if (version && version[1] !== '100') return source;
  const extensions = new Set<string>();
  const body = renameFor300(source.replace(/^\s*#version[^\n]*/m, '').replace(/^[ \t]*#extension[^\n]*/gm, ''))
    .replace(EXTENSION_MACRO, (_, name: string) => {
      extensions.add(name);
      return `SGAPS_${name}`;
    })
    .replace(CALL, (call) => CALLS[call.replace(/\s/g, '')] ?? call)
    .replace(/\battribute\b/g, 'in')
    .replace(/\bvarying\b/g, fragment ? 'in' : 'out');
  const defines = [...extensions].map((name) => `#define SGAPS_${name} 1\n`).join('');
  return `#version 300 es\n${defines}${fragment ? 'out highp vec4 sgapsFragColor;\n' : ''}${body}`;
}
