import { expect, test } from 'vitest'
import { packedManifest, withCapabilitiesFrom, withJavaScriptNames } from './pack.ts'

test('a packed package names what is built from its sources, with types', () => {
  const packed = packedManifest({
    name: 'p',
    exports: {
      '.': './src/index.ts',
      './storage': { browser: './src/storage.browser.ts', default: './src/storage.node.ts' },
    },
    imports: { '#crypto': { browser: './src/crypto.browser.ts', default: './src/crypto.node.ts' } },
    scripts: { prepack: 'x' },
    devDependencies: { y: '1' },
    dependencies: { z: '1' },
  })
  const both = (name: string) => ({ types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` })
  expect(packed).toEqual({
    name: 'p',
    exports: {
      '.': both('index'),
      './storage': { browser: both('storage.browser'), default: both('storage.node') },
    },
    imports: { '#crypto': { browser: './dist/crypto.browser.js', default: './dist/crypto.node.js' } },
    dependencies: { z: '1' },
    files: ['dist', '!dist/package.source.json'],
  })
})

test.each([
  ["import { a } from './a.ts'", "import { a } from './a.js'"],
  ["import './a.node.ts'", "import './a.node.js'"],
  ["let x: import('../a.ts').A", "let x: import('../a.js').A"],
  [
    "new Worker(new URL('./a-worker.ts', import.meta.url))",
    "new Worker(new URL('./a-worker.js', import.meta.url))",
  ],
  ["import ts from 'a.ts'", "import ts from 'a.ts'"],
  ["// see './a.ts'", "// see './a.ts'"],
])('%s', (source, wanted) => {
  expect(withJavaScriptNames(source)).toBe(wanted)
})

test('a packed package has the parts of capabilities in a folder of its own', () => {
  const code = "import { SOUND } from '@shoal/capabilities/sound/contract.ts'"
  const packed = withCapabilitiesFrom(code, '..')
  expect(withJavaScriptNames(packed)).toBe("import { SOUND } from '../capabilities/sound/contract.js'")
  expect(withCapabilitiesFrom(code, '.')).toContain("'./capabilities/sound/contract.ts'")
})
