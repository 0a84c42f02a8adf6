/**
 * The public packages as other programs use them: packed, installed into an empty project,
 * type-checked, run in Node and in pages.
 */
import { execFile } from 'node:child_process'
import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CHECKOUT } from '@shoal/testing/checkout'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testExamples } from '../packages/torrent/src/examples/examples-suite.ts'
import { Loopback } from '../packages/torrent/src/session/testing/loopback.ts'
import { Browser } from './support/browser.ts'
import { type TempDir, tempDir } from './support/files.ts'
import { npm, packPackages, publicPackages } from './support/packed.ts'
import { PageSite } from './support/page-site.ts'
import { Registry } from './support/registry.ts'
import { missing } from './support/tools.ts'

const run = promisify(execFile)
const EXAMPLES = join(CHECKOUT, 'packages/torrent/src/examples')

let place: TempDir
let project: string

/** Compiles the examples strictly, with the declarations of all packages that they import. */
async function compileExamples(): Promise<void> {
  const names = (await readdir(EXAMPLES)).filter(name => /^[a-z-]+(\.node)?\.ts$/.test(name))
  const sources = names.filter(name => !name.endsWith('-suite.ts'))
  for (const name of sources) await cp(join(EXAMPLES, name), join(project, 'src', name))
  const packages = await publicPackages()
  const imports = packages.map(name => `export * as ${name} from '@shoal/${name}'\n`)
  await writeFile(join(project, 'src/all.ts'), imports.join(''))
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: false,
    target: 'es2022',
    lib: ['es2024', 'dom', 'dom.iterable', 'dom.asynciterable'],
    module: 'nodenext',
    types: ['node'],
    rootDir: 'src',
    outDir: 'out',
  }
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['src'] }))
  await run(process.execPath, [join(CHECKOUT, 'node_modules/typescript/bin/tsc')], { cwd: project })
}

beforeAll(async () => {
  place = await tempDir('packages')
  project = place.join('project')
  await mkdir(project)
  // docs/embedding.md instructs users of @shoal/network to do so.
  const overrides = { 'react-native-webrtc': 'npm:empty-npm-package@1.0.0' }
  await writeFile(join(project, 'package.json'), JSON.stringify({ type: 'module', overrides }))
  const packages = await publicPackages()
  const tarballs = await packPackages(packages, place.path)
  await using registry = await Registry.start(tarballs, join(CHECKOUT, 'node_modules'))
  const names = [...packages.map(name => `@shoal/${name}`), '@types/node']
  await npm(project, ['install', ...names], {
    npm_config_registry: registry.url,
    npm_config_cache: place.join('cache'),
    npm_config_userconfig: place.join('npmrc'),
  })
  await compileExamples()
})

afterAll(() => place.remove())

test('contain JavaScript, declarations and source maps, and no sources', async () => {
  const folder = join(project, 'node_modules/@shoal/torrent')
  const files = await readdir(folder, { recursive: true })
  expect(files).toContain('dist/index.js.map')
  expect(files).toContain('dist/hash/hash-worker.node.js')
  const licenses = await readFile(join(folder, 'dist/LICENSE'), 'utf8')
  expect(licenses).toContain('browser.js contains @noble/hashes:')
  expect(files.filter(name => /(?<!\.d)\.ts$|\.test\.|package\.source/.test(name))).toEqual([])
  const map = JSON.parse(await readFile(join(folder, 'dist/index.js.map'), 'utf8'))
  expect(map.sourcesContent[0]).toBe(await readFile(join(CHECKOUT, 'packages/torrent/src/index.ts'), 'utf8'))
})

/** An older Node installed for the tests, and the one that runs them. */
const NODES = [
  { version: '22', node: join(CHECKOUT, 'interop/node_modules/node/bin/node'), isShort: false },
  { version: '24', node: process.execPath, isShort: true },
]

for (const { version, node, isShort } of NODES)
  testExamples(`in Node ${version}, an example`, () => ({ node, folder: join(project, 'out') }), { isShort })

describe.skipIf(missing('chromium-headless-shell'))('in a page', () => {
  let browser: Browser
  let site: PageSite
  beforeAll(async () => {
    await writeFile(
      join(project, 'index.html'),
      '<!doctype html><script type="module" src="/src/page.ts"></script>',
    )
    const vite = [
      join(CHECKOUT, 'node_modules/vite/bin/vite.js'),
      'build',
      '--logLevel',
      'warn',
      '--base',
      './',
      '--outDir',
      'site',
    ]
    const code = await readFile(join(project, 'out/page.js'), 'utf8')
    await run(process.execPath, vite, { cwd: project })
    const bundle = './node_modules/@shoal/torrent/dist/browser.js'
    await writeFile(
      join(project, 'plain.html'),
      `<!doctype html><script type="module">${code.replace('@shoal/torrent', bundle)}</script>`,
    )
    browser = await Browser.launch()
    site = await PageSite.start(project)
  })
  afterAll(async () => {
    await browser[Symbol.asyncDispose]()
    await site[Symbol.asyncDispose]()
  })

  test.each([
    ['that Vite built', 'site/index.html'],
    ['without a build', 'plain.html'],
  ])('%s, the example downloads from a program', async (_name, path) => {
    await using loop = await Loopback.make()
    const metainfo = await loop.torrent('content', { 'a.bin': 300_000 })
    const session = await loop.open({ directory: loop.folder, trackers: true })
    const seed = await session.add({ ...metainfo, trackers: [[site.announce]] })
    await seed.whenComplete()
    const { page, problems } = await browser.open(`${site.url}${path}#${encodeURIComponent(seed.magnet)}`)
    const link = page.locator('a')
    await link.waitFor()
    expect(await link.getAttribute('download')).toBe('content/a.bin')
    const bytes = await link.evaluate(async a => {
      const response = await fetch((a as HTMLAnchorElement).href)
      return Array.from(new Uint8Array(await response.arrayBuffer()))
    })
    expect(Buffer.from(bytes).equals(await readFile(loop.path('content/a.bin')))).toBe(true)
    expect(problems).toEqual([])
    await page.close()
  })
})
