import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { NodeEvent, SearchRow, SettingsChange, Topic } from '@shoal/api'
import { type FoundSoFar, followSearch } from '@shoal/api/follow-search'
import { limitMs } from '@shoal/testing'
import { expect, onTestFinished, test } from 'vitest'
import { LogEntries } from '../kernel/log/log-entries.ts'
import { type OpenNode, runNode } from '../run-node.ts'

/**
 * Findable torrents are checked every 15 s and lookups run every 5 s, on a machine that can be
 * busy.
 */
const PATIENT = { timeout: limitMs(120), interval: 500 }
const NEVER = new AbortController().signal
const QUIET = { debug() {}, info() {}, warn() {}, error() {} }

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'shoal-search-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

/** A node that only reaches others through the Shoal network. */
async function start(nodes: readonly string[] = [], place?: string, shoal: SettingsChange['shoal'] = {}) {
  const base = place ?? (await folder())
  const node = await runNode({
    dataDir: join(base, 'data'),
    directory: join(base, 'downloads'),
    fixed: {
      network: { port: 0, dht: false, lsd: false, pex: false, trackers: false },
      shoal: { port: 0, nodes: [...nodes], ...shoal },
    },
    allowedDirectories: [base],
    log: QUIET,
    logEntries: new LogEntries(),
    peerHost: '127.0.0.1',
    onStop() {},
  })
  onTestFinished(() => node.close())
  const state = async () => (await node.operations.getNetwork({})).state
  await expect.poll(state, PATIENT).toBe('on')
  return node
}

async function addressOf(node: OpenNode): Promise<string> {
  return (await node.operations.getNetwork({})).addresses[0]!
}

async function share(node: OpenNode, name: string, text: string, findable: boolean): Promise<string> {
  const base = await folder()
  const path = join(base, name)
  await writeFile(path, text)
  node.kernel.folders.addRoots(() => [base])
  const job = await node.operations.createTorrent({
    ...{ path, version: 'hybrid', private: false, trackers: [], webSeeds: [], tags: ['sea'] },
    ...{ license: 'CC0-1.0', language: 'en', findable },
  })
  const torrent = async () => {
    const { items } = await node.operations.listJobs({})
    return items.find(({ id }) => id === job.id)?.torrent ?? null
  }
  await expect.poll(torrent, PATIENT).not.toBeNull()
  return (await torrent())!
}

/** Follows a search until it awaits nothing more. */
async function search(
  node: OpenNode,
  text: string,
  last?: (found: FoundSoFar) => void,
): Promise<readonly SearchRow[]> {
  const { kernel, operations } = node
  async function* events(topics: readonly Topic[]) {
    const waiting: NodeEvent[] = []
    let wake = Promise.withResolvers<void>()
    const ends = topics.map(topic =>
      kernel.events.subscribe(topic, ({ event }) => {
        waiting.push(event)
        wake.resolve()
      }),
    )
    try {
      for (;;) {
        await wake.promise
        wake = Promise.withResolvers()
        yield* waiting.splice(0)
      }
    } finally {
      for (const end of ends) end()
    }
  }
  const following = followSearch({ api: operations as never, events }, { text, limit: 100 }, NEVER)
  for await (const found of following)
    if (found.isFinal) {
      last?.(found)
      return found.rows
    }
  throw new Error('the search ended before it was done')
}

const titles = async (node: OpenNode, text: string) => (await search(node, text)).map(({ title }) => title)

test(
  'what a node made findable is found after it has gone, and downloaded from another',
  async () => {
    const index = await start()
    const nodes = [await addressOf(index)]
    const place = await folder()
    const [publisher, provider, seeker] = [
      await start(nodes, place),
      await start(nodes, undefined, { provideDownloads: true }),
      await start(nodes),
    ] as const
    const id = await share(publisher, 'Harbour at night.txt', 'Once upon a time', true)
    // It is added by its content ID, that of v2.
    const { infoHashV2 } = await publisher.operations.getTorrent({ id })
    await share(publisher, 'Harbour in secret.txt', 'Nobody is to find this', false)
    await expect.poll(() => titles(seeker, 'harbour'), PATIENT).toEqual(['Harbour at night.txt'])
    const [row] = await search(seeker, 'sea night')
    expect(row).toMatchObject({
      ...{ totalBytes: 16, fileCount: 1, tags: ['sea'], license: 'CC0-1.0', language: 'en', torrent: null },
      publisher: { did: (await publisher.operations.listFindable({})).publisher.did, own: false },
    })
    expect(await titles(seeker, 'harbour -night')).toEqual([])

    // A second provider takes it, and the publisher leaves.
    const cid = row!.id
    const progress = async (node: OpenNode) =>
      (await node.operations.listTorrents({ sort: 'name', order: 'ascending', limit: 10 })).items[0]?.progress
    await provider.operations.addTorrent({ source: row!.link } as never)
    await expect.poll(() => progress(provider), PATIENT).toBe(1)
    const provided = async () => (await provider.operations.listProvided({})).items[0]?.announcedMs ?? null
    await expect.poll(provided, PATIENT).not.toBeNull()
    await publisher.close()
    expect(await titles(seeker, 'harbour')).toEqual(['Harbour at night.txt'])
    await seeker.operations.addTorrent({ source: cid } as never)
    await expect.poll(() => progress(seeker), PATIENT).toBe(1)
    const { directory } = seeker.kernel.settings.current.downloads
    expect(await readFile(join(directory, 'Harbour at night.txt'), 'utf8')).toBe('Once upon a time')
    // It is merged into one row with the listed torrent, and its publisher is trusted more.
    const [known] = await search(seeker, 'harbour')
    expect(known).toMatchObject({
      torrent: infoHashV2,
      publisher: { trust: 0.25 },
      hits: [{ torrent: infoHashV2 }],
    })

    // The publisher returns and withdraws it.
    const again = await start(nodes, place)
    expect((await again.operations.listFindable({})).items.map(each => each.id)).toEqual([id])
    await again.operations.hideTorrent({ id })
    const found = async () => (await search(provider, 'harbour')).map(({ publisher: by }) => by)
    // The provider's own torrent remains.
    await expect.poll(found, PATIENT).toEqual([null])
  },
  limitMs(400),
)

test('what a blocked publisher made findable is hidden and counted until they are unblocked; seeds are counted without asking', async () => {
  const index = await start()
  const publisher = await start([await addressOf(index)])
  await share(publisher, 'Lighthouse at sea.txt', 'A light', true)
  await share(publisher, 'Lighthouse ashore.txt', 'No light', true)
  await share(publisher, 'Windmill.txt', 'No light at all', true)
  const both = ['Lighthouse ashore.txt', 'Lighthouse at sea.txt']
  await expect.poll(async () => (await titles(index, 'lighthouse')).sort(), PATIENT).toEqual(both)
  const { did } = (await publisher.operations.listFindable({})).publisher
  const { operations } = index
  const blocked = await operations.blockPublisher({ did: did!, note: 'Too many lights' })
  expect((await operations.listBlocked({})).items).toEqual([blocked])
  let hidden = 0
  const shown = await search(index, 'lighthouse', ({ progress }) => {
    hidden = progress.network.hidden
  })
  expect([shown, hidden]).toEqual([[], 2])
  await operations.unblockPublisher({ did: did! })
  expect((await titles(index, 'lighthouse')).sort()).toEqual(both)
  const own = (await publisher.operations.listPeople({ limit: 1 })).ownDid!
  expect(own).toBe(did)
  await expect(publisher.operations.blockPublisher({ did: own })).rejects.toMatchObject({ field: 'did' })

  await expect.poll(() => titles(index, 'windmill'), PATIENT).toEqual(['Windmill.txt'])
  const provided = async () => {
    const { items } = await publisher.operations.listProvided({})
    return items.length === 3 && items.every(({ announcedMs }) => announcedMs !== null)
  }
  await expect.poll(provided, PATIENT).toBe(true)
  expect(await search(index, 'windmill')).toMatchObject([{ title: 'Windmill.txt', seeds: 1 }])
})
