import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

const tests = ['**/*.test.{ts,tsx}', '**/*.fixture.ts', 'test/**'];
/** Folders whose functions must give the same answer for the same input: no clock, no chance, no surroundings. */
const pure = ['engine/{domain,features,forest,evaluation,learning}/**/*.ts'];
const ambient = [
  { name: 'process', message: 'Pure code takes what it needs as arguments.' },
  { name: 'performance', message: 'Pure code has no clock.' },
  { name: 'fetch', message: 'Pure code has no network.' },
  { name: 'setTimeout', message: 'Pure code has no clock.' },
  { name: 'setInterval', message: 'Pure code has no clock.' },
];

export default defineConfig(
  {
    ignores: [
      'node_modules/',
      'dist/',
      'build/',
      'coverage/',
      '.cache/',
      'engine/features/kernel/assembly/',
      'engine/forest/kernel/assembly/',
      'engine/stream/kernel/assembly/',
      'engine/export/onnx/schema/',
      'test/peers/.venv/',
      'test/services/*/.venv/',
      '**/*.d.ts',
      '**/*.d.mts',
    ],
  },
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'no-var': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'no-new-func': 'error',
      'prefer-const': 'error',
      'no-unused-vars': 'error',
      'no-unreachable': 'error',
      'no-dupe-keys': 'error',
      'no-duplicate-case': 'error',
      'no-loss-of-precision': 'error',
      'no-unsafe-finally': 'error',
      'object-shorthand': 'error',
    },
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.strict],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ExportDefaultDeclaration',
          message: 'Export by name: one name for one thing, wherever it is used.',
        },
        { selector: 'TSEnumDeclaration', message: 'Use a union of literals: it needs no build.' },
      ],
      '@typescript-eslint/consistent-type-imports': [
        'error',
        // An optional package is typed by `typeof import()`, since it may not be loaded.
        { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
      ],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      // A promise that nobody awaits loses its error; these need types, and are the reason for the slower lint.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': [
        'error',
        { checksVoidReturn: { arguments: false, attributes: false } },
      ],
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/only-throw-error': 'error',
      // An empty method is how a stub says "nothing to do here".
      '@typescript-eslint/no-empty-function': 'off',
      // `Answer<void>` says that a request is only acknowledged.
      '@typescript-eslint/no-invalid-void-type': 'off',
    },
  },
  {
    files: pure,
    ignores: [...tests, 'engine/forest/**/*.worker.ts'],
    rules: {
      'no-restricted-globals': ['error', ...ambient],
      'no-restricted-properties': [
        'error',
        {
          object: 'Math',
          property: 'random',
          message: 'Pure code draws from a seeded stream (engine/forest/random.ts).',
        },
        { object: 'Date', property: 'now', message: 'Pure code has no clock.' },
      ],
    },
  },
  {
    files: ['main/cli/**', 'scripts/**', 'test/**', '**/*.child.ts', 'engine/*/kernel/build.mjs'],
    rules: { 'no-console': 'off' },
  },
  {
    files: ['**/*.config.{ts,js}'],
    extends: [tseslint.configs.disableTypeChecked],
    // They belong to a tool, which asks for a default export, and to no environment of ours.
    languageOptions: { parserOptions: { projectService: false } },
    rules: { 'no-restricted-syntax': 'off' },
  },
);
