import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Session } from '@shoal/torrent'
import { expect, onTestFinished, test, vi } from 'vitest'
import { LogEntries } from '../../node/kernel/log/log-entries.ts'
import { runNode } from '../../node/run-node.ts'
import { findInNetwork } from './find-in-network.ts'

const PATIENT = { timeout: 100_000, interval: 250 }
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

/** A node that others find content at, according to another node. */
async function startProvider() {
  const { address } = await startNode([])
  const { node, base } = await startNode([address])
  const path = join(base, 'story.txt')
  await writeFile(path, 'Once upon a time')
  await node.operations.createTorrent({
    ...{ path, version: 'hybrid', private: false, trackers: [], webSeeds: [] },
  })
  const items = async () => (await node.operations.listProvided({})).items
  await expect.poll(async () => (await items())[0]?.announcedMs ?? null, PATIENT).not.toBeNull()
  return { address, cid: (await items())[0]!.cid }
}

test('a download finds its peers in the network alone, and remembers its nodes', async () => {
  vi.stubEnv('SHOAL_STATE', await folder())
  onTestFinished(() => void vi.unstubAllEnvs())
  const { address, cid } = await startProvider()
  const options = { dht: false, host: '127.0.0.1' }
  const get = async (nodes: readonly string[]) => {
    const directory = await folder()
    const alone = { port: 0, lsd: false, pex: false, trackers: false }
    const session = await Session.open({ ...options, ...alone, directory })
    onTestFinished(() => session.close())
    const torrent = await session.add(cid)
    const leave = findInNetwork({ session, torrent, nodes, options })
    await torrent.whenComplete()
    await leave()
    await session.close()
    return readFile(join(directory, 'story.txt'), 'utf8')
  }
  expect(await get([address])).toBe('Once upon a time')
  // Nobody names a node to it now.
  expect(await get([])).toBe('Once upon a time')
}, 200_000)
