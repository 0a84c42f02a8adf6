import type { FastifyInstance } from 'fastify'
import type { Family } from '../metrics/families.ts'

/** Upper bounds in seconds. */
const BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const

interface Timing {
  readonly counts: number[]
  count: number
  sum: number
}

/** Counts requests by route pattern, never by path: the number of paths is unbounded. */
export class RequestMetrics {
  readonly #answers = new Map<string, { labels: Record<string, string>; count: number }>()
  readonly #timings = new Map<string, { labels: Record<string, string>; timing: Timing }>()

  /** Counts the responses of this scope and nested ones. */
  watch(app: FastifyInstance): void {
    app.addHook('onResponse', async (request, reply) => {
      // Without a pattern, the method is any text that the client sent.
      const route = request.routeOptions.url ?? 'unknown'
      const method = request.routeOptions.url === undefined ? 'any' : request.method
      this.#count(method, route, String(reply.statusCode))
      this.#time(method, route, reply.elapsedTime / 1000)
    })
  }

  families(): Family[] {
    return [
      {
        name: 'shoal_http_requests_total',
        type: 'counter',
        help: 'Answered HTTP requests by route, method and status.',
        samples: [...this.#answers.values()].map(({ labels, count }) => ({ labels, value: count })),
      },
      {
        name: 'shoal_http_request_duration_seconds',
        type: 'histogram',
        help: 'Time from the headers of a request to the end of its answer.',
        samples: [...this.#timings.values()].flatMap(({ labels, timing }) => histogram(labels, timing)),
      },
    ]
  }

  #count(method: string, route: string, status: string): void {
    const key = `${method} ${route} ${status}`
    const entry = this.#answers.get(key) ?? { labels: { method, route, status }, count: 0 }
    entry.count++
    this.#answers.set(key, entry)
  }

  #time(method: string, route: string, seconds: number): void {
    const key = `${method} ${route}`
    const fresh = () => ({
      labels: { method, route },
      timing: { counts: BUCKETS.map(() => 0), count: 0, sum: 0 },
    })
    const entry = this.#timings.get(key) ?? fresh()
    const bucket = BUCKETS.findIndex(bound => seconds <= bound)
    if (bucket >= 0) entry.timing.counts[bucket]!++
    entry.timing.count++
    entry.timing.sum += seconds
    this.#timings.set(key, entry)
  }
}

function histogram(labels: Record<string, string>, { counts, count, sum }: Timing): Family['samples'] {
  let below = 0
  const buckets = BUCKETS.map((bound, index) => {
    below += counts[index]!
    return { suffix: '_bucket', labels: { ...labels, le: String(bound) }, value: below }
  })
  return [
    ...buckets,
    { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count },
    { suffix: '_sum', labels, value: sum },
    { suffix: '_count', labels, value: count },
  ]
}
