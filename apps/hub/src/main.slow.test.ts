import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { limitMs } from '@shoal/testing'
import { expect, it, vi } from 'vitest'

/** Writes the URL of each loaded module to standard error. */
const NAME_MODULES = `import { registerHooks } from 'node:module'
registerHooks({ load: (url, context, next) => (process.stderr.write(url + '\\n'), next(url, context)) })`
const PROGRAM = join(import.meta.dirname, 'shoal-hub.ts')

it.skipIf(process.platform === 'win32')(
  'a hub reloads its lists on SIGHUP and exits on SIGTERM',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'shoal-hub-'))
    const passkeyFile = join(folder, 'keys')
    await writeFile(passkeyFile, 'secretkey1')
    const args = [PROGRAM, '--only-tracker', '--port', '0', '--no-udp', '--passkey-file', passkeyFile]
    const hub = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(hub, 'exit')
    try {
      let log = ''
      hub.stdout.setEncoding('utf8').on('data', text => {
        log += text
      })
      const said = (text: string) => vi.waitFor(() => expect(log).toContain(text), limitMs(30))
      await said('The hub is listening')
      const port = /127\.0\.0\.1:(\d+)\/announce/.exec(log)![1]
      const announce = async (key: string) =>
        (await fetch(`http://127.0.0.1:${port}/${key}/announce?info_hash=${'a'.repeat(20)}&port=7`)).text()
      expect(await announce('secretkey2')).toContain('private')
      await writeFile(passkeyFile, 'secretkey2')
      hub.kill('SIGHUP')
      await said('The list was reloaded')
      expect(await announce('secretkey2')).toContain('8:complete')
      expect(await announce('secretkey1')).toContain('private')
      await writeFile(passkeyFile, '?')
      hub.kill('SIGHUP')
      await said('line 1 is not a valid passkey: the list is unchanged')
      expect(await announce('secretkey2')).toContain('8:complete')
      hub.kill('SIGTERM')
      expect((await ended)[0]).toBe(0)
      expect(log).not.toContain('secretkey')
    } finally {
      hub.kill('SIGKILL')
      await ended
      await rm(folder, { recursive: true })
    }
  },
)

it.skipIf(process.platform === 'win32')(
  'a tracker-only hub loads no code of databases and operations',
  async () => {
    const name = `data:text/javascript,${encodeURIComponent(NAME_MODULES)}`
    const args = ['--import', name, PROGRAM, '--only-tracker', '--port', '0']
    const hub = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const ended = once(hub, 'exit')
    try {
      let loaded = ''
      hub.stderr.setEncoding('utf8').on('data', text => {
        loaded += text
      })
      const [log] = await once(hub.stdout.setEncoding('utf8'), 'data')
      expect(log).toContain('The hub is listening')
      hub.kill('SIGTERM')
      expect((await ended)[0]).toBe(0)
      expect(loaded).toContain('/health/capability.ts')
      expect(
        loaded.split('\n').filter(url => /sqlite|hub-stores|operation-routes|kernel\/tables/.test(url)),
      ).toEqual([])
    } finally {
      hub.kill('SIGKILL')
      await ended
    }
  },
)
