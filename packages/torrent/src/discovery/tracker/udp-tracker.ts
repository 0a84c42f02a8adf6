import type { Clock } from '../../base/clock.ts'
import { messageOf, ShoalError } from '../../base/errors.ts'
import type { Random } from '../../base/random.ts'
import type { OpenDatagram } from '../../transport/datagram.ts'
import type { ResolvedAddress, ResolveHost } from '../../transport/resolve.ts'
import { askAll, mergeAnswers, oneOfEachFamily } from './families.ts'
import {
  type AnnounceAnswer,
  type AnnounceRequest,
  type ScrapeEntry,
  TrackerError,
  type TrackerProtocol,
} from './tracker.ts'
import { type UdpEndpoint, UdpExchange } from './udp-exchange.ts'
import {
  ACTION,
  decodeAnnounce,
  decodeScrape,
  encodeAnnounce,
  encodeScrape,
  MAX_SCRAPE,
} from './udp-messages.ts'

export interface UdpTrackerOptions {
  readonly clock: Clock
  readonly random: Random
  readonly openDatagram: OpenDatagram
  readonly resolveHost: ResolveHost
}

/**
 * UDP trackers (BEP 15, with the URL option of BEP 41). All share one socket per address family.
 */
export class UdpTracker implements TrackerProtocol {
  // With BEP 15's waits of 15 and 30 s: sends at 0, 15 and 45 s, and gives up at 60 s so that the
  // tier tries its next tracker.
  readonly timeLimitMs = 60_000
  readonly #clock: Clock
  readonly #resolveHost: ResolveHost
  readonly #exchange: UdpExchange

  constructor(options: UdpTrackerOptions) {
    this.#clock = options.clock
    this.#resolveHost = options.resolveHost
    this.#exchange = new UdpExchange(options)
  }

  async announce(
    url: string,
    request: AnnounceRequest,
    options: { signal: AbortSignal },
  ): Promise<AnnounceAnswer> {
    const target = parseUdpUrl(url)
    const answers = await this.#eachFamily(target, options.signal, async (endpoint, signal) => {
      const bytes = await this.#exchange.ask(endpoint, ACTION.announce, signal, (connectionId, transaction) =>
        encodeAnnounce(connectionId, transaction, request, target.urlData),
      )
      return decodeAnnounce(bytes, endpoint.family) ?? shortAnswer()
    })
    return mergeAnswers(answers)
  }

  async scrape(
    url: string,
    infoHashes: readonly Uint8Array[],
    options: { signal: AbortSignal },
  ): Promise<(ScrapeEntry | null)[]> {
    const entries: (ScrapeEntry | null)[] = []
    const target = parseUdpUrl(url)
    for (let at = 0; at < infoHashes.length; at += MAX_SCRAPE) {
      const batch = infoHashes.slice(at, at + MAX_SCRAPE)
      const answers = await this.#eachFamily(target, options.signal, (endpoint, signal) =>
        this.#exchange.ask(endpoint, ACTION.scrape, signal, (connectionId, transaction) =>
          encodeScrape(connectionId, transaction, batch),
        ),
      )
      entries.push(...decodeScrape(answers[0]!, batch.length))
    }
    return entries
  }

  close(): Promise<void> {
    return this.#exchange.close()
  }

  async #eachFamily<Answer>(
    target: { host: string; port: number },
    signal: AbortSignal,
    ask: (endpoint: UdpEndpoint, signal: AbortSignal) => Promise<Answer>,
  ): Promise<Answer[]> {
    const addresses = await resolveTracker(this.#resolveHost, target.host, signal)
    const ends = addresses.map(({ host, family }) => ({ host, family, port: target.port }))
    return askAll(ends, ask, { clock: this.#clock, signal })
  }
}

/**
 * Parses an announce URL; `urlData` is for BEP 41. Throws a TrackerError `bad-argument` if the URL
 * is invalid.
 */
export function parseUdpUrl(url: string): { host: string; port: number; urlData: string } {
  const parsed = URL.canParse(url) ? new URL(url) : null
  const port = Number(parsed?.port)
  if (parsed?.protocol !== 'udp:' || parsed.hostname === '' || !(port >= 1)) {
    throw new TrackerError('bad-argument', 'The tracker address is not udp://host:port')
  }
  const path = parsed.pathname === '/' && parsed.search === '' ? '' : parsed.pathname
  return { host: parsed.hostname, port, urlData: path + parsed.search }
}

/** Resolves to one address of each family of the tracker's host. Rejects with a TrackerError. */
async function resolveTracker(
  resolveHost: ResolveHost,
  host: string,
  signal: AbortSignal,
): Promise<ResolvedAddress[]> {
  try {
    return oneOfEachFamily(await resolveHost(host, { signal }))
  } catch (error) {
    signal.throwIfAborted()
    const code = error instanceof ShoalError ? error.code : 'unreachable'
    throw new TrackerError(code, messageOf(error), { cause: error })
  }
}

function shortAnswer(): never {
  throw new TrackerError('bad-message', 'The tracker sent a response that is too short')
}
