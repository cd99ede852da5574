import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Waits, clocks and chance go through ports (src/ports); the only place that touches the real ones is src/daemon/host. */
const ambient = [
  {
    selector: "CallExpression[callee.name='setInterval']",
    message: 'A timer needs an owner: loop with clock.sleep(ms, signal).',
  },
  { selector: "CallExpression[callee.name='setTimeout']", message: 'Use the Clock port.' },
  { selector: "MemberExpression[object.name='Date'][property.name='now']", message: 'Use the Clock port.' },
  { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: 'Use the Clock port.' },
  {
    selector: "MemberExpression[object.name='Math'][property.name='random']",
    message: 'Use the Random port.',
  },
  {
    selector: "MemberExpression[object.name='performance'][property.name='now']",
    message: 'Use the Clock port.',
  },
  {
    selector: "MemberExpression[object.name='AbortSignal'][property.name='timeout']",
    message: 'Use clock.deadline.',
  },
  { selector: "CallExpression[callee.name='randomUUID']", message: 'Use the Random port.' },
  { selector: "ImportDeclaration[source.value='node:timers/promises']", message: 'Use the Clock port.' },
];
const structure = [
  { selector: 'ExportDefaultDeclaration', message: 'No default exports.' },
  { selector: 'ExportAllDeclaration', message: 'No barrels.' },
  {
    selector: 'ExportNamedDeclaration[source]',
    message: 'No barrels: import from the file that defines it.',
  },
];

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'coverage/**', '**/*.mjs'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-empty': ['error', { allowEmptyCatch: false }],
    },
  },
  { files: ['src/**/*.ts'], rules: { 'no-restricted-syntax': ['error', ...structure, ...ambient] } },
  // The page runs in a browser: its clock and timers are handed out in main.tsx, which no test loads.
  {
    files: ['web/src/**/*.{ts,tsx}'],
    rules: { 'no-restricted-syntax': ['error', ...structure, ...ambient] },
  },
  {
    files: ['web/src/main.tsx', 'web/src/view/**/*.{ts,tsx}'],
    rules: { 'no-restricted-syntax': ['error', ...structure] },
  },
  { files: ['src/daemon/host/**/*.ts'], rules: { 'no-restricted-syntax': ['error', ...structure] } },
);
