/**
 * The one rule of the architecture: an arrow points to what is imported, nothing points back up, nothing skips an
 * `exports` entry point, nothing goes in circles.
 */

/** folder → the folders of the packages it may import. */
const ARROWS = {
  'sdk-protocol': [],
  'sdk-core': ['sdk-protocol'],
  'sdk-client': ['sdk-protocol'],
  'sdk-player': ['sdk-client', 'sdk-core', 'sdk-protocol'],
  pipeline: ['sdk-core', 'sdk-protocol'],
  splats: ['pipeline', 'sdk-protocol'],
  'sdk-server': ['pipeline', 'splats', 'sdk-core', 'sdk-player', 'sdk-protocol', 'models'],
  'plugins/phaser': ['sdk-client', 'sdk-protocol'],
  'plugins/babylon': ['sdk-client', 'sdk-protocol'],
};
const FOLDERS = Object.keys(ARROWS);
/** A package's public files. */
const ENTRIES = FOLDERS.flatMap((folder) =>
  [
    ...Object.values(require(`./${folder}/package.json`).exports)
      .map((target) => target['sgaps-source'])
      .filter(Boolean),
  ].map((source) => `^${folder}/${source.replace(/^\.\//, '').replaceAll('.', '\\.')}$`),
);

/** Packages that run in a browser as well as on a server, and in every engine. */
const ISOMORPHIC = '^(sdk-protocol|sdk-core|sdk-client|sdk-player|plugins/[^/]+)/src/';
/** Browser tests of the courier's inside, hostile input for decoders, and a bench that starts the services tests start: no entry point shows those. */
const INSIDERS = '^(e2e/(block-samples\\.page|sampler-support)\\.ts$|benchmarks/src/fuzz/|benchmarks/src/faults/outages\\.ts$)';
const TESTS = '(\\.(e2e|chromium|browser))?\\.test\\.ts$|/(test|testing|fixtures)/';

module.exports = {
  forbidden: [
    ...FOLDERS.map((folder) => ({
      name: `arrows of ${folder}`,
      comment: `${folder} may import only: ${ARROWS[folder].join(', ') || 'no other package'}.`,
      severity: 'error',
      // A test may stand on any package below or beside it.
      from: { path: `^${folder}/src/`, pathNot: TESTS },
      to: {
        path: '^(sdk-[a-z]+|plugins/[^/]+|pipeline|splats|examples|benchmarks|scripts|e2e)/',
        pathNot: `^(${[folder, ...ARROWS[folder]].join('|')})/`,
      },
    })),
    ...FOLDERS.map((folder) => ({
      name: `exports of ${folder}`,
      comment: `Import ${folder} by its package name, through an entry point its package.json exports.`,
      severity: 'error',
      from: { pathNot: [`^${folder}/`, INSIDERS] },
      to: { path: `^${folder}/`, pathNot: ENTRIES },
    })),
    {
      name: 'by name, not by path',
      comment: 'Another package is imported by its name, never by a relative path.',
      severity: 'error',
      from: { path: '^(sdk-[a-z]+|pipeline|splats|plugins/[^/]+|examples/[^/]+|benchmarks|e2e)/', pathNot: INSIDERS },
      to: { path: '^(sdk-[a-z]+|pipeline|splats|plugins/[^/]+)/', pathNot: '^$1/', dependencyTypesNot: ['aliased-workspace'] },
    },
    {
      name: 'no circles',
      comment: 'Modules that need each other are one module, or share a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'isomorphic',
      comment: 'The protocol, the algorithms, the recorder and the plugins run in a browser: no Node modules.',
      severity: 'error',
      from: { path: ISOMORPHIC, pathNot: TESTS },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(virtual:|https?:)|\\?(url|raw|worker|inline)' },
    },
    {
      name: 'declared',
      comment: 'A package that the importing package.json does not list.',
      severity: 'error',
      // Vite bundles what the dashboard's pages use.
      from: { path: '^(sdk-[a-z]+|pipeline|splats|plugins/[^/]+)/src/', pathNot: [TESTS, '/dashboard/'] },
      to: {
        dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'npm-dev'],
        pathNot: '^node_modules/(phaser|phaser3|@babylonjs|@types)/',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules|/dist/' },
    exclude: { path: '/dist/' },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['sgaps-source', 'import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.d.ts', '.json'],
    },
  },
};
