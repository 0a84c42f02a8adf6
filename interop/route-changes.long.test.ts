/**
 * A node whose proxy or interface changes during a download: no packet takes the old route after
 * the response to the change.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Settings, TorrentDetail } from '@shoal/api'
import { until } from '@shoal/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readNodeFile, readToken } from '../apps/node/src/base/node-file.ts'
import type { JsonLines } from './support/json-lines.ts'
import { type LeakWorld, openLeakWorld, PEER } from './support/leak-attempts.ts'
import { cannotCreateLeakNetwork, PROXY, TUNNEL, TUNNEL_END, WORLD } from './support/leak-network.ts'
import { describePacket, type Packet } from './support/pcap.ts'
import { type ManagedProcess, start } from './support/process.ts'
import { missing, toolPath } from './support/tools.ts'

const SHOAL = join(import.meta.dirname, '..', 'apps', 'node', 'src', 'shoal.ts')
/** The content has 3 MB, so that the download takes longer than the test. */
const SLOW = 100_000
/**
 * Bytes between two checks: they take some seconds, in which the kernel would retransmit
 * unacknowledged packets.
 */
const STEP_BYTES = 4 * SLOW
const CLIENT = '10.99.0.2'
const SILENT = '10.99.2.53'

describe.skipIf(cannotCreateLeakNetwork ?? missing('danted', 'openssl'))(
  'a node that changes its way',
  () => {
    let leaks: LeakWorld
    let node: ManagedProcess
    let caller: JsonLines
    let address: { url: string; token: string }
    let id: string

    beforeAll(async () => {
      leaks = await openLeakWorld()
      const { network, dir, processes, places } = leaks
      await leaks.client.call('stop')
      network.openTunnel()
      // The client's name server never answers.
      await writeFile(dir.join('resolv'), `nameserver ${SILENT}\noptions timeout:4 attempts:2\n`)
      network.replaceInClient('/etc/resolv.conf', dir.join('resolv'))
      network.inWorld('ip', 'route', 'add', 'blackhole', `${SILENT}/32`)
      const dante = [
        ...['logoutput: stderr', `internal: ${PROXY} port = 1080`, `external: ${WORLD}`],
        ...['clientmethod: none', 'socksmethod: none', 'client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }'],
        'socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 command: connect udpassociate }',
        'socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 command: bindreply udpreply }',
      ]
      await writeFile(dir.join('dante'), dante.join('\n'))
      const enter = [...network.enterWorld, toolPath('danted'), '-f', dir.join('dante')]
      processes.push(await start('danted', toolPath('nsenter'), enter))
      await until('danted to accept connections', () =>
        leaks.world.call<boolean>('accepts', { host: PROXY, port: 1080 }),
      )
      const data = dir.join('data')
      const torrent = dir.join('content.torrent')
      await writeFile(torrent, Buffer.from(places.torrent, 'base64'))
      const given = [
        '--port',
        '8420',
        '--data-dir',
        data,
        '--dir',
        dir.join('downloads'),
        '--allow-dir',
        dir.path,
      ]
      const set = [`network.dhtNodes=["${PEER}"]`, 'shoal.port=0']
      const args = [SHOAL, 'start', ...given, ...set.flatMap(each => ['--set', each])]
      node = await start(
        'shoal start',
        toolPath('nsenter'),
        [...network.enterClient, process.execPath, ...args],
        {
          env: { HOME: dir.join('home'), SHOAL_STATE: dir.join('state') },
        },
      )
      processes.push(node)
      const file = await until('the node answers', () => readNodeFile(data))
      address = { url: file!.url, token: (await readToken(data))! }
      const script = await network.script('client', 'node-caller.ts')
      processes.push(script.process)
      caller = script.calls
      await call('changeSettings', { limits: { downloadBytesPerSecond: SLOW, limitLocalPeers: true } })
      const trackers = [`http://tracker.leak.test:${places.trackerPort}/announce`]
      id = places.infoHash
      await call('addTorrent', { source: torrent, trackers })
      await call('addPeers', { id, addresses: [PEER] })
    })

    afterAll(() => leaks?.[Symbol.asyncDispose]())

    const call = <T>(operation: string, input: object = {}, mark?: number) =>
      caller.call<T>('call', { ...address, operation, input, mark })

    const haveBytes = async () => (await call<TorrentDetail>('getTorrent', { id })).haveBytes

    /** Waits until the download has progressed. */
    async function continues(): Promise<void> {
      const before = await haveBytes()
      await until('the download continues', async () => (await haveBytes()) > before + STEP_BYTES).catch(
        async error => {
          const torrent = await call<TorrentDetail>('getTorrent', { id })
          const { problems } = await call<{ problems: string[] }>('getHealth')
          throw new Error(`${String(error)}: ${JSON.stringify({ ...torrent, pieces: null, problems })}`)
        },
      )
    }

    /** Changes network settings. Returns the position of the response in the capture. */
    async function change(network: Partial<Settings['network']>): Promise<number> {
      const mark = leaks.network.nextMark()
      await call('changeSettings', { network }, mark)
      return mark
    }

    const names = (packets: readonly Packet[]) => [...new Set(packets.map(describePacket))]
    const isProxied = ({ destination }: Packet) => destination === PROXY
    const isQuery = ({ destination }: Packet) => destination === SILENT
    /** The proxy's machine is also the router of the client. */
    const isForProxy = (packet: Packet) => isProxied(packet) && packet.destinationPort === 1080

    test('a strict proxy is switched on while nothing answers, and off again', async () => {
      const { network } = leaks
      const before = (await network.sent()).length
      await continues()
      expect(names(await network.sentSince(before)).join()).toContain(`${WORLD} port 6881`)
      // The kernel retransmits requests to the peer from this point on.
      const silence = ['from', WORLD, 'to', CLIENT, 'blackhole']
      network.inWorld('ip', 'rule', 'add', ...silence)
      const sent = (await network.sent()).length
      await until('packets are not acknowledged', async () => (await network.sentSince(sent)).length > 5)
      // A lookup takes seconds, and cannot be cancelled.
      const queries = async () => (await network.sent()).filter(isQuery).length
      const asked = await queries()
      const source = `http://web.leak.test:${leaks.places.webPort}/content.torrent`
      void call('addTorrent', { source }).catch(() => {})
      await until('a name is looked up', async () => (await queries()) > asked)
      const on = await change({ proxy: `socks5://${PROXY}:1080`, proxyMode: 'strict' })
      await call('addPeers', { id, addresses: [PEER] })
      await continues()
      const through = await network.sentSinceMark(on)
      expect(names(through.filter(packet => !isProxied(packet)))).toEqual([])
      expect(through.length).toBeGreaterThan(0)
      expect(await call('getNode')).toMatchObject({ peerPort: 0 })

      network.inWorld('ip', 'rule', 'del', ...silence)
      const off = await change({ proxy: null })
      await call('addPeers', { id, addresses: [PEER] })
      await continues()
      const direct = await network.sentSinceMark(off)
      expect(names(direct).join()).toContain(`${WORLD} port 6881`)
      expect(names(direct.filter(isForProxy))).toEqual([])
    })

    test('an interface is chosen, and left for a proxy that does not work', async () => {
      const { network } = leaks
      const cable = network.indexOf('cable')
      const isLeak = ({ interfaceIndex }: Packet) => interfaceIndex === cable
      const bound = await change({ interface: TUNNEL, dnsServers: [TUNNEL_END] })
      await call('addPeers', { id, addresses: [PEER] })
      await continues()
      const through = await network.sentSinceMark(bound)
      expect(names(through.filter(isLeak))).toEqual([])
      expect(through.length).toBeGreaterThan(0)

      const dead = await change({ interface: null, proxy: `socks5://${PROXY}:9`, proxyMode: 'strict' })
      await until('the node says so', async () => {
        const { problems } = await call<{ problems: string[] }>('getHealth')
        return problems.some(problem => problem.includes(`${PROXY}:9`))
      })
      expect(names((await network.sentSinceMark(dead)).filter(packet => !isProxied(packet)))).toEqual([])

      await change({ proxy: `socks5://${PROXY}:1080` })
      await call('addPeers', { id, addresses: [PEER] })
      await continues()
      expect(names((await network.sentSinceMark(dead)).filter(packet => !isProxied(packet)))).toEqual([])
      node.assertRunning()
    })
  },
)
