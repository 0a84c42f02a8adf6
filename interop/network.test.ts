import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { circuitRelayServer } from '@libp2p/circuit-relay-v2'
import { identify } from '@libp2p/identify'
import { type KadDHT, kadDHT, passthroughMapper } from '@libp2p/kad-dht'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { limitMs } from '@shoal/testing'
import { systemClock } from '@shoal/torrent'
import { createLibp2p } from 'libp2p'
import { CID } from 'multiformats/cid'
import { decode } from 'multiformats/hashes/digest'
import { expect, onTestFinished, test } from 'vitest'
import { startHub } from '../apps/hub/src/hub.ts'
import { NO_LOG } from '../apps/hub/src/kernel/log.ts'
import { TRACKER_FRONTS } from '../apps/hub/src/tracker/service.ts'
import { CAPABILITIES } from '../apps/node/src/node/capabilities.ts'
import { LogEntries } from '../apps/node/src/node/kernel/log/log-entries.ts'
import { type OpenNode, runNode } from '../apps/node/src/node/run-node.ts'
import { contentKeys } from '../packages/network/src/content-keys.ts'
import { KAD_PROTOCOL } from '../packages/network/src/kad/libp2p-network.ts'
import { seededRandom } from '../packages/torrent/src/base/random.ts'
import { DhtNode } from '../packages/torrent/src/discovery/dht/dht.ts'
import { openDatagram } from '../packages/torrent/src/transport/datagram.node.ts'

const PATIENT = { timeout: limitMs(100), interval: 250 }

async function start(network: object = {}, shoal: object = {}): Promise<OpenNode> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-network-'))
  const node = await runNode(
    {
      dataDir: join(folder, 'data'),
      directory: join(folder, 'downloads'),
      fixed: { network: { port: 0, dht: false, lsd: false, ...network }, shoal: { port: 0, ...shoal } },
      allowedDirectories: [folder],
      log: { debug() {}, info() {}, warn() {}, error() {} },
      logEntries: new LogEntries(),
      peerHost: '127.0.0.1',
      onStop() {},
    },
    CAPABILITIES,
  )
  onTestFinished(async () => {
    await node.close()
    await rm(folder, { recursive: true, force: true })
  })
  return node
}

async function status(node: OpenNode) {
  await expect.poll(async () => (await node.operations.getNetwork({})).state, PATIENT).toBe('on')
  return node.operations.getNetwork({})
}

test('a js-libp2p node of the public packages dials a node, identifies it, and finds it as provider', async () => {
  const node = await start()
  const { id, addresses } = await status(node)
  const dht = kadDHT({ protocol: KAD_PROTOCOL, clientMode: false, peerInfoMapper: passthroughMapper })
  const stock = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify(), ping: ping(), dht },
  })
  onTestFinished(async () => {
    await stock.stop()
  })
  const identified = new Promise<{ agentVersion?: string; protocols: string[] }>(resolve =>
    stock.addEventListener('peer:identify', ({ detail }) => resolve(detail), { once: true }),
  )
  const address = addresses.find(each => /\/tcp\/\d+\/p2p\//.test(each))!
  const connection = await stock.dial(multiaddr(address))
  expect(connection.remotePeer.toString()).toBe(id)
  const { agentVersion, protocols } = await identified
  expect(agentVersion).toMatch(/^Shoal\//)
  expect(protocols).toContain(KAD_PROTOCOL)
  const known = async () => (await node.operations.getNetwork({})).nodes
  await expect.poll(known, PATIENT).toBe(1)
  // The node announces automatically, to the only other node.
  const folder = await mkdtemp(join(tmpdir(), 'shoal-shared-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'story.txt'), 'Once upon a time')
  node.kernel.folders.addRoots(() => [folder])
  await node.operations.createTorrent({ path: join(folder, 'story.txt'), trackers: [] } as never)
  const announced = async () => (await node.operations.listProvided({})).items[0]?.announcedMs ?? null
  await expect.poll(announced, PATIENT).not.toBeNull()
  const { items } = await node.operations.listTorrents({ sort: 'name', order: 'ascending', limit: 1 })
  const v2 = Uint8Array.from(Buffer.from(items[0]!.infoHashV2!, 'hex'))
  const key = CID.createV1(0x55, decode(contentKeys({ v2 })[0]!))
  const found = new Set<string>()
  for await (const event of (stock.services.dht as KadDHT).findProviders(key)) {
    if (event.name === 'PROVIDER') for (const provider of event.providers) found.add(provider.id.toString())
    if (found.size > 0) break
  }
  expect([...found]).toEqual([id])
})

test('two fresh nodes with nothing in common but the mainline DHT meet', async () => {
  const mainline: DhtNode[] = []
  for (let i = 0; i < 4; i++) {
    const first = mainline[0]
    mainline.push(
      new DhtNode({
        socket: await openDatagram({ family: 4, port: 0, host: '127.0.0.1' }),
        clock: systemClock,
        random: seededRandom(i + 1),
        bootstrap: first ? [{ host: '127.0.0.1', port: first.port }] : [],
      }),
    )
  }
  onTestFinished(async () => {
    await Promise.all(mainline.map(node => node.close()))
  })
  const dhtNodes = [`127.0.0.1:${mainline[0]!.port}`]
  const one = await start({ dht: true, dhtNodes })
  const two = await start({ dht: true, dhtNodes })
  const { id } = await status(one)
  await status(two)
  const peers = async () => (await two.operations.listNetworkPeers({})).items.map(peer => peer.id)
  await expect.poll(peers, PATIENT).toEqual([id])
})

test('two fresh nodes that know nothing but a hub meet', async () => {
  const hub = await startHub({ onlyTracker: true, port: 0 }, NO_LOG)
  onTestFinished(() => hub.close())
  const shareTrackers = [`udp://127.0.0.1:${hub.udpPort}/announce`]
  const one = await start({ shareTrackers })
  const { id } = await status(one)
  await expect.poll(async () => (await hub.service(TRACKER_FRONTS).stats()).peers.ipv4, PATIENT).toBe(1)
  const two = await start({ shareTrackers })
  await status(two)
  const peers = async () => (await two.operations.listNetworkPeers({})).items.map(peer => peer.id)
  await expect.poll(peers, PATIENT).toEqual([id])
})

test('two fresh nodes that know nothing but public IPFS nodes meet, and are reached through their relays', async () => {
  const dht = kadDHT({ protocol: '/ipfs/kad/1.0.0', clientMode: false, peerInfoMapper: passthroughMapper })
  const ipfs = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify(), ping: ping(), dht, relay: circuitRelayServer() },
  })
  onTestFinished(async () => {
    await ipfs.stop()
  })
  const settings = { ipfs: true, ipfsNodes: ipfs.getMultiaddrs().map(String) }
  const one = await start({}, settings)
  const { id } = await status(one)
  const relayed = async () => (await one.operations.getNetwork({})).addresses.join()
  await expect.poll(relayed, PATIENT).toContain(`${ipfs.peerId}/p2p-circuit`)
  const two = await start({}, settings)
  await status(two)
  const peers = async () => (await two.operations.listNetworkPeers({})).items.map(peer => peer.id)
  await expect.poll(peers, PATIENT).toContain(id)
  // It counts once it is identified.
  await expect.poll(async () => (await two.operations.getNetwork({})).nodes, PATIENT).toBe(1)
})
