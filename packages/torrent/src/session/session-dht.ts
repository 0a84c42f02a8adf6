import { ShoalError } from '../base/errors.ts'
import { formatIp, parseHostPort } from '../base/ip.ts'
import {
  type BootstrapNode,
  type DhtDiscovery,
  isDhtDatagram,
  openDht,
  WELL_KNOWN_NODES,
} from '../discovery/dht/dht.ts'
import type { SessionOptions } from '../session-api.ts'
import type { DhtContext } from './discoveries-context.ts'

/**
 * Key of the note that stores the DHT's state, and interval between saves, for runs that end in a
 * crash.
 */
const DHT_NOTE = 'dht'
const SAVE_DHT_MS = 15 * 60_000

/**
 * The DHT of a session, which can be turned off and on, and continues with the nodes of earlier
 * runs.
 */
export class SessionDht {
  /** Null while it is off, or if the machine has no UDP. */
  node: DhtDiscovery | null = null
  /**
   * `host:port` of nodes to join through; null for the well-known ones. Changes apply when it
   * starts the next time.
   */
  nodes: SessionOptions['dhtNodes']
  readonly #host: string | undefined
  readonly #context: DhtContext
  /** Its state when it was last turned off. */
  #state: Uint8Array | null = null
  #cancelSave: (() => void) | null = null

  constructor(options: SessionOptions, context: DhtContext) {
    this.nodes = options.dhtNodes
    this.#host = options.host
    this.#context = context
  }

  async start(): Promise<void> {
    const { store } = this.#context
    const state = this.#state ?? (await store?.loadNote(DHT_NOTE)) ?? null
    this.node = await this.#open(state)
    this.#saveLater()
  }

  async stop(): Promise<void> {
    const dht = this.node
    this.#cancelSave?.()
    await this.#save()
    this.#state = dht?.state() ?? null
    this.node = null
    await dht?.close()
  }

  /** UDP port of our node; 0 without one. */
  get port(): number {
    return this.node?.port(4) || this.node?.port(6) || 0
  }

  /** Number of nodes that answer, of both address families; null without a DHT. */
  get goodNodes(): number | null {
    return this.node?.nodes.reduce((sum, node) => sum + node.status.goodNodes, 0) ?? null
  }

  async #open(state: Uint8Array | null): Promise<DhtDiscovery | null> {
    const { clock, random, datagrams, resolveHost, port, isAnonymous, onExternalHost } = this.#context
    const openDatagram = datagrams.protocol(isDhtDatagram)
    const open = (at: number) =>
      openDht({
        clock,
        random,
        openDatagram,
        resolve: resolveHost,
        port: at,
        isAnonymous,
        onExternalIp: ip => onExternalHost(formatIp(ip), 'dht'),
        state,
        bootstrap: this.nodes ? toDhtNodes(this.nodes) : WELL_KNOWN_NODES,
        ...(this.#host === undefined ? {} : { hosts: [bindAddress(this.#host)] }),
      })
    try {
      return await open(port).catch(error => {
        // The number is free for TCP but may be taken for UDP.
        if (port === 0) throw error
        return open(0)
      })
    } catch (error) {
      if (error instanceof ShoalError && error.code === 'unsupported') return null
      throw error
    }
  }

  #saveLater(): void {
    const { clock, store } = this.#context
    if (!store || !this.node) return
    this.#cancelSave = clock.after(SAVE_DHT_MS, () => {
      void this.#save()
      this.#saveLater()
    })
  }

  /**
   * Saves our ID and nodes for the next run, unless we found no nodes: those of earlier runs are
   * better then.
   */
  async #save(): Promise<void> {
    const { store, isAnonymous } = this.#context
    // Another session would reuse the ID, which would link the two.
    if (isAnonymous) return
    if (!store || !this.node?.nodes.some(node => node.status.goodNodes > 0)) return
    // Without it the next run only starts more slowly.
    await store.saveNote(DHT_NOTE, this.node.state()).catch(() => {})
  }
}

/** Throws `bad-argument` if a text is not `host:port`. */
export function toDhtNodes(texts: readonly string[]): BootstrapNode[] {
  return texts.map(text => {
    const node = parseHostPort(text)
    if (!node) throw new ShoalError('bad-argument', `${text} is not a DHT node: give host:port`)
    return node
  })
}

function bindAddress(host: string): { family: 4 | 6; host: string } {
  return { family: host.includes(':') ? 6 : 4, host }
}
