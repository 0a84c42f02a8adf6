/**
 * `npm install --global .` in a clone: the commands work from any folder, with an older Node in the
 * PATH.
 */
import { execFile } from 'node:child_process'
import { readFile, realpath } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { CHECKOUT } from '@shoal/testing/checkout'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TempDir, tempDir } from './support/files.ts'
import { npm } from './support/packed.ts'
import { start } from './support/process.ts'
import { which } from './support/tools.ts'

const run = promisify(execFile)

let place: TempDir
let env: NodeJS.ProcessEnv
beforeAll(async () => {
  place = await tempDir('global')
  await npm(CHECKOUT, ['install', '--global', '--offline', `--prefix=${place.join('prefix')}`, '.'])
  const older = join(CHECKOUT, 'interop/node_modules/node/bin')
  env = {
    HOME: place.path,
    SHOAL_LANG: 'en',
    PATH: [place.join('prefix/bin'), older, '/usr/bin', '/bin'].join(delimiter),
  }
})
afterAll(() => place.remove())

const shell = (script: string) => run('bash', ['-c', script], { cwd: place.path, env })

describe('after a global installation', () => {
  test('the commands run with Node 24, and hints name them as the user does', async () => {
    const { stdout } = await shell('node --version; shoal debug; shoal-hub --help')
    expect(stdout).toMatch(/^v22\./)
    expect(stdout).toContain(`"runtime": "${process.version}"`)
    expect(stdout).toContain('Usage: shoal-hub')
    await expect(shell('shoal list')).rejects.toMatchObject({ code: 1, stderr: /: shoal start starts one/ })
    await expect(shell('shoal no-such-command')).rejects.toMatchObject({ code: 2 })
  })

  test('a signal to the command ends the program, which closes in order', async () => {
    const args = ['--only-tracker', '--port', '0', '--no-udp']
    const hub = await start('hub', place.join('prefix/bin/shoal-hub'), args, { env: { PATH: env.PATH! } })
    await expect.poll(() => hub.output()).toContain('"message":')
    hub.child.kill('SIGTERM')
    expect(await hub.exited).toBe(0)
    expect(hub.output()).toContain('The hub has stopped')
  })

  test('man finds the pages', async () => {
    const page = place.join('prefix/share/man/man1/shoal.1')
    expect(await realpath(page)).toBe(join(CHECKOUT, 'dist/man/shoal.1'))
    expect(await readFile(page, 'utf8')).toContain('.SS "shoal add')
    if (!which('groff')) return
    const { stdout, stderr } = await shell(`groff -man -Tutf8 -Kutf8 -ww ${page}`)
    expect(stderr).toBe('')
    expect(stdout).not.toContain('node scripts')
  })

  test('bash completes commands, options, values and files', async () => {
    const typed = [
      'pau',
      'list --wa',
      'list --sort ra',
      'queue fi',
      'label s',
      'help li',
      'get -o pre',
      'add --label x',
    ]
    const lines = typed.map(line => `complete_line ${line}`)
    const { stdout } = await shell(`
      source <(shoal completion bash)
      complete_line() { COMP_WORDS=(shoal "$@"); COMP_CWORD=$#; _shoal; echo "\${COMPREPLY[*]}"; }
      ${lines.join('\n')}`)
    const wanted = ['pause', '--watch', 'ratio', 'first', 'set', 'list limit', 'prefix', '']
    expect(stdout.trimEnd().split('\n')).toEqual(wanted.slice(0, -1))
  })

  test.skipIf(!which('zsh') || !which('fish'))('zsh and fish accept their scripts', async () => {
    await shell('shoal completion zsh > _shoal && zsh -n _shoal')
    await shell('shoal completion fish > shoal.fish && fish -n shoal.fish')
  })
})
