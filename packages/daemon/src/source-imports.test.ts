import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'

const HOOKS = fileURLToPath(new URL('source-imports.ts', import.meta.url))

test('each package finds its own version of a package, and its own files behind #', async () => {
  // Even below a folder of that name.
  const root = join(await realpath(await mkdtemp(join(tmpdir(), 'shoal-imports-'))), 'src')
  onTestFinished(() => rm(dirname(root), { recursive: true, force: true }))
  const write = async (path: string, text: string) => {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  for (const name of ['one', 'two']) {
    await write(
      `packages/${name}/package.json`,
      JSON.stringify({ name, type: 'module', imports: { '#own': './src/own.ts' } }),
    )
    await write(`packages/${name}/src/own.ts`, `export const own: string = 'own of ${name}'`)
    await write(`packages/${name}/node_modules/it/package.json`, '{ "type": "module", "exports": "./it.js" }')
    await write(`packages/${name}/node_modules/it/it.js`, `export const it = 'it of ${name}'`)
    for (const file of ['a', 'deep/b'])
      await write(
        `packages/${name}/src/${file}.ts`,
        `import { it } from 'it'\nimport { own } from '#own'\nexport const found: string[] = [it, own]`,
      )
  }
  const files = ['one/src/a', 'one/src/deep/b', 'two/src/a', 'two/src/deep/b']
  await write(
    'main.mjs',
    `const { resolveSourcesByUrl } = await import(${JSON.stringify(HOOKS)})
    resolveSourcesByUrl()
    const found = []
    for (const file of ${JSON.stringify(files)}) found.push((await import('./packages/' + file + '.ts')).found)
    console.log(JSON.stringify(found))`,
  )
  const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'main.mjs')])
  const [one, two] = ['one', 'two'].map(name => [`it of ${name}`, `own of ${name}`])
  expect(JSON.parse(stdout)).toEqual([one, one, two, two])
})
