/**
 * The folders of capabilities can be deleted: the remaining tree passes the checks, and starts.
 * Unit tests check that no file names a capability (lists.test.ts), and that a node starts without
 * each (capabilities.slow.test.ts).
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { limitMs } from '@shoal/testing'
import { copyCheckout } from '@shoal/testing/checkout'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NAMES } from '../capabilities/list.ts'
import { CAPABILITIES } from './import-rules.ts'
import { commandPath } from './run.ts'

const exec = promisify(execFile)

/** Unit tests that cover all capabilities, their texts and their documentation. */
const TESTS = [
  ...['scripts/contracts', 'scripts/docs', 'scripts/imports', 'scripts/lists', 'scripts/reasons'],
  ...[
    'fuzz/parsers',
    'apps/node/src/node/system',
    'apps/node/src/cli/messages',
    'apps/node/src/cli/commands',
  ],
  ...['apps/web/src/shared/messages', 'apps/web/src/app', 'packages/api'],
]

/** Compiling the entire tree takes minutes on a busy machine. */
const TIMEOUT_MS = limitMs(900)

describe('without the folders of all capabilities', { timeout: TIMEOUT_MS }, () => {
  let folder: string
  const node = (...args: readonly string[]) =>
    exec(process.execPath, args, { cwd: folder, maxBuffer: 1 << 26 }).catch(({ stdout, stderr }) => {
      throw new Error(`${args.join(' ')}\n${stdout}\n${stderr}`)
    })
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'shoal-without-'))
    await copyCheckout(folder)
    const list = join(folder, CAPABILITIES, 'list.ts')
    let text = await readFile(list, 'utf8')
    for (const name of NAMES) {
      await rm(join(folder, CAPABILITIES, name), { recursive: true })
      text = text.replace(`\n  '${name}',`, '')
    }
    await writeFile(list, text.replace('[\n]', '[]'))
    await node('scripts/reference.ts')
  }, TIMEOUT_MS)
  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('formats, types and import rules are right', async () => {
    await node(
      commandPath('@biomejs/biome', 'biome'),
      'ci',
      '--error-on-warnings',
      '--vcs-enabled=false',
      '.',
    )
    await node(commandPath('typescript', 'tsc'), '-p', '.')
  })

  test('what looks at all capabilities finds the rest', async () => {
    await node(commandPath('vitest'), 'run', '--project', 'unit', ...TESTS)
  })

  test('a node starts, and stops when it is asked to', async () => {
    const own = [...['--port', '0', '--peer-port', '0', '--peer-host', '127.0.0.1'], ...OFFLINE]
    const folders = ['--data-dir', join(folder, '.data'), '--dir', join(folder, '.downloads')]
    const child = spawn(process.execPath, ['apps/node/src/shoal.ts', 'start', ...own, ...folders], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(child, 'exit')
    const lines: string[] = []
    for await (const line of createInterface(child.stdout)) {
      lines.push(line)
      if (line.startsWith('Token:')) child.kill('SIGTERM')
    }
    expect(lines.join('\n')).toContain('Console: http://127.0.0.1:')
    expect(await ended).toEqual([0, null])
  })
})

const OFFLINE = [
  'network.dht=false',
  'network.lsd=false',
  'network.portMapping=false',
  'shoal.enabled=false',
].flatMap(setting => ['--set', setting])
