/** A node whose folders are on a disk that is full or read-only. */
import { readdirSync, statfsSync } from 'node:fs'
import { appendFile, mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connectNode, type NodeApi } from '@shoal/api'
import { until } from '@shoal/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { tempDir } from '../support/files.ts'
import { type ManagedProcess, start } from '../support/process.ts'
import { missing, toolPath } from '../support/tools.ts'

const ENTRY = fileURLToPath(new URL('../../apps/node/src/shoal.ts', import.meta.url))
const ALONE = ['network.dht=off', 'network.lsd=off', 'network.portMapping=off'].flatMap(each => [
  '--set',
  each,
])

/** Why no disk can be mounted, or null. */
const unable =
  process.getuid?.() === 0 ? missing('unshare', 'nsenter', 'mount') : 'mounting a disk requires root'

interface Disk {
  /** Path for processes started by `run`. */
  readonly path: string
  /** Path for the test. */
  readonly outside: string
  run(...words: string[]): Promise<ManagedProcess>
  /** Starts a node with its data folder on the disk. */
  node(): Promise<{ process: ManagedProcess; api: NodeApi }>
  /** Fills its free space. */
  fill(): Promise<void>
  giveBack(): Promise<void>
}

/** Mounts a small disk in a namespace that lasts as long as the test. */
async function smallDisk(): Promise<Disk> {
  const dir = await tempDir('node-disk')
  onTestFinished(dir.remove)
  const path = dir.join('disk')
  await mkdir(path)
  const script = 'mount -t tmpfs -o size=8m tmpfs "$1" && echo mounted && exec sleep 600'
  const holder = await start('disk', toolPath('unshare'), ['-m', 'sh', '-c', script, 'sh', path])
  onTestFinished(() => holder.stop())
  await until('the disk is mounted', async () => holder.output().includes('mounted'))
  const outside = `/proc/${holder.pid}/root${path}`
  const run = async (...words: string[]) => {
    const child = await start('command', toolPath('nsenter'), ['-m', '-t', String(holder.pid), ...words], {
      env: { HOME: dir.join('home'), SHOAL_STATE: dir.join('state'), SHOAL_LANG: 'en' },
    })
    onTestFinished(() => child.stop())
    return child
  }
  return {
    path,
    outside,
    run,
    async node() {
      const process = await run(...nodeWords(`${path}/data`, dir.join('downloads')))
      const file = await until('the node has started', async () => {
        process.assertRunning()
        const text = await readFile(`${outside}/data/node.json`, 'utf8').catch(() => '{}')
        const found = JSON.parse(text || '{}')
        return found.pid === process.pid && found
      })
      const token = (await readFile(`${outside}/data/token`, 'utf8')).trim()
      return { process, api: connectNode({ url: file.url, token }) }
    },
    async fill() {
      const { bavail, bsize } = statfsSync(outside)
      await appendFile(join(outside, 'filler'), Buffer.alloc(bavail * bsize))
    },
    giveBack: () => rm(join(outside, 'filler')),
  }
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

describe.skipIf(unable)(`a node on a small disk${unable ? ` (${unable})` : ''}`, () => {
  test('that is full starts, serves what it has, and saves changes as soon as there is room', async () => {
    const disk = await smallDisk()
    const first = await disk.node()
    for (const digit of [1, 2]) await first.api.addTorrent({ source: hash(digit), paused: true })
    await disk.fill()
    await expect(first.api.addTorrent({ source: hash(3) })).rejects.toMatchObject({ status: 507 })
    await kill(first)

    // The log of the catalogue contains both torrents.
    const second = await disk.node()
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
    const third = await disk.node()
    expect(await ids(third.api)).toEqual([hash(1), hash(2)])

    await disk.giveBack()
    await until('there is room', async () => (await third.api.getHealth({})).status === 'ok')
    expect((await third.api.getStats({})).lacksBytes).toBe(null)
    await third.api.addTorrent({ source: hash(5), paused: true })
    await until('the reserve is back', async () => readdirSync(`${disk.outside}/data`).includes('reserve'))
    await third.process.stop()

    // The last node has left neither a log nor a file.
    await disk.fill()
    const fourth = await disk.node()
    expect(await ids(fourth.api)).toEqual([hash(1), hash(2), hash(5)])
    expect(await fourth.api.getHealth({})).toMatchObject({ status: 'degraded' })
  })

  test('that is read-only does not start, and says which folder is to blame', async () => {
    const disk = await smallDisk()
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
