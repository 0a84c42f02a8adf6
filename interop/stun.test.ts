/** STUN by our nodes and hubs, queried by coturn's client, by Chromium and by our own WebRTC. */
import { execFile } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { until } from '@shoal/testing'
import { describe, expect, test } from 'vitest'
import { startHub } from '../apps/hub/src/hub.ts'
import { NO_LOG } from '../apps/hub/src/kernel/log.ts'
import { TRACKER_FRONTS } from '../apps/hub/src/tracker/service.ts'
import type { OpenSocket } from '../packages/torrent/src/discovery/tracker/ws/web-socket.ts'
import { openRtc } from '../packages/torrent/src/transport/webrtc/rtc.node.ts'
import type { RtcConfig, RtcFactory } from '../packages/torrent/src/transport/webrtc/rtc.ts'
import { Browser } from './support/browser.ts'
import { randomFile, tempDir } from './support/files.ts'
import { PageSite } from './support/page-site.ts'
import { makeTorrent, Shoal } from './support/shoal.ts'
import { missing, toolPath } from './support/tools.ts'

const HERE = '127.0.0.1'
const run = promisify(execFile)

async function hub(given: Parameters<typeof startHub>[0]) {
  const started = await startHub({ onlyTracker: true, port: 0, ...given }, NO_LOG)
  return Object.assign(started, { [Symbol.asyncDispose]: () => started.close() })
}

/** Returns the address that coturn's client learns from the server at this port. */
async function askedByCoturn(port: number): Promise<string> {
  const { stdout } = await run(toolPath('turnutils_stunclient'), ['-p', String(port), HERE])
  return /reflexive addr: (\S+)/.exec(stdout)?.[1] ?? stdout
}

/**
 * Forwards datagrams from another port, like a NAT, since WebRTC does not offer an address twice.
 */
async function natTo(port: number) {
  const [inside, outside] = [createSocket('udp4'), createSocket('udp4')]
  let client = { address: HERE, port: 0 }
  inside.on('message', (bytes, from) => {
    client = from
    outside.send(bytes, port, HERE)
  })
  outside.on('message', bytes => inside.send(bytes, client.port, client.address))
  for (const socket of [inside, outside]) {
    socket.bind(0, HERE)
    await once(socket, 'listening')
  }
  return {
    port: inside.address().port,
    outsidePort: outside.address().port,
    async [Symbol.asyncDispose]() {
      inside.close()
      outside.close()
    },
  }
}

describe('STUN', () => {
  test.skipIf(missing('turnutils_stunclient'))('coturn’s client gets answers from a node', async () => {
    await using shoal = await Shoal.open({ utp: true })
    expect(await askedByCoturn(shoal.session.port)).toMatch(/^127\.0\.0\.1:\d+$/)
  })

  test.skipIf(missing('turnutils_stunclient'))('and from a hub, at its UDP port or another one', async () => {
    await using shared = await hub({})
    expect(shared.stunPort).toBe(shared.udpPort)
    expect(await askedByCoturn(shared.stunPort!)).toMatch(/^127\.0\.0\.1:\d+$/)
    await using own = await hub({ stunPort: 0 })
    expect(own.stunPort).not.toBe(own.udpPort)
    expect(await askedByCoturn(own.stunPort!)).toMatch(/^127\.0\.0\.1:\d+$/)
    expect((await own.service(TRACKER_FRONTS).stats()).stunResponses).toBeGreaterThan(0)
  })

  test.skipIf(missing('chromium-headless-shell'))(
    'a page in Chromium learns its address from a node',
    async () => {
      await using shoal = await Shoal.open({ utp: true })
      await using nat = await natTo(shoal.session.port)
      await using site = await PageSite.start()
      await using browser = await Browser.launch()
      const { page } = await browser.open(site.url)
      const gather = async (urls: string) => {
        const peer = new RTCPeerConnection({ iceServers: [{ urls }] })
        const found: string[] = []
        const done = new Promise<void>(resolve => {
          peer.onicecandidate = ({ candidate }) => {
            if (candidate) found.push(candidate.candidate)
            else resolve()
          }
        })
        peer.createDataChannel('x')
        await peer.setLocalDescription(await peer.createOffer())
        await done
        peer.close()
        return found
      }
      const candidates = await until('the page has gathered its addresses', () =>
        page.evaluate(gather, `stun:${HERE}:${nat.port}`),
      )
      expect(candidates.join('\n')).toContain(` ${HERE} ${nat.outsidePort} typ srflx `)
    },
  )

  test('a session uses the STUN server of its hub', async () => {
    await using dir = await tempDir('stun')
    await using tracker = await hub({ trustedProxy: [HERE] })
    await using nat = await natTo(tracker.stunPort!)
    const { path } = await randomFile(dir.join('content.bin'), 100_000)
    const trackers = [[`ws://${HERE}:${tracker.port}/announce`]]
    const { torrent } = await makeTorrent(path, dir.join('content.torrent'), { trackers })
    const configs: RtcConfig[] = []
    const real = await openRtc({ host: HERE })
    const rtc: RtcFactory = {
      createPeer(config, events) {
        configs.push(config)
        return real.createPeer(config, events)
      },
    }
    // Like a page outside of the hub's network, which the hub identifies by the address reported by
    // a proxy.
    const openSocket: OpenSocket = (url, handler) => {
      const headers = { 'x-forwarded-for': '203.0.113.9' }
      // Node's own WebSocket accepts options that are missing in its types.
      const socket = new WebSocket(url, { headers } as unknown as string[])
      socket.onopen = () => handler.onOpen()
      socket.onmessage = ({ data }) => handler.onText(data)
      socket.onclose = () => handler.onClose()
      return socket
    }
    const given = [{ urls: `stun:${HERE}:${nat.port}` }]
    const options = { port: null, trackers: true, webrtc: { rtc, iceServers: given } } as const
    await using shoal = await Shoal.open(options, { openSocket })
    const found = await shoal.add(torrent, { directory: dir.join('leech') })
    await until('the hub has answered', () => found.discovery().some(({ state }) => state === 'ok'))
    expect(configs.map(({ iceServers }) => iceServers)).toContainEqual(given)
    configs.length = 0
    await shoal.session.configure({ webrtc: { iceServers: given } })
    await until('new offers are made', () => configs.length > 0)
    expect(configs[0]!.iceServers).toEqual([...given, { urls: `stun:${HERE}:${tracker.stunPort}` }])
    await until(
      'the hub was asked',
      async () => (await tracker.service(TRACKER_FRONTS).stats()).stunResponses > 0,
    )
  })
})
