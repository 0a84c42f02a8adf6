import { AddressSet, pageCaller } from '@shoal/tracker'
import type { FastifyInstance } from 'fastify'
import type { Given } from '../options.ts'
import type { TrackerFronts } from './fronts.ts'
import { ReachChecks } from './reach.ts'
import { PAGE_HEADERS, statsPage } from './stats-page.ts'

/** The tracker's pages: statistics, and the reachability test. They contain nothing secret. */
export function addTrackerRoutes(scope: FastifyInstance, fronts: TrackerFronts, given: Given): void {
  const config = { anyHost: true }
  const proxies = new AddressSet(given.trustedProxy ?? [])
  const checks = new ReachChecks()
  scope.get('/reach/*', { config }, async (request, reply) => {
    const answer = await checks.answer(request.url, pageCaller(request.raw, proxies))
    if (!answer) return reply.callNotFound()
    return reply.code(answer.status).headers(answer.headers).send(answer.body)
  })
  const path = statisticsPath(given)
  if (path === null) return
  scope.get(path, { config }, async (_request, reply) =>
    reply.headers(PAGE_HEADERS).send(statsPage(fronts.stats(), Date.now())),
  )
  scope.get('/stats.json', { config }, async () => fronts.stats())
}

/** Path of the statistics page. Null if there is none. */
export function statisticsPath({ noStats, onlyTracker }: Given): string | null {
  if (noStats) return null
  return onlyTracker ? '/' : '/stats'
}
