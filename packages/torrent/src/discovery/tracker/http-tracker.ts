import type { Clock } from '../../base/clock.ts'
import { messageOf, ShoalError } from '../../base/errors.ts'
import type { ResolvedAddress, ResolveHost } from '../../transport/resolve.ts'
import { askAll, mergeAnswers, oneOfEachFamily } from './families.ts'
import type { HttpGet } from './http-get.ts'
import { announceUrl, parseAnnounce, parseScrape, scrapeUrl, throwFailure } from './http-messages.ts'
import {
  type AnnounceAnswer,
  type AnnounceRequest,
  type ScrapeEntry,
  TrackerError,
  type TrackerProtocol,
} from './tracker.ts'

export interface HttpTrackerOptions {
  readonly clock: Clock
  readonly httpGet: HttpGet
  readonly resolveHost: ResolveHost
  readonly userAgent: string
}

/** 1,000 peers as dictionaries take about 70 kB; scrapes of 50 torrents take less. */
const MAX_BODY_BYTES = 1024 * 1024
/** Keeps the URL below the limit of common servers (8 kB). */
const MAX_SCRAPE = 50

/** HTTP and HTTPS trackers (BEP 3, 7, 23, 24, 31, 48). */
export class HttpTracker implements TrackerProtocol {
  readonly timeLimitMs = 30_000
  readonly #options: HttpTrackerOptions

  constructor(options: HttpTrackerOptions) {
    this.#options = options
  }

  async announce(
    url: string,
    request: AnnounceRequest,
    options: { signal: AbortSignal },
  ): Promise<AnnounceAnswer> {
    return mergeAnswers(await this.#get(announceUrl(url, request), options.signal, parseAnnounce))
  }

  async scrape(
    url: string,
    infoHashes: readonly Uint8Array[],
    options: { signal: AbortSignal },
  ): Promise<(ScrapeEntry | null)[]> {
    const entries: (ScrapeEntry | null)[] = []
    for (let at = 0; at < infoHashes.length; at += MAX_SCRAPE) {
      const batch = infoHashes.slice(at, at + MAX_SCRAPE)
      const batchUrl = scrapeUrl(url, batch)
      if (batchUrl === null) {
        throw new TrackerError(
          'unsupported',
          'The tracker does not support scrapes: its path does not end in announce',
        )
      }
      const answers = await this.#get(batchUrl, options.signal, body => parseScrape(body, batch))
      entries.push(...answers[0]!)
    }
    return entries
  }

  async close(): Promise<void> {
    // Each request ends with its caller's signal; nothing is kept between requests.
  }

  /** Sends the request over each address family of the host. Resolves to the parsed responses. */
  async #get<Answer>(
    url: string,
    signal: AbortSignal,
    parse: (body: Uint8Array) => Answer,
  ): Promise<Answer[]> {
    const { clock, httpGet, userAgent } = this.#options
    try {
      const targets = await this.#targets(url, signal)
      const answers = await askAll(
        targets,
        async (address, familySignal) => {
          const answer = await httpGet(url, {
            signal: familySignal,
            userAgent,
            maxBytes: MAX_BODY_BYTES,
            ...(address && { address }),
          })
          if (answer.status !== 200) throw statusError(answer)
          return parse(answer.body)
        },
        { clock, signal },
      )
      return answers
    } catch (error) {
      if (signal.aborted || error instanceof TrackerError) throw error
      const code = error instanceof ShoalError ? error.code : 'unreachable'
      throw new TrackerError(code, messageOf(error), { cause: error })
    }
  }

  /**
   * In browsers, which connect by name and choose the family themselves, there is one target
   * without an address.
   */
  async #targets(url: string, signal: AbortSignal): Promise<(ResolvedAddress | undefined)[]> {
    try {
      return oneOfEachFamily(await this.#options.resolveHost(new URL(url).hostname, { signal }))
    } catch (error) {
      if (error instanceof ShoalError && error.code === 'unsupported') return [undefined]
      throw error
    }
  }
}

/** Throws the tracker's own reason if the body of an error status has one, as is common. */
function statusError(answer: { status: number; body: Uint8Array; retryAfterMs?: number }): TrackerError {
  throwFailure(answer.body)
  return new TrackerError('bad-message', `The tracker answered with HTTP status ${answer.status}`, {
    ...(answer.retryAfterMs !== undefined && { retryInMs: answer.retryAfterMs }),
  })
}
