/**
 * Scenarios of swarms in virtual time, as data. Every host that does not leave has to complete
 * within the time limit, without wrong bytes.
 */
import type { NatOptions } from '../packages/torrent/src/transport/memory-nat.ts'
import type { DatagramLink } from '../packages/torrent/src/transport/memory-wire.ts'

const KIB = 1024

export const LINKS = {
  fiber: { uploadBytesPerSecond: 2048 * KIB, downloadBytesPerSecond: 4096 * KIB, latencyMs: 5 },
  home: { uploadBytesPerSecond: 256 * KIB, downloadBytesPerSecond: 2048 * KIB, latencyMs: 20 },
  slow: { uploadBytesPerSecond: 16 * KIB, downloadBytesPerSecond: 64 * KIB, latencyMs: 40 },
  mobile: {
    uploadBytesPerSecond: 128 * KIB,
    downloadBytesPerSecond: 512 * KIB,
    latencyMs: 50,
    jitterMs: 40,
    loss: 0.01,
  },
  lossy: { uploadBytesPerSecond: 256 * KIB, downloadBytesPerSecond: 1024 * KIB, latencyMs: 20, loss: 0.03 },
  terrible: { uploadBytesPerSecond: 128 * KIB, downloadBytesPerSecond: 256 * KIB, latencyMs: 60, loss: 0.1 },
  satellite: { uploadBytesPerSecond: 128 * KIB, downloadBytesPerSecond: 1024 * KIB, latencyMs: 300 },
  reordering: {
    uploadBytesPerSecond: 256 * KIB,
    downloadBytesPerSecond: 1024 * KIB,
    latencyMs: 20,
    reorder: 0.05,
  },
  jittery: {
    uploadBytesPerSecond: 256 * KIB,
    downloadBytesPerSecond: 1024 * KIB,
    latencyMs: 20,
    jitterMs: 150,
  },
  bufferbloat: {
    uploadBytesPerSecond: 128 * KIB,
    downloadBytesPerSecond: 1024 * KIB,
    latencyMs: 10,
    queueBytes: 512 * KIB,
  },
  shallow: {
    uploadBytesPerSecond: 256 * KIB,
    downloadBytesPerSecond: 1024 * KIB,
    latencyMs: 20,
    queueBytes: 6 * KIB,
  },
  tunnel: {
    uploadBytesPerSecond: 256 * KIB,
    downloadBytesPerSecond: 1024 * KIB,
    latencyMs: 20,
    // An IPv6 minimum MTU of 1,280 bytes, with all ICMP messages lost.
    mtuBytes: 1280 - 48,
  },
  narrowing: {
    uploadBytesPerSecond: 256 * KIB,
    downloadBytesPerSecond: 1024 * KIB,
    latencyMs: 20,
    // From then on a tunnel like the one above.
    mtuBytes: 1280 - 48,
    narrowsMs: 2000,
  },
} satisfies Record<string, DatagramLink>

export const NATS = {
  fullCone: { mapping: 'endpoint-independent', filtering: 'endpoint-independent' },
  hairpinning: { mapping: 'endpoint-independent', filtering: 'endpoint-independent', hairpinning: true },
  restricted: { mapping: 'endpoint-independent', filtering: 'address' },
  portRestricted: { mapping: 'endpoint-independent', filtering: 'address-and-port' },
  symmetric: { mapping: 'address-and-port', filtering: 'address-and-port' },
  addressMapped: { mapping: 'address', filtering: 'address' },
  forgetful: { mapping: 'endpoint-independent', filtering: 'address-and-port', timeoutMs: 35_000 },
} satisfies Record<string, NatOptions>

/**
 * Misbehavior of peers that claim to be seeds: always wrong bytes, occasional wrong bytes, no
 * answers, floods, immediate disconnects.
 */
export type Hostile = 'liar' | 'rare-liar' | 'silent' | 'flooder' | 'closer'

/** `stream` is an idealized lossless TCP; `both` tries uTP first. */
type Transports = 'stream' | 'utp' | 'both'

/** A group of identical hosts. */
export interface Group {
  readonly count: number
  readonly link: keyof typeof LINKS
  /** Default: leech. A `rider` is a leech that uploads nothing. */
  readonly role?: 'seed' | 'leech' | 'rider'
  /** Default stream. */
  readonly transport?: Transports
  /** The NAT in front of each of them. */
  readonly nat?: keyof typeof NATS
  /** Whether they share one NAT. */
  readonly sharedNat?: boolean
  /** Virtual seconds after which they join, or leave, by closing or without notice. */
  readonly joinSeconds?: number
  readonly leaveSeconds?: number
  readonly vanishSeconds?: number
}

export interface Scenario {
  readonly name: string
  readonly groups: readonly Group[]
  readonly hostile?: Partial<Record<Hostile, number>>
  /** Default 24 pieces of 32 KiB. */
  readonly pieces?: number
  readonly pieceKib?: number
  readonly version?: 'v1' | 'v2' | 'hybrid'
  /** Hosts join and leave at random for this many rounds of three seconds. */
  readonly churnRounds?: number
  /** Limit for completion, in virtual seconds. */
  readonly withinSeconds: number
  /**
   * Maximum share of wasted bytes of any leech. Default 0.75: in such small torrents, the endgame
   * weighs heavily.
   */
  readonly waste?: number
}

const seed = (link: Group['link'], more: Partial<Group> = {}): Group => ({
  count: 1,
  role: 'seed',
  link,
  ...more,
})
const leeches = (count: number, link: Group['link'], more: Partial<Group> = {}): Group => ({
  count,
  link,
  ...more,
})
const utp = { transport: 'utp' } as const
const both = { transport: 'both' } as const

export const SCENARIOS: readonly Scenario[] = [
  // One link, both transports.
  { name: 'fiber, TCP', groups: [seed('fiber'), leeches(4, 'fiber')], withinSeconds: 15 },
  { name: 'home, TCP', groups: [seed('home'), leeches(4, 'home')], withinSeconds: 30 },
  { name: 'slow, TCP', groups: [seed('slow'), leeches(4, 'slow')], withinSeconds: 150 },
  { name: 'satellite, TCP', groups: [seed('satellite'), leeches(4, 'satellite')], withinSeconds: 60 },
  { name: 'mobile, TCP', groups: [seed('mobile'), leeches(4, 'mobile')], withinSeconds: 60 },
  { name: 'fiber, uTP', groups: [seed('fiber', utp), leeches(3, 'fiber', utp)], withinSeconds: 30 },
  { name: 'home, uTP', groups: [seed('home', utp), leeches(3, 'home', utp)], withinSeconds: 40 },
  { name: 'slow, uTP', groups: [seed('slow', utp), leeches(3, 'slow', utp)], withinSeconds: 240 },
  { name: 'mobile, uTP', groups: [seed('mobile', utp), leeches(3, 'mobile', utp)], withinSeconds: 120 },
  { name: 'loss of 3 %, uTP', groups: [seed('lossy', utp), leeches(3, 'lossy', utp)], withinSeconds: 120 },
  {
    name: 'loss of 10 %, uTP',
    groups: [seed('terrible', utp), leeches(2, 'terrible', utp)],
    withinSeconds: 400,
  },
  {
    name: 'satellite, uTP',
    groups: [seed('satellite', utp), leeches(2, 'satellite', utp)],
    withinSeconds: 120,
  },
  {
    name: 'reordering, uTP',
    groups: [seed('reordering', utp), leeches(3, 'reordering', utp)],
    withinSeconds: 90,
  },
  { name: 'jitter, uTP', groups: [seed('jittery', utp), leeches(3, 'jittery', utp)], withinSeconds: 90 },
  {
    name: 'bufferbloat, uTP',
    groups: [seed('bufferbloat', utp), leeches(3, 'bufferbloat', utp)],
    withinSeconds: 90,
  },
  {
    name: 'shallow queues, uTP',
    groups: [seed('shallow', utp), leeches(3, 'shallow', utp)],
    withinSeconds: 120,
  },
  {
    name: 'a tunnel that drops long datagrams',
    groups: [seed('tunnel', utp), leeches(2, 'tunnel', utp)],
    withinSeconds: 120,
  },
  {
    name: 'a path that begins to drop long datagrams during transfers',
    groups: [seed('narrowing', utp), leeches(2, 'narrowing', utp)],
    pieces: 60,
    withinSeconds: 60,
  },
  {
    name: 'a tunnel on the side of the seed only',
    groups: [seed('tunnel', utp), leeches(2, 'fiber', utp)],
    withinSeconds: 120,
  },
  {
    name: 'a tunnel on the side of the leeches only',
    groups: [seed('fiber', utp), leeches(2, 'tunnel', utp)],
    withinSeconds: 120,
  },

  // Mixtures.
  {
    name: 'slow and fast leeches, TCP',
    groups: [seed('home'), leeches(3, 'slow'), leeches(3, 'fiber')],
    withinSeconds: 120,
  },
  {
    name: 'slow and fast leeches, uTP',
    groups: [seed('home', utp), leeches(2, 'slow', utp), leeches(2, 'fiber', utp)],
    withinSeconds: 180,
  },
  { name: 'slow seed, fast leeches', groups: [seed('slow'), leeches(5, 'fiber')], withinSeconds: 100 },
  { name: 'fast seed, slow leeches', groups: [seed('fiber'), leeches(5, 'slow')], withinSeconds: 60 },
  {
    name: 'TCP only and uTP only, bridged by both',
    groups: [seed('home'), leeches(2, 'home', both), leeches(2, 'home', utp)],
    withinSeconds: 60,
  },
  {
    name: 'everybody speaks both',
    groups: [seed('home', both), leeches(4, 'home', both)],
    withinSeconds: 60,
  },
  {
    name: 'a uTP seed, leeches with TCP first met by a bridge',
    groups: [seed('fiber', utp), leeches(1, 'fiber', both), leeches(3, 'home')],
    withinSeconds: 60,
  },
  {
    name: 'one of each link, TCP',
    groups: [
      seed('home'),
      leeches(1, 'fiber'),
      leeches(1, 'slow'),
      leeches(1, 'satellite'),
      leeches(1, 'mobile'),
      leeches(1, 'bufferbloat'),
    ],
    withinSeconds: 90,
  },
  {
    name: 'one of each link, uTP',
    groups: [
      seed('home', utp),
      leeches(1, 'fiber', utp),
      leeches(1, 'lossy', utp),
      leeches(1, 'satellite', utp),
      leeches(1, 'mobile', utp),
      leeches(1, 'tunnel', utp),
    ],
    withinSeconds: 180,
  },
  {
    name: 'five seeds, one leech',
    groups: [seed('home', { count: 5 }), leeches(1, 'fiber')],
    withinSeconds: 15,
  },
  {
    name: 'five seeds, one leech, uTP',
    groups: [seed('home', { count: 5, ...utp }), leeches(1, 'fiber', utp)],
    withinSeconds: 30,
  },
  {
    name: 'one seed, one leech, nothing else',
    groups: [seed('home'), leeches(1, 'home')],
    withinSeconds: 15,
  },
  { name: 'twenty leeches, TCP', groups: [seed('home'), leeches(20, 'home')], withinSeconds: 60 },
  {
    name: 'twelve leeches, uTP',
    groups: [seed('home', utp), leeches(12, 'home', utp)],
    pieces: 16,
    withinSeconds: 90,
    waste: 1,
  },

  // Torrents.
  { name: 'v2, TCP', groups: [seed('home'), leeches(3, 'home')], version: 'v2', withinSeconds: 30 },
  { name: 'hybrid, TCP', groups: [seed('home'), leeches(3, 'home')], version: 'hybrid', withinSeconds: 30 },
  {
    name: 'v2 over a lossy uTP',
    groups: [seed('lossy', utp), leeches(2, 'lossy', utp)],
    version: 'v2',
    withinSeconds: 120,
  },
  {
    name: 'a single piece',
    groups: [seed('home'), leeches(4, 'home')],
    pieces: 1,
    pieceKib: 16,
    withinSeconds: 10,
  },
  {
    name: 'a single piece, uTP',
    groups: [seed('home', utp), leeches(4, 'home', utp)],
    pieces: 1,
    pieceKib: 16,
    withinSeconds: 15,
  },
  {
    name: 'many small pieces',
    groups: [seed('home'), leeches(4, 'home')],
    pieces: 64,
    pieceKib: 16,
    withinSeconds: 40,
  },
  {
    name: 'few large pieces',
    groups: [seed('home'), leeches(4, 'home')],
    pieces: 4,
    pieceKib: 512,
    withinSeconds: 60,
  },

  // NATs.
  ...Object.keys(NATS).map(nat => ({
    name: `leeches behind ${nat} NATs, uTP`,
    groups: [seed('home', utp), leeches(3, 'home', { ...utp, nat: nat as keyof typeof NATS })],
    withinSeconds: 120,
  })),
  {
    name: 'a seed behind a full-cone NAT, found by incoming connections',
    groups: [leeches(1, 'home', utp), seed('home', { ...utp, nat: 'fullCone' }), leeches(2, 'home', utp)],
    withinSeconds: 90,
  },
  {
    name: 'a seed behind a symmetric NAT dials out',
    groups: [leeches(2, 'home', utp), seed('home', { ...utp, nat: 'symmetric' })],
    withinSeconds: 60,
  },
  {
    name: 'a seed behind a NAT, TCP',
    groups: [leeches(3, 'home'), seed('home', { nat: 'portRestricted' })],
    withinSeconds: 60,
  },
  {
    name: 'all but one leech behind NATs, TCP',
    groups: [
      leeches(1, 'home'),
      seed('home', { nat: 'portRestricted' }),
      leeches(4, 'home', { nat: 'portRestricted' }),
    ],
    withinSeconds: 90,
  },
  {
    name: 'all but the seed behind one NAT',
    groups: [seed('home', utp), leeches(3, 'home', { ...utp, nat: 'portRestricted', sharedNat: true })],
    withinSeconds: 90,
  },
  {
    name: 'all but the seed behind one hairpinning NAT',
    groups: [seed('home', utp), leeches(3, 'home', { ...utp, nat: 'hairpinning', sharedNat: true })],
    withinSeconds: 90,
  },
  {
    name: 'NATs on lossy lines',
    groups: [seed('lossy', utp), leeches(3, 'lossy', { ...utp, nat: 'restricted' })],
    withinSeconds: 150,
  },
  {
    name: 'a slow line behind a NAT that forgets soon',
    groups: [seed('slow', utp), leeches(2, 'slow', { ...utp, nat: 'forgetful' })],
    withinSeconds: 240,
  },

  // Churn.
  {
    name: 'late leeches',
    groups: [seed('home'), leeches(3, 'home'), leeches(3, 'home', { joinSeconds: 5 })],
    withinSeconds: 60,
  },
  {
    name: 'late leeches, uTP',
    groups: [seed('home', utp), leeches(2, 'home', utp), leeches(2, 'home', { ...utp, joinSeconds: 5 })],
    withinSeconds: 60,
  },
  {
    name: 'one of two seeds leaves',
    groups: [seed('home'), seed('home', { leaveSeconds: 2 }), leeches(4, 'home')],
    withinSeconds: 60,
  },
  {
    name: 'one of two seeds vanishes',
    groups: [seed('home'), seed('home', { vanishSeconds: 2 }), leeches(4, 'home')],
    withinSeconds: 200,
  },
  {
    name: 'one of two seeds vanishes, uTP',
    groups: [seed('home', utp), seed('home', { ...utp, vanishSeconds: 2 }), leeches(3, 'home', utp)],
    withinSeconds: 200,
  },
  {
    name: 'leeches vanish',
    groups: [seed('home'), leeches(4, 'home'), leeches(4, 'home', { vanishSeconds: 3 })],
    withinSeconds: 200,
  },
  {
    name: 'a seed comes when the first is gone',
    groups: [seed('home', { leaveSeconds: 1 }), leeches(3, 'home'), seed('home', { joinSeconds: 20 })],
    withinSeconds: 120,
  },
  {
    name: 'churn, TCP',
    groups: [seed('home'), leeches(6, 'home')],
    churnRounds: 6,
    pieces: 48,
    withinSeconds: 200,
  },
  {
    name: 'churn, uTP',
    groups: [seed('home', utp), leeches(4, 'home', utp)],
    churnRounds: 4,
    withinSeconds: 200,
  },

  // Hostile and useless peers.
  {
    name: 'liars',
    groups: [seed('home'), leeches(5, 'home')],
    hostile: { liar: 3 },
    withinSeconds: 200,
    waste: 2,
  },
  {
    name: 'a peer that lies now and then',
    groups: [seed('home'), leeches(4, 'home')],
    hostile: { 'rare-liar': 1 },
    withinSeconds: 200,
    waste: 2,
  },
  {
    name: 'peers that never answer',
    groups: [seed('home'), leeches(5, 'home')],
    hostile: { silent: 4 },
    withinSeconds: 200,
  },
  {
    name: 'flooders',
    groups: [seed('home'), leeches(5, 'home')],
    hostile: { flooder: 2 },
    withinSeconds: 200,
    waste: 50,
  },
  {
    name: 'peers that close at once',
    groups: [seed('home'), leeches(5, 'home')],
    hostile: { closer: 5 },
    withinSeconds: 60,
  },
  {
    name: 'all of them at once',
    groups: [seed('home', { count: 2 }), leeches(6, 'home')],
    hostile: { liar: 1, 'rare-liar': 1, silent: 2, flooder: 1, closer: 2 },
    withinSeconds: 400,
    waste: 50,
  },
  {
    name: 'free riders',
    groups: [seed('home'), leeches(6, 'home'), leeches(3, 'home', { role: 'rider' })],
    withinSeconds: 120,
  },
  {
    name: 'nobody but free riders',
    groups: [seed('home'), leeches(4, 'home', { role: 'rider' })],
    withinSeconds: 60,
  },
]
