/** Attempts to provoke a packet that bypasses the proxy or the interface. */
import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { type TempDir, tempDir } from './files.ts'
import type { JsonLines } from './json-lines.ts'
import { LeakNetwork, WORLD, WORLD6 } from './leak-network.ts'
import type { ManagedProcess } from './process.ts'
import { toolPath } from './tools.ts'

/** Addresses of everything in the world. */
interface Places {
  readonly torrent: string
  readonly infoHash: string
  readonly trackerPort: number
  readonly tracker6Port: number
  readonly udpPort: number
  readonly webPort: number
  readonly securePort: number
  /** A torrent whose peers all only wait. */
  readonly wanted: string
}

export interface Outcome {
  readonly done: boolean
  readonly port: number
  readonly reason: string | null
  readonly problems: readonly string[]
  readonly sources: readonly { readonly kind: string; readonly state: string; readonly message?: string }[]
}

export interface Attempt {
  readonly what: string
  /** Whether the download then completes. Otherwise nothing can, and it only gets time to leak. */
  readonly completes: boolean
  /** Whether `npm test` runs it, with one proxy. The long test of proxies runs all others. */
  readonly isMain?: boolean
  /** That time in milliseconds, if it is longer than for most. */
  readonly waitMs?: number
  run(places: Places): object
}

export const PEER = `${WORLD}:6881`

export const ATTEMPTS: readonly Attempt[] = [
  {
    what: 'an HTTP tracker with a name',
    isMain: true,
    completes: true,
    run: ({ trackerPort }) => ({
      trackers: [`http://tracker.leak.test:${trackerPort}/announce`],
      peer: PEER,
    }),
  },
  {
    what: 'an HTTPS tracker with a name',
    completes: true,
    run: ({ securePort }) => ({ trackers: [`https://tracker.leak.test:${securePort}/announce`] }),
  },
  {
    what: 'a UDP tracker with a name',
    completes: true,
    run: ({ udpPort }) => ({ trackers: [`udp://udp.leak.test:${udpPort}/announce`], peer: PEER }),
  },
  {
    what: 'a tracker over IPv6',
    completes: false,
    run: ({ tracker6Port }) => ({ trackers: [`http://[${WORLD6}]:${tracker6Port}/announce`] }),
  },
  {
    what: 'the bootstrap of the DHT',
    isMain: true,
    completes: false,
    run: () => ({ options: { dht: true, dhtNodes: ['node.leak.test:6881'] } }),
  },
  { what: 'local discovery', completes: false, run: () => ({ options: { lsd: true } }) },
  { what: 'port mapping', completes: false, run: () => ({ options: { portMapping: true } }) },
  {
    what: 'WebRTC with a WebSocket tracker and a STUN server',
    completes: false,
    run: ({ securePort }) => ({
      options: { webrtc: { iceServers: [{ urls: 'stun:udp.leak.test:3478' }] } },
      trackers: [`wss://web.leak.test:${securePort}/`],
    }),
  },
  {
    what: 'uTP and peers that exchange peers',
    isMain: true,
    completes: true,
    run: () => ({ options: { utp: true, pex: true }, peer: PEER }),
  },
  {
    what: 'a peer with IPv6 from peer exchange',
    completes: false,
    waitMs: 9000,
    run: ({ wanted }) => ({ torrent: wanted, options: { pex: true }, peer: `${WORLD}:6882` }),
  },
  {
    what: 'a web seed that redirects to another host',
    completes: true,
    run: ({ webPort }) => ({ webSeeds: [`http://web.leak.test:${webPort}/redirect/content.bin`] }),
  },
  {
    what: 'an HTTPS web seed',
    completes: true,
    run: ({ securePort }) => ({ webSeeds: [`https://web.leak.test:${securePort}/content.bin`] }),
  },
  {
    what: 'a magnet link that names a peer',
    completes: true,
    run: ({ infoHash }) => ({ source: `magnet:?xt=urn:btih:${infoHash}&x.pe=peer.leak.test:6881` }),
  },
  {
    what: 'the URL of a torrent',
    completes: true,
    run: ({ securePort }) => ({ source: `https://web.leak.test:${securePort}/content.torrent` }),
  },
]

/** The networks with everything running in them. */
export interface LeakWorld extends AsyncDisposable {
  readonly network: LeakNetwork
  readonly dir: TempDir
  readonly world: JsonLines
  readonly client: JsonLines
  readonly places: Places
  /**
   * Environment variables for other processes of the client: they trust the world's certificate.
   */
  readonly env: Record<string, string>
  /** Stopped before the networks. */
  readonly processes: ManagedProcess[]
}

export async function openLeakWorld(): Promise<LeakWorld> {
  const network = await LeakNetwork.create()
  const dir = await tempDir('leak-world')
  const names = ['tracker', 'udp', 'node', 'web', 'mirror', 'peer', 'feed'].map(name => `${name}.leak.test`)
  await writeFile(dir.join('hosts'), `127.0.0.1 localhost\n${WORLD} ${names.join(' ')}\n`)
  network.inWorld('mount', '--bind', dir.join('hosts'), '/etc/hosts')
  const [key, certificate] = [dir.join('key.pem'), dir.join('certificate.pem')]
  const request = ['-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=leak.test']
  const out = ['-addext', 'subjectAltName=DNS:*.leak.test', '-keyout', key, '-out', certificate]
  execFileSync(toolPath('openssl'), ['req', ...request, ...out], { stdio: 'ignore' })
  const env = { NODE_EXTRA_CA_CERTS: certificate }
  const [world, client] = await Promise.all([
    network.script('world', 'leak-world.ts', { LEAK_KEY: key, LEAK_CERTIFICATE: certificate }),
    network.script('client', 'leak-client.ts', env),
  ])
  const processes = [world.process, client.process]
  return {
    ...{ network, dir, env, processes, world: world.calls, client: client.calls },
    places: await world.calls.call<Places>('places'),
    async [Symbol.asyncDispose]() {
      await Promise.all(processes.map(process => process.stop()))
      await network[Symbol.asyncDispose]()
      await dir[Symbol.asyncDispose]()
    },
  }
}
