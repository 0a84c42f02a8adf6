/** Tests whether addresses lead to this node: a request with a secret number must arrive. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect as connectTcp, isIP } from 'node:net'
import { readBody, sendRequest } from '@shoal/torrent/http'
import { isLocalHost } from '@shoal/torrent/local-address'
import { type ConnectTo, type ResolveHost, type Route, resolveHost } from '@shoal/torrent/route'

const TIMEOUT_MS = 5000
/** A hub waits this long for the node before it answers. */
const HUB_TIMEOUT_MS = 8000
const MAX_ANSWER_BYTES = 1000
const MOST_HUBS = 5

/** The result of a test by a hub. */
export interface OutsideTest {
  /** The node's address as the hub sees it. */
  readonly address: string
  readonly reached: boolean
}

export class ReachCalls {
  readonly #awaited = new Map<string, () => void>()
  readonly #route: Route | null

  constructor(route: Route | null = null) {
    this.#route = route
  }

  /** Returns whether a request with this number is awaited. */
  arrive(nonce: string): boolean {
    const arrived = this.#awaited.get(nonce)
    arrived?.()
    return arrived !== undefined
  }

  /**
   * Sends a request to the node at an address. Null if the address is local and its port is not
   * `port`, where the node listens: a user who can change settings must not be able to scan local
   * ports.
   */
  async fromHere(address: string, port: number): Promise<boolean | null> {
    const connect = withoutLocal(this.#route, port)
    let isRefused = false
    const hasArrived = await this.#arrives(async nonce => {
      const url = `${address.replace(/\/$/, '')}/reach/${nonce}`
      await request(url, TIMEOUT_MS, connect).catch(error => {
        isRefused = error instanceof LocalTarget
      })
    })
    return isRefused ? null : hasArrived
  }

  /**
   * Requests that the hub of an announce URL connects to `port` at this machine's address. Null if
   * it is not a hub or does not test.
   */
  async fromHub(announceUrl: string, port: number): Promise<OutsideTest | null> {
    const base = hubOf(announceUrl)
    if (base === null) return null
    let address: string | null = null
    const reached = await this.#arrives(async nonce => {
      const answer = JSON.parse(
        await request(`${base}/reach/${port}/${nonce}`, HUB_TIMEOUT_MS, this.#route && routed(this.#route)),
      ) as unknown
      const said = (answer as { address?: unknown } | null)?.address
      // Anything else would become part of links.
      if (typeof said === 'string' && isIP(said) !== 0) address = said
    })
    return address === null ? null : { address, reached }
  }

  /**
   * Requests that the first hub among these announce URLs connects to the peer port. The hub gets
   * no valid response, but the session notices the connection, which proves that others can
   * connect. Resolves with the node's address as the hub sees it; null if no hub has tried.
   */
  async toPeerPort(announceUrls: readonly string[], port: number): Promise<string | null> {
    if (port === 0) return null
    for (const hub of announceUrls.slice(0, MOST_HUBS)) {
      const test = await this.fromHub(hub, port)
      if (test) return test.address
    }
    return null
  }

  /**
   * Returns whether the host of a URL is the address or resolves to it. Names are not resolved
   * locally if a proxy resolves them.
   */
  async leadsTo(url: string, address: string): Promise<boolean> {
    const host = URL.parse(url)?.hostname.replace(/^\[|\]$/g, '') ?? ''
    if (host === address) return true
    const resolve: ResolveHost = this.#route?.resolveHost ?? resolveHost
    const found = await resolve(host).catch(() => [])
    return found.some(each => each.host === address)
  }

  async #arrives(ask: (nonce: string) => Promise<void>): Promise<boolean> {
    const nonce = randomBytes(16).toString('base64url')
    let hasArrived = false
    this.#awaited.set(nonce, () => {
      hasArrived = true
    })
    try {
      await ask(nonce)
    } catch {
      // It may have arrived although the response did not.
    } finally {
      this.#awaited.delete(nonce)
    }
    return hasArrived
  }
}

/** `wss://hub.example/announce` is served by `https://hub.example`. */
function hubOf(announceUrl: string): string | null {
  const url = URL.parse(announceUrl)
  if (!url || !/^(?:http|ws)s?:$/.test(url.protocol)) return null
  return `${url.protocol.replace('ws', 'http')}//${url.host}`
}

/** Rejects unless the response has status 200 and is short. */
async function request(url: string, timeoutMs: number, connect: ConnectTo | null): Promise<string> {
  const signal = AbortSignal.timeout(timeoutMs)
  const answer = await sendRequest(new URL(url), { headers: {}, signal, ...(connect && { connect }) })
  const body = await readBody(answer, MAX_ANSWER_BYTES, signal)
  if (answer.statusCode !== 200 || !body) throw new Error(`status ${answer.statusCode}`)
  return Buffer.from(body).toString('latin1')
}

function routed({ connect, resolveHost }: Pick<Route, 'connect' | 'resolveHost'>): ConnectTo {
  return async ({ host, port }, options) => {
    const [address] = await resolveHost(host, options)
    return connect({ host: address!.host, port }, options)
  }
}

class LocalTarget extends Error {}

/** Connects to the address that was checked, regardless of later resolution. */
function withoutLocal(route: Route | null, ownPort: number): ConnectTo {
  const { connect, resolveHost: resolve } = route ?? { connect: connectDirectly, resolveHost }
  const checked: ConnectTo = async ({ host, port }, options) => {
    if (port !== ownPort && isLocalHost(host)) throw new LocalTarget(host)
    return connect({ host, port }, options)
  }
  return routed({ connect: checked, resolveHost: resolve })
}

const connectDirectly: ConnectTo = async ({ host, port }, { signal }) => {
  const socket = connectTcp({ host, port, signal })
  await once(socket, 'connect')
  return socket
}
