/**
 * A newcomer's first hour: a file is shared, others are let in, and a phone in the same network
 * opens the link.
 */
import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { until } from '@shoal/testing'
import { describe, expect, test } from 'vitest'
import { Browser } from '../support/browser.ts'
import { randomFile, tempDir } from '../support/files.ts'
import { cannotCreateNetwork, OtherNetwork } from '../support/other-network.ts'
import { start } from '../support/process.ts'
import { missing } from '../support/tools.ts'
import { saveAndHash } from './setup.ts'

const ENTRY = fileURLToPath(new URL('../../apps/node/src/shoal.ts', import.meta.url))
const ALONE = [
  '--peer-port',
  '0',
  '--set',
  'network.dht=off',
  '--set',
  'network.lsd=off',
  '--no-port-mapping',
]
const unable = missing('chromium-headless-shell') ?? cannotCreateNetwork

describe.skipIf(unable)(`letting others in${unable ? ` (${unable})` : ''}`, () => {
  test('after one command, a phone in the same network opens the link that only this machine opened before', async () => {
    await using dir = await tempDir('open-up')
    // The newcomer's machine has this separate network, and this machine is the phone.
    await using home = await OtherNetwork.create()
    const node = await home.wrapper(process.execPath, dir)
    const env = { ...process.env, HOME: dir.path, SHOAL_STATE: dir.join('state') }
    const shoal = async (...words: string[]) => {
      const { stdout } = await promisify(execFile)(node, [ENTRY, ...words, '--json'], { env })
      return JSON.parse(stdout.trim().split('\n').at(-1)!)
    }
    await mkdir(dir.join('downloads'))
    const { path, sha256 } = await randomFile(dir.join('downloads', 'harbour.bin'), 3_000_000)
    const places = ['--port', '8420', '--data-dir', dir.join('data'), '--dir', dir.join('downloads')]
    const running = await start('shoal start', node, [ENTRY, 'start', ...places, ...ALONE], { env })
    // Before the network, which would otherwise wait for it.
    await using stack = new AsyncDisposableStack()
    stack.defer(() => running.stop())
    const here = ['--data-dir', dir.join('data')]
    await until('the node answers', () =>
      shoal('health', ...here).then(
        () => true,
        () => false,
      ),
    )
    const { torrent } = await shoal('add', path, '--wait', ...here)
    const shut = await shoal('show', torrent, ...here)
    expect(shut).toMatchObject({
      audience: 'machine',
      link: expect.stringMatching(/^http:\/\/127\.0\.0\.1:8420\//),
    })

    const { address, tests } = await shoal('open-up', ...here)
    expect(tests).toMatchObject([{ address, here: true, outside: null }])
    const { link, audience } = await shoal('show', torrent, ...here)
    expect([audience, link.startsWith(`${address}/share/#s2`)]).toEqual(['network', true])

    await using browser = await Browser.launch()
    const { page: tab, problems } = await browser.open(link, { size: 'phone' })
    await tab.getByRole('button', { name: 'Save (3.00 MB)' }).waitFor()
    expect(await saveAndHash(tab, 'harbour.bin')).toBe(sha256)
    expect(problems).toEqual([])
    expect(running.output()).not.toContain('internal error')

    await shoal('open-up', '--off', ...here)
    await expect(fetch(address)).rejects.toThrow()
  })
})
