import { ApiError } from '../../api-error.ts'
import { createApi } from '../../client.ts'
import type { CallOptions } from '../../contract.ts'
import type { ACCESS } from '../../contracts/access.ts'
import type { NodeEvent } from '../../events.ts'
import {
  type Implemented,
  type NodeApi,
  type NodeOperations,
  OPERATIONS,
  type OperationName,
} from '../../operations.ts'
import { access } from './access.ts'
import { animate, passing } from './animation.ts'
import { chat } from './chat.ts'
import { type Clock, SYSTEM_CLOCK } from './clock.ts'
import { contacts } from './contacts.ts'
import { devices } from './devices.ts'
import { findable } from './findable.ts'
import { hubs } from './hubs.ts'
import { network } from './network.ts'
import { networkSearch } from './network-search.ts'
import { ofCapabilities } from './of-capabilities.ts'
import { sharesOf } from './peers.ts'
import { people } from './people.ts'
import { publications } from './publications.ts'
import { reach } from './reach.ts'
import { refusal } from './refusals.ts'
import { sealed } from './sealed.ts'
import { search } from './search.ts'
import { sharing } from './sharing.ts'
import { SimulatedTorrent } from './simulated-torrent.ts'
import { sources } from './sources.ts'
import { SimulatedState, type Traffic } from './state.ts'
import { system } from './system.ts'
import type { Says } from './titles.ts'
import { torrents } from './torrents.ts'

export interface SimulationOptions {
  /** Default: `calm`. */
  readonly traffic?: Traffic
  /** Number of initial torrents. Default: 24. */
  readonly torrents?: number
  /** Whether `api` requires the password, or the token: both are `shoal`. */
  readonly locked?: boolean | 'token'
  /** How much space its disk lacks. Default: none. */
  readonly lacksBytes?: number
  readonly clock?: Clock
  /** Changes texts written by strangers: tests mark them. Default: unchanged. */
  readonly says?: Says
}

/** Duration of a call. `listTorrents` takes no time. */
const CALL_MS = 15

/**
 * A node in memory that transfers nothing but behaves as if it did. The console's demo and tests
 * use it instead of a real node. `operations` must implement every contract, or the code does not
 * compile.
 */
export class SimulatedNode {
  readonly state: SimulatedState
  readonly operations: NodeOperations & Implemented<typeof ACCESS>
  /**
   * The node as exposed by the typed client: calls take time, inputs are validated, errors are
   * ApiErrors.
   */
  readonly api: NodeApi
  /** Whether calls fail because the node is unreachable. */
  isAway = false

  constructor({
    traffic = 'calm',
    torrents: count = 24,
    locked = false,
    lacksBytes,
    clock = SYSTEM_CLOCK,
    says = text => text,
  }: SimulationOptions = {}) {
    const state = new SimulatedState({ traffic, torrents: count, clock, says })
    state.isLocked = locked !== false
    state.hasPassword = locked !== 'token'
    state.lacksBytes = lacksBytes ?? null
    this.state = state
    this.operations = {
      ...access(state),
      ...chat(state),
      ...contacts(state),
      ...devices(state),
      ...findable(state),
      ...hubs(state),
      ...network(state),
      ...networkSearch(state),
      ...people(state),
      ...publications(state),
      ...reach(state),
      ...sealed(state),
      ...search(state),
      ...sharing(state),
      ...sources(state),
      ...system(state),
      ...torrents(state),
      ...ofCapabilities(state),
    }
    this.api = createApi((name, input, options) => this.#call(name, input, options))
  }

  async #call(name: OperationName, input: unknown, { signal }: CallOptions = {}): Promise<unknown> {
    await this.state.clock.wait(name === 'listTorrents' ? 0 : CALL_MS, signal)
    if (this.isAway) throw new ApiError('unreachable', 'The node does not answer.')
    if (this.state.isLocked && name !== 'getAccess' && name !== 'login')
      throw refusal('unauthorized', 'Log in first.', 'authorization')
    const checked = OPERATIONS[name].input.safeParse(input)
    if (!checked.success) {
      const [issue] = checked.error.issues
      throw refusal('bad-request', issue!.message, issue!.path.join('.'))
    }
    const answer = this.operations[name] as (input: unknown, options: CallOptions) => Promise<unknown>
    return answer(checked.data, signal ? { signal } : {})
  }

  /** Calls the listener with every event until the returned function is called. */
  on(listener: (event: NodeEvent) => void): () => void {
    return this.state.on(listener)
  }

  /** Returns the event of the topic `torrent:ID`; null for an unknown torrent. */
  torrentEvent(id: string): NodeEvent | null {
    const torrent = this.state.torrents.get(id)
    if (!torrent) return null
    const peers = torrent.peers()
    const trackers = torrent.trackers()
    const event: NodeEvent = { type: 'torrent', id, peers, sources: sharesOf(peers), trackers }
    if (torrent.row.state === 'downloading' || torrent.row.state === 'checking') {
      event.pieces = torrent.pieceMap()
      event.files = torrent
        .listFiles()
        .map(({ index, haveBytes, priority }) => ({ index, haveBytes, priority }))
    }
    return structuredClone(event)
  }

  /** Adds a complete torrent with these files. */
  share(id: string, name: string, contents: Readonly<Record<string, Uint8Array>>): SimulatedTorrent {
    const files = Object.entries(contents).map(([path, bytes]) => ({ path, lengthBytes: bytes.length }))
    const title = { name, label: null, tags: [], files: () => files }
    const start = { id, state: 'seeding', progress: 1, addedMs: this.state.clock.nowMs() } as const
    const torrent = new SimulatedTorrent(title, start, contents)
    this.state.add(torrent)
    this.state.flush()
    return torrent
  }

  /** Advances the simulation by this time at once. */
  tick(seconds: number): void {
    for (const _ of passing(this.state, seconds));
  }

  /** Advances time by the clock until the signal aborts. */
  animate(signal: AbortSignal): Promise<void> {
    return animate(this.state, signal)
  }
}
