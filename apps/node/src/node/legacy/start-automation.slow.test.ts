import { access, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DEFAULT_SETTINGS, FeedFilter, type NodeOperations } from '@shoal/api'
import { systemClock } from '@shoal/torrent'
import { expect, test } from 'vitest'
import type { LimitsNow } from '../kernel/limits.ts'
import { MemoryNode } from '../testing/memory-node.ts'
import { testSettings } from '../testing/settings.ts'
import { torrentFile } from '../testing/torrent-file.ts'
import { Entries } from '../transfers/testing/entries.ts'
import { FileServer } from '../transfers/testing/file-server.ts'
import { eventually, temporaryFolder } from '../transfers/testing/temporary.ts'
import { Catalogue } from './catalogue.ts'
import { startAutomation } from './start-automation.ts'

/** Timers that wait: none may outlive the automation. */
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

test('all of it works beside each other, and closes without a trace', async () => {
  await using server = await FileServer.start((_, response) =>
    response.end(
      `<rss><channel><item><title>F</title><link>magnet:?xt=urn:btih:${'f'.repeat(40)}</link></item></channel></rss>`,
    ),
  )
  const folder = await temporaryFolder()
  const watched = join(folder, 'watch')
  await mkdir(watched)
  const done = join(folder, 'done')
  const hook = [
    process.execPath,
    '-e',
    'require("fs").writeFileSync(process.argv[1], process.argv[2])',
    done,
    '{name}',
  ]
  const rule = { directory: watched, label: null, paused: false, action: 'delete' as const }
  const settings = testSettings({
    automation: { watch: [rule], onComplete: hook },
    limits: { ...DEFAULT_SETTINGS.limits, alternative: true },
    seeding: { ratioLimit: 2, timeLimitMinutes: null, action: 'pause' },
  })
  const catalogue = await Catalogue.open(join(folder, 'catalogue.db'))
  const node = new MemoryNode()
  const log = new Entries()
  const clock = countedClock()
  const applied: LimitsNow[] = []
  const paused = new Set<string>()
  const shared = { id: 's', name: 'S', seedingSeconds: 1, ratioLimit: null, seedingTimeLimitMinutes: null }
  const actOnTorrents: NodeOperations['actOnTorrents'] = async ({ ids }) => {
    for (const id of ids) paused.add(id)
    return { ids: ids as string[] }
  }
  const automation = startAutomation({
    clock,
    log,
    userAgent: 'Shoal/test',
    operations: { ...node.operations, actOnTorrents },
    ...settings,
    applyLimits: limits => void applied.push(limits),
    seeding: () => (paused.has('s') ? [] : [{ ...shared, ratio: 2 }]),
    claim: () => true,
    contentPath: node.contentPath,
    feeds: catalogue.feeds,
    onFeedsChanged: () => {},
  })
  const { id, bytes } = await torrentFile('put there')
  await writeFile(join(watched, 'x.torrent'), bytes)
  const filters = [FeedFilter.parse({})]
  await automation.feeds.addFeed({ url: server.url, everyMinutes: 30, filters })
  await eventually('both torrents are added', () => node.torrents.has(id) && node.torrents.size === 2)
  automation.completed(id)
  await eventually('the program ran', () =>
    access(done).then(
      () => true,
      () => false,
    ),
  )
  await eventually('sharing has ended', () => paused.has('s'))
  expect(applied.map(({ by }) => by)).toEqual(['alternative'])
  expect(automation.limits().by).toBe('alternative')
  expect(log.list.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([])
  await automation.close()
  expect(clock.waiting).toBe(0)
  await catalogue.close()
})
