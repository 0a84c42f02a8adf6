import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const DOWNLOAD = `
  await import(process.argv[1])
  const loaded = process.moduleLoadList.join(' ')
  console.log(JSON.stringify({ net: loaded.includes('NativeModule net'), undici: loaded.includes('undici/undici') }))`
const COMMANDS = `
  import { registerHooks } from 'node:module'
  const loaded = []
  registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context) } })
  for (const url of process.argv.slice(1)) await import(url)
  const which = part => loaded.some(url => url.includes(part))
  console.log(JSON.stringify({
    client: which('/packages/api/src/client.ts'),
    zod: which('/node_modules/zod/'),
    engine: which('/packages/torrent/src/session/'),
    node: which('/apps/node/src/node/'),
    reasons: which('/reason-texts/'),
  }))`

async function run(script: string, ...modules: string[]): Promise<unknown> {
  const urls = modules.map(each => new URL(each, import.meta.url).href)
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '-e',
    script,
    ...urls,
  ])
  return JSON.parse(stdout)
}

test('a download starts without undici, which would cost it 60 ms', async () => {
  expect(await run(DOWNLOAD, './alone/download.ts')).toEqual({ net: true, undici: false })
})

test('commands that ask a node start without schemas and the engine, which would cost them 200 and 150 ms', async () => {
  const names = ['add', 'health', 'list', 'log', 'peers', 'search', 'show', 'actions']
  expect(await run(COMMANDS, ...names.map(name => `./commands/${name}.ts`))).toEqual({
    client: true,
    zod: false,
    engine: false,
    node: false,
    reasons: false,
  })
})

test('a download starts without the node that looks for peers later, and without its schemas', async () => {
  const modules = ['./commands/get.ts', './alone/get-link.ts', './alone/download.ts']
  const none = { client: false, zod: false, node: false, reasons: false }
  expect(await run(COMMANDS, ...modules)).toEqual({ ...none, engine: true })
})
