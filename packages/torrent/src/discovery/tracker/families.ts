import type { Clock } from '../../base/clock.ts'
import { ShoalError } from '../../base/errors.ts'
import type { ResolvedAddress } from '../../transport/resolve.ts'
import type { AnnounceAnswer } from './tracker.ts'

/** How long the other address family may take once one has answered: a broken IPv6 route must not hold back IPv4's peers. */
const GRACE_MS = 5000

/** BEP 7: one address for each family that the host has, the system's favourite of each. */
export function oneOfEachFamily(addresses: readonly ResolvedAddress[]): ResolvedAddress[] {
  const first = addresses[0]
  const other = first && addresses.find(address => address.family !== first.family)
  return [...(first ? [first] : []), ...(other ? [other] : [])]
}

/**
 * Runs `ask` for every target at once; the answers of those that succeeded. Rejects with the most telling error when none did. Whatever
 * still runs when it settles is aborted.
 */
export async function askAll<Target, Answer>(
  targets: readonly Target[],
  ask: (target: Target, signal: AbortSignal) => Promise<Answer>,
  options: { clock: Clock; signal: AbortSignal },
): Promise<Answer[]> {
  const { clock, signal } = options
  const stop = new AbortController()
  const stopped = Promise.withResolvers<void>()
  const abort = () => stop.abort(signal.reason)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  stop.signal.addEventListener('abort', () => stopped.resolve(), { once: true })
  let cancelGrace = () => {}
  const answers: Answer[] = []
  const errors: unknown[] = []
  const all = targets.map(async target => {
    try {
      answers.push(await ask(target, stop.signal))
      if (answers.length === 1) cancelGrace = clock.after(GRACE_MS, () => stop.abort())
    } catch (error) {
      errors.push(error)
    }
  })
  await Promise.race([Promise.all(all), stopped.promise])
  cancelGrace()
  signal.removeEventListener('abort', abort)
  stop.abort()
  if (signal.aborted) throw signal.reason
  if (answers.length === 0) throw mostTelling(errors)
  return answers
}

/** What the families' answers say together. Counts are of one swarm, so the larger is the truer. */
export function mergeAnswers(answers: readonly AnnounceAnswer[]): AnnounceAnswer {
  if (answers.length === 1) return answers[0]!
  const peers = new Map(
    answers.flatMap(answer => answer.peers).map(peer => [`${peer.host} ${peer.port}`, peer]),
  )
  const merged = Object.assign({}, ...answers.toReversed(), { peers: [...peers.values()] })
  for (const name of ['intervalMs', 'minIntervalMs', 'seeds', 'leeches', 'downloads'] as const) {
    const values = answers.map(answer => answer[name]).filter(value => value !== undefined)
    if (values.length > 0) merged[name] = Math.max(...values)
  }
  return merged
}

/** A tracker's own refusal says more than that one family has no route. */
function mostTelling(errors: readonly unknown[]): unknown {
  const code = (error: unknown) => (error instanceof ShoalError ? error.code : '')
  const dull = ['unreachable', 'unsupported', 'timeout']
  return errors.find(error => !dull.includes(code(error))) ?? errors[0]
}
