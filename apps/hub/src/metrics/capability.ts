import { contract } from '@shoal/api/contract'
import { RequestMetrics } from '@shoal/daemon/http'
import { formatMetrics, METRICS_TYPE, ProcessMetrics } from '@shoal/daemon/metrics'
import { capability } from '../kernel/capability.ts'

/**
 * The metrics of all capabilities, of requests and of the process, unless `--no-stats` is given.
 */
export const metrics = capability({
  contract: contract({ name: 'metrics' }),
  start({ given }) {
    if (given.noStats) return { close() {} }
    const requests = new RequestMetrics()
    const ofProcess = new ProcessMetrics()
    return {
      metrics: () => [...requests.families(), ...ofProcess.families()],
      watch: app => requests.watch(app),
      routes(scope, reports) {
        scope.get('/metrics', { config: { anyHost: true } }, async (_request, reply) =>
          reply.type(METRICS_TYPE).send(formatMetrics(reports.metrics())),
        )
      },
      close: () => ofProcess.close(),
    }
  },
})
