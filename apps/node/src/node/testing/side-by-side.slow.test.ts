import { access } from 'node:fs/promises'
import { join } from 'node:path'
import type { NodeOperations } from '@shoal/api'
import { until } from '@shoal/testing'
import { systemClock } from '@shoal/torrent'
import { expect, test } from 'vitest'
import { COMPLETION } from '../completion/capability.ts'
import { assemble } from '../kernel/assemble.ts'
import { capability } from '../kernel/capability.ts'
import { openKernel } from '../kernel/kernel.ts'
import { LogEntries } from '../kernel/log/log-entries.ts'
import { SCHEDULE } from '../schedule/capability.ts'
import { SEEDING } from '../seeding/capability.ts'
import { SOURCES } from '../sources/service.ts'
import { tableOwners } from '../table-owners.ts'
import { Facets } from '../torrents/records/facets.ts'
import {
  type ManagedTorrent,
  TORRENT_OPERATIONS,
  TORRENTS,
  type Torrents,
  type TorrentWatcher,
} from '../torrents/service.ts'
import { Entries } from '../transfers/testing/entries.ts'
import { temporaryFolder } from '../transfers/testing/temporary.ts'
import { SimulatedTorrents } from './simulated-torrents.ts'

/** Counts pending timers: none must outlive the automation. */
function countedClock() {
  let waiting = 0
  return {
    ...systemClock,
    get waiting() {
      return waiting
    },
    after(delayMs: number, callback: () => void) {
      let isOver = false
      const end = () => {
        if (!isOver) waiting--
        isOver = true
      }
      waiting++
      const cancel = systemClock.after(delayMs / 20, () => {
        end()
        callback()
      })
      return () => {
        end()
        cancel()
      }
    },
  }
}

/** A torrent that is seeded until it is paused, and the torrents of a simulated node. */
function torrentsOf({ node }: SimulatedTorrents) {
  const watchers: TorrentWatcher[] = []
  const paused = new Set<string>()
  const actOnTorrents: NodeOperations['actOnTorrents'] = async ({ ids }) => {
    for (const id of ids) paused.add(id)
    return { ids: ids as string[] }
  }
  const torrentOf = (id: string) => {
    const stats = { downloadedBytes: 1 }
    return { id, row: { seedingSeconds: 1 }, api: { name: id, directory: '/downloads', files: [], stats } }
  }
  const known = new Map<string, ReturnType<typeof torrentOf>>()
  const find = (id: string) => known.get(id) ?? known.set(id, torrentOf(id)).get(id)!
  const torrents = {
    list: { views: () => (paused.has('s') ? [] : [{ id: 's', state: 'seeding', ratio: 2 }]) },
    registry: { find, get: find, listed: () => [], facets: new Facets() },
    recordId: () => undefined,
    watch: (watcher: TorrentWatcher) => watchers.push(watcher),
  } as unknown as Torrents
  const fake = capability({
    contract: { name: 'torrents' },
    provides: { torrents: TORRENTS, operations: TORRENT_OPERATIONS, sources: SOURCES },
    start: () => ({
      provides: {
        torrents,
        operations: { ...node.operations, actOnTorrents } as unknown as NodeOperations,
        sources: { add: input => node.operations.addTorrent(input), restrict() {}, onAdded() {} },
      },
      close() {},
    }),
  })
  const complete = (id: string) => {
    for (const watcher of watchers) watcher.onComplete?.(find(id) as unknown as ManagedTorrent, true)
  }
  return { fake, paused, complete }
}

test('all automation works side by side and closes without leaks', async () => {
  const folder = await temporaryFolder()
  const done = join(folder, 'done')
  const hook = [
    process.execPath,
    '-e',
    'require("fs").writeFileSync(process.argv[1], process.argv[2])',
    done,
    '{name}',
  ]
  const [log, clock, memory] = [new Entries(), countedClock(), new SimulatedTorrents()]
  const opened = await openKernel({
    dataDir: join(folder, 'data'),
    directory: join(folder, 'downloads'),
    fixed: {
      automation: { onComplete: hook },
      limits: { alternative: true },
      seeding: { ratioLimit: 2 },
    },
    allowedDirectories: [],
    log,
    logEntries: new LogEntries(),
    onStop() {},
    tables: tableOwners(),
  })
  const kernel = { ...opened, clock }
  const { fake, paused, complete } = torrentsOf(memory)
  const node = await assemble([fake, SCHEDULE, SEEDING, COMPLETION], kernel)
  const applied: string[] = []
  kernel.limits.follow(({ by }) => applied.push(by))
  const source = `magnet:?xt=urn:btih:${'f'.repeat(40)}`
  const { torrent } = await memory.operations.addTorrent({ source })
  complete(torrent!.id)
  await until('the program ran', () =>
    access(done).then(
      () => true,
      () => false,
    ),
  )
  await until('seeding has ended', () => paused.has('s'))
  expect(applied).toEqual(['alternative'])
  expect(log.list.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([])
  await node.close()
  expect(clock.waiting).toBe(0)
  await opened.close()
})
