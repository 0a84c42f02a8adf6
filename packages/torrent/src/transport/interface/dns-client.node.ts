import type { Socket } from 'node:net'
import { abortable } from '../../base/abort.ts'
import { readU16 } from '../../base/bytes.ts'
import type { Clock } from '../../base/clock.ts'
import { messageOf, ShoalError } from '../../base/errors.ts'
import { canonicalIp } from '../../base/ip.ts'
import { isLoopback } from '../../base/local-address.ts'
import type { Random } from '../../base/random.ts'
import type { IpFamily, OpenDatagram } from '../datagram.ts'
import type { ResolvedAddress, ResolveHost } from '../resolve.ts'
import type { ConnectTo } from '../route.node.ts'
import { type Answer, encodeQuestion, parseAnswer, type Question, RECORD } from './dns-message.ts'

const DNS_PORT = 53
const TRY_MS = 2000
/** Number of queries to each server. */
const ROUNDS = 2
/** Maximum number of queries for the target of an alias, after the first. */
const MAX_ALIASES = 4
const PARALLEL_LOOKUPS = 20
const MAX_WAITING = 1000
const MAX_KEPT = 1000
const LEAST_KEEP_MS = 30_000
const MOST_KEEP_MS = 60 * 60_000

export interface DnsClientOptions {
  readonly clock: Clock
  readonly random: Random
  /** Opens the sockets to the servers. */
  readonly openDatagram: OpenDatagram
  readonly connect: ConnectTo
  /** IP literals of the name servers. Rejects if none is known. */
  readonly servers: () => Promise<readonly string[]>
  /** The address families to resolve. */
  readonly families: () => readonly IpFamily[]
  /** Other than DNS_PORT in tests. */
  readonly port?: number
}

/** Resolves names over the given sockets; the system's resolver would use any route. */
export class DnsClient {
  readonly #options: DnsClientOptions
  readonly #cache = new Map<string, { promise: Promise<ResolvedAddress[]>; untilMs: number }>()
  readonly #waiting: (() => void)[] = []
  readonly #closing = new AbortController()
  #running = 0

  constructor(options: DnsClientOptions) {
    this.#options = options
  }

  readonly resolveHost: ResolveHost = async (host, { signal } = {}) => {
    signal?.throwIfAborted()
    const name = host
      .replace(/^\[|\]$/g, '')
      .replace(/\.$/, '')
      .toLowerCase()
    const ip = canonicalIp(name)
    if (ip !== null) return [{ host: ip, family: ip.includes(':') ? 6 : 4 }]
    // RFC 6761, 6.3: it never leaves this machine.
    if (isLoopback(name)) return [{ host: '127.0.0.1', family: 4 }]
    // RFC 6762: such names are resolved by multicast, which the interface may not have.
    if (name.endsWith('.local')) throw new ShoalError('unreachable', `${name} is a name of the local network`)
    const kept = this.#cache.get(name)
    const { promise } = kept && kept.untilMs > this.#options.clock.nowMs() ? kept : this.#remember(name)
    return signal ? abortable(promise, signal) : promise
  }

  /** Forgets answers from another network. */
  clear(): void {
    this.#cache.clear()
  }

  close(): void {
    this.#closing.abort(new ShoalError('closed', 'the route was closed'))
  }

  #remember(name: string): { promise: Promise<ResolvedAddress[]> } {
    if (this.#cache.size >= MAX_KEPT) this.#cache.delete(this.#cache.keys().next().value!)
    this.#cache.delete(name)
    const entry = { promise: Promise.resolve<ResolvedAddress[]>([]), untilMs: Number.POSITIVE_INFINITY }
    const keep = (ms: number) => {
      entry.untilMs = this.#options.clock.nowMs() + Math.min(Math.max(ms, LEAST_KEEP_MS), MOST_KEEP_MS)
    }
    this.#cache.set(name, entry)
    const asked = this.#inTurn(() => this.#lookUp(name))
    entry.promise = asked.then(({ found }) => found)
    asked.then(
      ({ ttlSeconds }) => keep(1000 * ttlSeconds),
      () => keep(0),
    )
    entry.promise.catch(() => {})
    return entry
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting.length >= MAX_WAITING)
      throw new ShoalError('unreachable', 'too many names are being looked up')
    if (this.#running >= PARALLEL_LOOKUPS) await new Promise<void>(resolve => this.#waiting.push(resolve))
    else this.#running++
    try {
      return await work()
    } finally {
      // Passes its turn to the next waiter, so `#running` does not change.
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running--
    }
  }

  async #lookUp(name: string): Promise<{ found: ResolvedAddress[]; ttlSeconds: number }> {
    const families = this.#options.families()
    const all = await Promise.allSettled(families.map(family => this.#followAliases(name, family)))
    const found = all.flatMap((each, at) =>
      each.status === 'rejected' ? [] : each.value.hosts.map(host => ({ host, family: families[at]! })),
    )
    if (found.length > 0) {
      const times = all.flatMap(each =>
        each.status === 'fulfilled' && each.value.hosts.length > 0 ? [each.value.ttlSeconds] : [],
      )
      return { found, ttlSeconds: Math.min(...times) }
    }
    const failed = all.find(each => each.status === 'rejected')
    if (failed) throw failed.reason
    throw new ShoalError('unreachable', `the host ${name} is unknown: check its spelling`)
  }

  async #followAliases(name: string, family: IpFamily): Promise<Answer> {
    const type = family === 4 ? RECORD.a : RECORD.aaaa
    let at = name
    for (let aliases = 0; ; aliases++) {
      const answer = await this.#ask(at, type)
      if (answer.alias === null || aliases >= MAX_ALIASES) return answer
      at = answer.alias
    }
  }

  async #ask(name: string, type: Question['type']): Promise<Answer> {
    const servers = await this.#options.servers()
    let failure: unknown
    for (let round = 0; round < ROUNDS; round++)
      for (const server of servers) {
        // Forgers have to guess both, and the port (RFC 5452).
        const id = readU16(this.#options.random.bytes(2), 0)
        const question = { id, name, type }
        try {
          const answer = await this.#exchange(server, question)
          if (answer.state !== 'failed') return answer
          failure = new ShoalError('refused', `${server} refuses to answer`)
        } catch (error) {
          this.#closing.signal.throwIfAborted()
          failure = error
        }
      }
    const why = `cannot look up ${name} by ${servers.join(', ')}: ${messageOf(failure)}`
    throw new ShoalError('unreachable', `${why}. Name DNS servers that the network interface reaches`, {
      cause: failure,
    })
  }

  async #exchange(server: string, question: Question): Promise<Answer> {
    const answer = await this.#overUdp(server, question)
    return answer.state === 'cut' ? this.#overTcp(server, question) : answer
  }

  async #overUdp(server: string, question: Question): Promise<Answer> {
    const { openDatagram, clock, port = DNS_PORT } = this.#options
    const family = server.includes(':') ? 6 : 4
    const socket = await openDatagram({ family, port: 0, unref: true })
    try {
      return await this.#inTime(clock, (resolve, reject) => {
        socket.onMessage = (bytes, host, from) => {
          if (from !== port || canonicalIp(host) !== server) return
          const answer = parseAnswer(bytes, question)
          if (answer) resolve(answer)
        }
        socket.send(encodeQuestion(question), server, port, reject)
      })
    } finally {
      await socket.close()
    }
  }

  /** RFC 7766: each message is preceded by its length. */
  async #overTcp(server: string, question: Question): Promise<Answer> {
    const { connect, clock, port = DNS_PORT } = this.#options
    const abort = new AbortController()
    let socket: Socket | undefined
    try {
      return await this.#inTime(clock, (resolve, reject) => {
        connect({ host: server, port }, { signal: abort.signal }).then(opened => {
          socket = opened
          if (abort.signal.aborted) return void opened.destroy()
          let bytes = Buffer.alloc(0)
          const message = encodeQuestion(question)
          opened.on('error', reject)
          opened.on('close', () => reject(new ShoalError('closed', 'the connection was closed')))
          opened.on('data', (chunk: Buffer) => {
            bytes = Buffer.concat([bytes, chunk])
            if (bytes.length < 2 || bytes.length < 2 + bytes.readUInt16BE(0)) return
            const answer = parseAnswer(bytes.subarray(2, 2 + bytes.readUInt16BE(0)), question)
            if (answer && answer.state !== 'cut') resolve(answer)
            else reject(new ShoalError('bad-message', 'the answer is malformed'))
          })
          opened.resume()
          opened.write(Buffer.concat([Buffer.from([message.length >>> 8, message.length & 255]), message]))
        }, reject)
      })
    } finally {
      abort.abort(new ShoalError('cancelled', 'nobody waits'))
      socket?.destroy()
    }
  }

  #inTime(
    clock: Clock,
    begin: (resolve: (answer: Answer) => void, reject: (error: Error) => void) => void,
  ): Promise<Answer> {
    const { signal } = this.#closing
    return new Promise<Answer>((resolve, reject) => {
      const late = () => reject(new ShoalError('timeout', 'no answer'))
      const cancel = clock.after(TRY_MS, late)
      const abort = () => reject(signal.reason)
      signal.addEventListener('abort', abort, { once: true })
      const settle = () => {
        cancel()
        signal.removeEventListener('abort', abort)
      }
      begin(
        answer => {
          settle()
          resolve(answer)
        },
        error => {
          settle()
          reject(error)
        },
      )
    })
  }
}
