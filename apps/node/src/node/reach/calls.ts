/** Tests whether addresses lead to this node: a request with a number that nobody else knows must arrive here. */
import { randomBytes } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'

const TIMEOUT_MS = 5000
/** A hub waits as long for the node, and answers then. */
const HUB_TIMEOUT_MS = 8000
const MAX_ANSWER_BYTES = 1000

/** The result of a test by a hub. */
export interface OutsideTest {
  /** The node's address as the hub sees it. */
  readonly address: string
  readonly reached: boolean
}

export class ReachCalls {
  readonly #awaited = new Map<string, () => void>()

  /** Returns whether the number of a request is one that is being waited for. */
  arrive(nonce: string): boolean {
    const arrived = this.#awaited.get(nonce)
    arrived?.()
    return arrived !== undefined
  }

  /** Requests the node at an address. */
  async fromHere(address: string): Promise<boolean> {
    return this.#arrives(async nonce => {
      await request(`${address.replace(/\/$/, '')}/reach/${nonce}`, TIMEOUT_MS)
    })
  }

  /** Asks the hub of an announce URL to connect to `port` of the address that this machine has there. Null if that is not a hub, or does not test. */
  async fromHub(announceUrl: string, port: number): Promise<OutsideTest | null> {
    const base = hubOf(announceUrl)
    if (base === null) return null
    let address: string | null = null
    const reached = await this.#arrives(async nonce => {
      const answer = JSON.parse(await request(`${base}/reach/${port}/${nonce}`, HUB_TIMEOUT_MS)) as unknown
      const said = (answer as { address?: unknown } | null)?.address
      // Anything else would become a part of links.
      if (typeof said === 'string' && isIP(said) !== 0) address = said
    })
    return address === null ? null : { address, reached }
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
      // It may have arrived although the answer did not.
    } finally {
      this.#awaited.delete(nonce)
    }
    return hasArrived
  }
}

/** Whether the host of a URL is the address, or a name of it. */
export async function leadsTo(url: string, address: string): Promise<boolean> {
  const host = URL.parse(url)?.hostname.replace(/^\[|\]$/g, '') ?? ''
  if (host === address) return true
  const found = await lookup(host, { all: true }).catch(() => [])
  return found.some(each => each.address === address)
}

/** `wss://hub.example/announce` is served by `https://hub.example`. */
function hubOf(announceUrl: string): string | null {
  const url = URL.parse(announceUrl)
  if (!url || !/^(?:http|ws)s?:$/.test(url.protocol)) return null
  return `${url.protocol.replace('ws', 'http')}//${url.host}`
}

/** Rejects unless the answer has status 200 and is short. */
async function request(url: string, timeoutMs: number): Promise<string> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString('latin1')
    if (text.length > MAX_ANSWER_BYTES) break
  }
  if (response.status !== 200) throw new Error(`status ${response.status}`)
  return text
}
