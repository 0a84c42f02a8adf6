import type { Clock } from '../../base/clock.ts'
import { ShoalError } from '../../base/errors.ts'
import type { ResolvedAddress } from '../../transport/resolve.ts'
import type { AnnounceAnswer } from './tracker.ts'

/**
 * How long the other address family may take once one has answered: a broken IPv6 route must not
 * delay IPv4's peers.
 */
const GRACE_MS = 5000

/** Picks one address of each family that the host has (BEP 7), the first in the system's order. */
export function oneOfEachFamily(addresses: readonly ResolvedAddress[]): ResolvedAddress[] {
  const first = addresses[0]
  const other = first && addresses.find(address => address.family !== first.family)
  return [...(first ? [first] : []), ...(other ? [other] : [])]
}

/**
 * Runs `ask` for all targets at once and resolves to the results of those that succeeded. Rejects
 * with the most informative error if none did. Aborts what is still running when it settles.
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
  if (answers.length === 0) throw mostInformative(errors)
  return answers
}

/**
 * Merges the responses of both families. Both count the same swarm, so the larger counts are kept.
 */
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

/** Prefers a tracker's own refusal over an error that only says that one family has no route. */
function mostInformative(errors: readonly unknown[]): unknown {
  const code = (error: unknown) => (error instanceof ShoalError ? error.code : '')
  const uninformative = ['unreachable', 'unsupported', 'timeout']
  return errors.find(error => !uninformative.includes(code(error))) ?? errors[0]
}
