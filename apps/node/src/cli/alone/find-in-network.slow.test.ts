import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Session } from '@shoal/torrent'
import { expect, onTestFinished, test, vi } from 'vitest'
import { LogEntries } from '../../node/kernel/log/log-entries.ts'
import { runNode } from '../../node/run-node.ts'
import { findInNetwork } from './find-in-network.ts'

const PATIENT = { timeout: 100_000, interval: 250 }
const STORY = 'Once upon a time'
const QUIET = { debug() {}, info() {}, warn() {}, error() {} }

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'shoal-get-'))
  onTestFinished(() => rm(path, { recursive: true, force: true }))
  return path
}

/** A node of the network. */
async function startNode(nodes: readonly string[]) {
  const base = await folder()
  const node = await runNode({
    ...{ dataDir: join(base, 'data'), directory: join(base, 'downloads'), allowedDirectories: [base] },
    fixed: {
      network: { port: 0, dht: false, lsd: false, pex: false, trackers: false },
      shoal: { port: 0, nodes: [...nodes] },
    },
    ...{ log: QUIET, logEntries: new LogEntries(), peerHost: '127.0.0.1', onStop() {} },
  })
  onTestFinished(() => node.close())
  const status = () => node.operations.getNetwork({})
  await expect.poll(async () => (await status()).state, PATIENT).toBe('on')
  return { node, base, address: (await status()).addresses[0]! }
}

type Node = Awaited<ReturnType<typeof startNode>>

/** Shares a story at a node. Resolves to its torrent when that is there. */
async function shareStory({ node, base }: Pick<Node, 'node' | 'base'>) {
  const path = join(base, 'story.txt')
  await writeFile(path, STORY)
  await node.operations.createTorrent({
    ...{ path, version: 'hybrid', private: false, trackers: [], webSeeds: [] },
  })
  const torrents = async () =>
    (await node.operations.listTorrents({ sort: 'name', order: 'ascending', limit: 10 })).items
  await expect.poll(async () => (await torrents())[0]?.state, PATIENT).toBe('seeding')
  return (await torrents())[0]!
}

/** Downloads the story from the Shoal network alone. Nodes of earlier downloads are known, too. */
async function get(link: string, nodes: readonly string[]): Promise<string> {
  const options = { dht: false, host: '127.0.0.1' }
  const directory = await folder()
  const alone = { port: 0, lsd: false, pex: false, trackers: false }
  const session = await Session.open({ ...options, ...alone, directory })
  onTestFinished(() => session.close())
  const torrent = await session.add(link)
  const leave = findInNetwork({ session, torrent, nodes, options })
  await torrent.whenComplete()
  await leave()
  await session.close()
  return readFile(join(directory, 'story.txt'), 'utf8')
}

async function forgetful(): Promise<void> {
  vi.stubEnv('SHOAL_STATE', await folder())
  onTestFinished(() => void vi.unstubAllEnvs())
}

test('a download finds its peers in the network alone, and remembers its nodes', async () => {
  await forgetful()
  const { address } = await startNode([])
  const provider = await startNode([address])
  await shareStory(provider)
  const provided = async () => (await provider.node.operations.listProvided({})).items[0]
  await expect.poll(async () => (await provided())?.announcedMs ?? null, PATIENT).not.toBeNull()
  const { cid } = (await provided())!
  expect(await get(cid, [address])).toBe(STORY)
  // Nobody names a node to it now.
  expect(await get(cid, [])).toBe(STORY)
}, 200_000)

test('a node that is all of the network is found by content ID, by either info hash, and by magnet', async () => {
  await forgetful()
  const provider = await startNode([])
  const { infoHashV1, infoHashV2 } = await shareStory(provider)
  const { cid } = (await provider.node.operations.listProvided({})).items[0]!
  const magnet = `magnet:?xt=urn:btih:${infoHashV1}`
  for (const link of [cid, infoHashV1!, infoHashV2!, magnet])
    expect(await get(link, [provider.address])).toBe(STORY)
}, 300_000)
