// Who may import whom. test/walls shows that each of these rules catches what it is there for.

const TEST = '\\.test(-support)?\\.tsx?$';
/** Build scripts and test peers beside production code: they run on the developer's machine only. */
const DEVELOPMENT = `${TEST}|^engine/[a-z]+/kernel/build\\.mjs$`;

/** A package by name, wherever npm has put it, or unresolved. */
const packageNamed = (/** @type {string} */ name) => `(^|/)node_modules/(@types/)?${name}/|^${name}(/|$)`;

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Modules in a cycle cannot be understood, tested or loaded alone. Types alone may refer to each other.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'imports-resolve',
      comment: 'An import of something that is not there, or not declared in package.json, fails on the next machine.',
      severity: 'error',
      from: { pathNot: DEVELOPMENT },
      to: { couldNotResolve: true, pathNot: '^electron(/|$)' },
    },
    {
      name: 'production-never-imports-tests',
      comment: 'Tests and their helpers are not shipped.',
      severity: 'error',
      from: { path: '^(engine|preload|main|renderer)/', pathNot: TEST },
      to: { path: [TEST, '^test/'] },
    },
    {
      name: 'engine-ships-what-it-imports',
      comment: 'The packaged engine has only `dependencies`; a devDependency would be missing at the user.',
      severity: 'error',
      from: { path: '^(engine|main)/', pathNot: DEVELOPMENT },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: packageNamed('electron') },
    },
    {
      name: 'domain-knows-only-zod',
      comment: 'The domain is the common language of all processes: types and schemas, nothing that one process lacks.',
      severity: 'error',
      from: { path: '^engine/domain/', pathNot: DEVELOPMENT },
      to: { pathNot: ['^engine/domain/', packageNamed('zod')] },
    },
    {
      name: 'pure-layers-know-only-domain',
      comment:
        'features, forest and evaluation are arithmetic: known by many, knowing nothing but the domain, and how a kernel is loaded.',
      severity: 'error',
      from: { path: '^engine/(features|forest|evaluation)/', pathNot: DEVELOPMENT },
      to: {
        path: '^(engine|preload|main|renderer)/',
        pathNot: '^engine/(domain/|$1/|forest/kernel/kernel-module\\.ts$)',
      },
    },
    {
      name: 'learning-knows-only-arithmetic',
      comment:
        'Learning adds trees to a forest and measures what that gains: arithmetic over forest and evaluation. Where verdicts come from, and where a model is kept, is the work of case and job.',
      severity: 'error',
      from: { path: '^engine/learning/', pathNot: DEVELOPMENT },
      to: {
        path: '^(engine|preload|main|renderer)/',
        pathNot: '^engine/(domain|forest|evaluation|learning)/',
      },
    },
    {
      name: 'adapters-know-only-what-is-below',
      comment:
        'stream, store, export and monitor each hold one thing of the outside world. They meet only in a case or a job, so that each can be replaced alone.',
      severity: 'error',
      from: { path: '^engine/(stream|store|export|monitor)/', pathNot: DEVELOPMENT },
      to: {
        path: '^(engine|preload|main|renderer)/',
        pathNot: '^engine/(domain|network|features|forest|evaluation|$1)/',
      },
    },
    {
      name: 'case-knows-no-job',
      comment: 'One case, one door: jobs and hosts ask the case, and the case asks nobody above it.',
      severity: 'error',
      from: { path: '^engine/case/', pathNot: DEVELOPMENT },
      to: { path: '^(engine/jobs|engine/host|preload|main|renderer)/', pathNot: '^preload/contract/' },
    },
    {
      name: 'jobs-do-not-know-their-host',
      comment: 'A use case runs the same in the window, in the browser and on the command line.',
      severity: 'error',
      from: { path: '^engine/jobs/', pathNot: DEVELOPMENT },
      to: { path: '^(engine/host|preload|main|renderer)/', pathNot: '^preload/contract/' },
    },
    {
      name: 'case-and-jobs-take-only-types-from-the-contract',
      comment: 'What a job takes and gives is described once, in the contract; checking it is the work of the host.',
      severity: 'error',
      from: { path: '^engine/(case|jobs)/', pathNot: DEVELOPMENT },
      to: { path: '^preload/contract/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'engine-has-no-screen',
      comment: 'The engine is the workbench without a screen; its host knows the contract and nothing else outside.',
      severity: 'error',
      from: { path: '^engine/host/', pathNot: DEVELOPMENT },
      to: { path: '^(preload|main|renderer)/', pathNot: '^preload/contract/' },
    },
    {
      name: 'contract-knows-only-domain',
      comment: 'The contract is read on both sides of the door, so it may hold nothing that belongs to one side.',
      severity: 'error',
      from: { path: '^preload/contract/', pathNot: DEVELOPMENT },
      to: { pathNot: ['^preload/contract/', '^engine/domain/', packageNamed('zod')] },
    },
    {
      name: 'preload-knows-only-contract',
      comment: 'The bridge runs in the sandbox: it can load electron and what is bundled into it, so it stays thin.',
      severity: 'error',
      from: { path: '^preload/[^/]+$', pathNot: DEVELOPMENT },
      to: { pathNot: ['^preload/', packageNamed('electron'), packageNamed('zod')] },
    },
    {
      name: 'main-reaches-the-engine-through-its-host',
      comment: 'main does nothing slow: it supervises. Work is asked for through the host, never called directly.',
      severity: 'error',
      from: { path: '^main/', pathNot: DEVELOPMENT },
      to: { path: '^(engine|renderer)/|^preload/[^/]+$', pathNot: '^engine/(host|domain|network)/' },
    },
    {
      name: 'renderer-knows-only-types-of-contract-and-domain',
      comment: 'Engine code in the window would run untrusted input beside the screen, and block it.',
      severity: 'error',
      from: { path: '^renderer/', pathNot: DEVELOPMENT },
      to: {
        path: '^(engine|main|preload)/',
        pathNot: '^(preload/contract|engine/domain)/',
      },
    },
    {
      name: 'renderer-takes-no-code-from-contract-and-domain',
      comment: 'The window is given data that the other side has checked; schemas at run time would be loaded twice.',
      severity: 'error',
      from: { path: '^renderer/', pathNot: DEVELOPMENT },
      to: {
        path: '^(preload/contract|engine/domain)/',
        // The codec of the socket has no schema, and both of its ends must be the same code.
        pathNot: '^preload/contract/wire/',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'renderer-features-are-islands',
      comment: 'A place on the rail can be changed or removed alone; what two share lives in data, charts or ui.',
      severity: 'error',
      from: { path: '^renderer/features/([^/]+)/', pathNot: DEVELOPMENT },
      to: { path: '^renderer/features/', pathNot: '^renderer/features/$1/' },
    },
    {
      name: 'network-knows-only-domain',
      comment: 'The door to the network is below all who go through it.',
      severity: 'error',
      from: { path: '^engine/network/', pathNot: DEVELOPMENT },
      to: { path: '^(engine|preload|main|renderer)/', pathNot: '^engine/(domain|network)/' },
    },
    {
      name: 'network-has-one-door',
      comment: 'Every connection is in the ledger, because nobody else can open one.',
      severity: 'error',
      from: { path: '^(engine|preload|main|renderer)/', pathNot: `^engine/network/|${DEVELOPMENT}` },
      to: { path: '^(node:)?(net|tls|http|https|http2|dgram|dns|inspector)(/|$)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'sockets-of-windows-only-in-the-browser-host',
      comment: 'What the browser host serves is on a server of the door; nobody else speaks over a WebSocket.',
      severity: 'error',
      from: { path: '^(engine|preload|main|renderer)/', pathNot: `^main/browser-host/|${TEST}` },
      to: { path: packageNamed('ws') },
    },
    {
      name: 'bigquery-only-in-its-export',
      comment: "Google's client opens connections of its own, which that folder notes.",
      severity: 'error',
      from: { path: '^(engine|preload|main|renderer)/', pathNot: `^engine/export/bigquery/|${TEST}` },
      to: { path: packageNamed('@google-cloud') },
    },
    {
      name: 'electron-only-in-main-and-preload',
      comment: 'Everything else must run, and be tested, where there is no Electron.',
      severity: 'error',
      from: { path: '^(engine|preload|main|renderer)/', pathNot: '^main/|^preload/index\\.ts$' },
      to: { path: packageNamed('electron') },
    },
    {
      name: 'sqlite-only-in-store',
      comment: 'One folder owns the case file: its pragmas, its one writer, its migrations.',
      severity: 'error',
      from: { path: '^(engine|preload|main|renderer)/', pathNot: `^engine/store/|${TEST}` },
      to: { path: [packageNamed('better-sqlite3(-multiple-ciphers)?'), '^(node:)?sqlite$'] },
    },
    {
      name: 'kafkajs-only-in-stream',
      comment: 'kafkajs is no longer maintained; behind one folder another client can take its place.',
      severity: 'error',
      from: { path: '^(engine|preload|main|renderer)/', pathNot: `^engine/stream/|${TEST}` },
      to: { path: [packageNamed('kafkajs'), packageNamed('@kafkajs/confluent-schema-registry'), packageNamed('avsc')] },
    },
    {
      name: 'onnx-runtime-only-for-graphs',
      comment: 'Files of others are run in one thread of bounded memory, and nowhere else.',
      severity: 'error',
      from: { path: '^(engine|preload|main|renderer)/', pathNot: `^engine/forest/graph/|${TEST}` },
      to: { path: packageNamed('onnxruntime-web') },
    },
    {
      name: 'echarts-only-in-charts',
      comment: 'Charts answer questions; the library that draws them is a detail of one folder.',
      severity: 'error',
      from: { path: '^(engine|preload|main|renderer)/', pathNot: `^renderer/charts/|${TEST}` },
      to: { path: packageNamed('echarts') },
    },
    {
      name: 'ml-isolation-forest-only-in-forest',
      comment: 'The library is one grower among two; its trees leave the folder only as the exact forest.',
      severity: 'error',
      from: { path: '^(engine|preload|main|renderer)/', pathNot: `^engine/forest/|${TEST}` },
      to: { path: packageNamed('ml-isolation-forest') },
    },
    {
      name: 'pure-code-has-no-node',
      comment: 'No file, clock or network where the same input must give the same answer; and the window has no Node.',
      severity: 'error',
      from: { path: '^(engine/(domain|evaluation|learning)|preload/contract|renderer)/', pathNot: DEVELOPMENT },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'features-have-no-node-but-digests',
      comment: 'A feature is a pure function of the rows; only its digest needs node:crypto.',
      severity: 'error',
      from: { path: '^engine/features/', pathNot: DEVELOPMENT },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'forest-has-no-node-but-digests-and-workers',
      comment:
        'A forest is a pure function of (rows, parameters, seed); its digest and its threads are all it needs. The two files it reads are compiled: its kernel, and what runs graphs of others.',
      severity: 'error',
      from: {
        path: '^engine/forest/',
        pathNot: `^engine/forest/(kernel/kernel-module|graph/run-graph\\.worker)\\.ts$|${DEVELOPMENT}`,
      },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|worker_threads)$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^engine/[a-z]+/kernel/assembly/', '^(dist|build)/', '^test/(peers|services/[^/]+)/\\.venv/'] },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      extensions: ['.ts', '.tsx', '.mjs', '.cjs', '.js', '.d.ts'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
