/** A node whose folders are on a disk that is full or read-only. */
import { readdirSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { connectNode, type NodeApi } from '@shoal/api'
import { until } from '@shoal/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { tempDir } from '../support/files.ts'
import type { ManagedProcess } from '../support/process.ts'
import { noSmallDisk, type SmallDisk, smallDisk } from '../support/small-disk.ts'

const ENTRY = fileURLToPath(new URL('../../apps/node/src/shoal.ts', import.meta.url))
const ALONE = ['network.dht=off', 'network.lsd=off', 'network.portMapping=off'].flatMap(each => [
  '--set',
  each,
])

/** Starts a node with its data folder on the disk. */
async function startNode({ dir, path, outside, run }: SmallDisk) {
  const process = await run(...nodeWords(`${path}/data`, dir.join('downloads')))
  const file = await until('the node has started', async () => {
    process.assertRunning()
    const text = await readFile(`${outside}/data/node.json`, 'utf8').catch(() => '{}')
    const found = JSON.parse(text || '{}')
    return found.pid === process.pid && found
  })
  const token = (await readFile(`${outside}/data/token`, 'utf8')).trim()
  return { process, api: connectNode({ url: file.url, token }) }
}

function nodeWords(dataDir: string, directory: string): string[] {
  const ports = ['--port', '0', '--peer-port', '0', '--peer-host', '127.0.0.1']
  return [process.execPath, ENTRY, 'start', '--data-dir', dataDir, '--dir', directory, ...ports, ...ALONE]
}

async function kill({ process }: { process: ManagedProcess }): Promise<void> {
  process.child.kill('SIGKILL')
  await process.exited
}

const ids = async (api: NodeApi) => (await api.listTorrents({})).items.map(({ id }) => id).sort()
const hash = (digit: number) => String(digit).repeat(40)

describe.skipIf(noSmallDisk)(`a node on a small disk${noSmallDisk ? ` (${noSmallDisk})` : ''}`, () => {
  test('that is full starts, serves what it has, and saves changes as soon as there is room', async () => {
    const disk = await smallDisk('node-disk')
    const first = await startNode(disk)
    for (const digit of [1, 2]) await first.api.addTorrent({ source: hash(digit), paused: true })
    await disk.fill()
    await expect(first.api.addTorrent({ source: hash(3) })).rejects.toMatchObject({ status: 507 })
    await kill(first)

    // The log of the catalogue contains both torrents.
    const second = await startNode(disk)
    expect(await ids(second.api)).toEqual([hash(1), hash(2)])
    expect(await second.api.getHealth({})).toMatchObject({
      status: 'degraded',
      // The search index may have hit the full disk as well.
      problems: expect.arrayContaining([
        expect.stringMatching(/^the disk of .*data is full: free 4\.\d+ MB there/),
      ]),
    })
    expect((await second.api.getStats({})).lacksBytes).toBeGreaterThan(0)
    for (const change of [
      second.api.addTorrent({ source: hash(4) }),
      second.api.actOnTorrents({ ids: [hash(1)], action: 'remove' }),
      second.api.changeSettings({ queue: { maxDownloads: 2 } }),
    ])
      await expect(change).rejects.toMatchObject({ status: 507, code: 'no-space' })
    // The second crash finds no reserve.
    await kill(second)
    await disk.fill()
    const third = await startNode(disk)
    expect(await ids(third.api)).toEqual([hash(1), hash(2)])

    await disk.giveBack()
    await until('there is room', async () => (await third.api.getHealth({})).status === 'ok')
    expect((await third.api.getStats({})).lacksBytes).toBe(null)
    await third.api.addTorrent({ source: hash(5), paused: true })
    await until('the reserve is back', async () => readdirSync(`${disk.outside}/data`).includes('reserve'))
    await third.process.stop()

    // The last node has left neither a log nor a file.
    await disk.fill()
    const fourth = await startNode(disk)
    expect(await ids(fourth.api)).toEqual([hash(1), hash(2), hash(5)])
    expect(await fourth.api.getHealth({})).toMatchObject({ status: 'degraded' })
  })

  test('that is read-only does not start, and says which folder is to blame', async () => {
    const disk = await smallDisk('node-disk')
    await mkdir(`${disk.outside}/data`)
    expect(await (await disk.run('mount', '-o', 'remount,ro', disk.path)).exited).toBe(0)
    const dir = await tempDir('node-other')
    onTestFinished(dir.remove)
    for (const [words, message] of [
      [nodeWords(dir.join('data'), disk.path), /read-only: choose another place \(--dir\)/],
      [
        nodeWords(`${disk.path}/data`, dir.join('downloads')),
        /read-only: choose another place \(--data-dir\)/,
      ],
    ] as const) {
      const refused = await disk.run(...words)
      expect(await refused.exited).toBe(78)
      expect(refused.output()).toMatch(message)
    }
  })
})
