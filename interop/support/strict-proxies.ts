/** Real proxies, and a client whose packets are all captured. */
import { writeFile } from 'node:fs/promises'
import { until } from '@shoal/testing'
import { type LeakWorld, type Outcome, openLeakWorld } from './leak-attempts.ts'
import { cannotCreateLeakNetwork, PROXY, WORLD } from './leak-network.ts'
import { describePacket } from './pcap.ts'
import { type ManagedProcess, start } from './process.ts'
import { missing, toolPath } from './tools.ts'

export const cannotOpenProxies =
  cannotCreateLeakNetwork ?? missing('danted', 'tinyproxy', 'microsocks', 'openssl')

export const PROXY_URLS = {
  dante: `socks5://${PROXY}:1080`,
  tinyproxy: `http://anna:secret@${PROXY}:8888`,
  microsocks: `socks5://anna:secret@${PROXY}:1081`,
}

export class Proxies {
  readonly leaks: LeakWorld

  private constructor(leaks: LeakWorld) {
    this.leaks = leaks
  }

  /** Starts a client in a separate network, and the proxies. */
  static async open(): Promise<Proxies> {
    const proxies = new Proxies(await openLeakWorld())
    const { dir } = proxies.leaks
    const dante = [
      ...['logoutput: stderr', `internal: ${PROXY} port = 1080`, `external: ${WORLD}`],
      ...['clientmethod: none', 'socksmethod: none', 'client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }'],
      'socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 command: connect udpassociate }',
      'socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 command: bindreply udpreply }',
    ]
    await writeFile(dir.join('dante'), dante.join('\n'))
    const tiny = ['User root', 'Group root', 'Port 8888', `Listen ${PROXY}`]
    await writeFile(dir.join('tiny'), [...tiny, 'BasicAuth anna secret', 'Timeout 60'].join('\n'))
    await proxies.start('danted', 1080, '-f', dir.join('dante'))
    await proxies.start('tinyproxy', 8888, '-d', '-c', dir.join('tiny'))
    await proxies.start('microsocks', 1081, '-i', PROXY, '-p', '1081', '-u', 'anna', '-P', 'secret')
    return proxies
  }

  /** Starts a proxy, and waits until it accepts connections at its port. */
  async start(
    tool: 'danted' | 'tinyproxy' | 'microsocks',
    port: number,
    ...args: string[]
  ): Promise<ManagedProcess> {
    const enter = [...this.leaks.network.enterWorld, toolPath(tool), ...args]
    const proxy = await start(tool, toolPath('nsenter'), enter)
    this.leaks.processes.push(proxy)
    await until(`${tool} to accept connections`, () =>
      this.leaks.world.call<boolean>('accepts', { host: PROXY, port }),
    )
    return proxy
  }

  /** Runs a possible leak with a strict proxy, unless `given` overrides that. */
  attempt(url: string, given: object, waitMs: number): Promise<Outcome> {
    return this.leaks.client.call<Outcome>('run', {
      ...{ way: strictly(url), torrent: this.leaks.places.torrent, options: {}, waitMs },
      ...given,
    })
  }

  /**
   * Runs a possible leak. Resolves to its result, the number of packets to the proxy, and all
   * others.
   */
  async captured<T>(what: () => Promise<T>): Promise<{ result: T; proxied: number; leaked: string[] }> {
    const before = (await this.leaks.network.sent()).length
    const result = await what()
    const packets = await this.leaks.network.sentSince(before)
    const others = packets.filter(({ destination }) => destination !== PROXY)
    return {
      result,
      proxied: packets.length - others.length,
      leaked: [...new Set(others.map(describePacket))],
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.leaks[Symbol.asyncDispose]()
  }
}

export const strictly = (url: string) => ({ proxy: { url, mode: 'strict' } })
