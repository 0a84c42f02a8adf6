/** The kernel of a hub, on which every capability builds. It does not depend on any of them. */
import { AbsentCapability } from '@shoal/daemon/capability'
import type { Database, HubTables } from '@shoal/hub-stores'
import type { KeyPair } from '@shoal/identity'
import manifest from '../../package.json' with { type: 'json' }
import { Channels } from '../cluster/channels.ts'
import type { FindPlace, Place } from '../cluster/place.ts'
import type { Given } from '../options.ts'
import { Callers } from './callers.ts'
import type { HubLog } from './log.ts'
import type { People } from './people.ts'

export interface HubKernel {
  readonly given: Given
  /** Display name of the hub. */
  readonly name: string
  readonly version: string
  readonly log: HubLog
  /** Role of this process among those of the hub. */
  readonly place: Omit<Place, 'carrier'>
  /** Messages between the processes, delivered at best effort. */
  readonly channels: Channels
  /**
   * Durable data: each capability creates its stores from it. Throws `unsupported` if the hub is
   * only a tracker.
   */
  readonly database: Database
  /** The members. Throws like `database`. */
  readonly people: People
  /** Determines who sent a request. Throws like `database`. */
  readonly callers: Callers
  /** Signs as the hub: Ed25519. The same in all processes. Throws like `database`. */
  readonly hubKey: KeyPair
  /** `did:web` of the public URL. Null without one, or if it is not https. */
  readonly did: string | null
  /**
   * The origins of the hub's pages, such as `https://hub.example.org`, the public one first.
   * Without `--public-url` empty until it listens.
   */
  readonly origins: readonly string[]
  /** Empty until the hub listens. */
  readonly running: () => RunningHub
  /**
   * Returns 32 secret bytes for one purpose, the same in all processes of the hub. Throws like
   * `database`.
   */
  secretFor(purpose: string): Uint8Array
  /**
   * Calls the listener with the random secret of all processes on the same carrier, whenever it
   * changes.
   */
  onSharedSecret(listener: (secret: Uint8Array) => void): void
  /** Returns the present problems of the kernel and their remedies, one sentence each. */
  problems(): readonly string[]
  /** Milliseconds since the Unix epoch. */
  now(): number
}

interface RunningHub {
  /** HTTP port. */
  readonly port: number
  /** Announce URLs as seen from this machine, without a passkey. */
  readonly urls: readonly string[]
  /** URLs of the pages as seen from this machine. */
  readonly origins: readonly string[]
  /** Names of the capabilities. */
  readonly capabilities: readonly string[]
}

export interface OpenKernel {
  readonly kernel: HubKernel
  listens(running: RunningHub): void
  close(): Promise<void>
}

/**
 * `tables`: those of all capabilities. Null for a hub that is only a tracker. Rejects with
 * SetupError.
 */
export async function openKernel(
  given: Given,
  log: HubLog,
  findPlace: FindPlace,
  tables: readonly HubTables[] | null,
): Promise<OpenKernel> {
  let secret: Uint8Array | null = null
  const listeners: ((secret: Uint8Array) => void)[] = []
  const { carrier, ...place } = await findPlace(shared => {
    secret = shared
    for (const listener of listeners) listener(shared)
  })
  const channels = new Channels(carrier)
  const kept = tables && (await openKept(given, tables, log))
  let running: RunningHub = { port: 0, urls: [], origins: [], capabilities: [] }
  const { publicUrl } = given
  const require = <T>(part: T | undefined): T => {
    if (part === undefined) throw new AbsentCapability('This part of the hub')
    return part
  }
  const kernel: HubKernel = {
    given,
    name: given.name ?? 'Shoal hub',
    version: manifest.version,
    log,
    place,
    channels,
    get database() {
      return require(kept?.database)
    },
    get people() {
      return require(kept?.people)
    },
    get callers() {
      return require(kept?.callers)
    },
    get hubKey() {
      return require(kept?.key)
    },
    did: publicUrl === undefined ? null : didWeb(publicUrl),
    get origins() {
      return publicUrl === undefined ? running.origins : [publicUrl, ...running.origins]
    },
    running: () => running,
    secretFor: purpose => require(kept?.key).derive('hub secret', purpose).exportSecret().seed,
    onSharedSecret(listener) {
      listeners.push(listener)
      if (secret) listener(secret)
    },
    problems: () => kept?.problems() ?? [],
    now: Date.now,
  }
  return {
    kernel,
    listens(it) {
      running = it
    },
    async close() {
      await channels.close()
      await kept?.close()
    },
  }
}

/** Only tests can omit `data`: their hubs must not use a user's folder. */
async function openKept(given: Given, tables: readonly HubTables[], log: HubLog) {
  const [{ openData }, { keyFileIn, openHubKey }, { peopleOf }, { watchDisk }] = await Promise.all([
    import('./open-data.ts'),
    import('./hub-key.ts'),
    import('./people.ts'),
    import('./full-disk.ts'),
  ])
  const { data } = given
  if (data === undefined) throw new Error('a hub that is not only a tracker needs a data folder')
  const opened = await openData({ data, database: given.database }, tables)
  const { close } = opened
  const { database, problem } = watchDisk(opened.data.database, log)
  try {
    const key = await openHubKey(database, given.keyFile ?? keyFileIn(data))
    const people = peopleOf(database, tables, Date.now)
    const problems = () => [problem()].filter(each => each !== null)
    return { database, people, callers: new Callers(people.sessions), key, problems, close }
  } catch (error) {
    await close()
    throw error
  }
}

/**
 * Returns the DID of a hub (https://w3c-ccg.github.io/did-method-web/). A port is written with
 * `%3A`.
 */
function didWeb(origin: string): string | null {
  const { protocol, host } = new URL(origin)
  return protocol === 'https:' ? `did:web:${host.replace(':', '%3A')}` : null
}
