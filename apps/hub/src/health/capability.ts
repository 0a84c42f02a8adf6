import { contract } from '@shoal/api/contract'
import { capability } from '../kernel/capability.ts'

/** Health: the process works. Readiness: a load balancer can send it clients. */
export const health = capability({
  contract: contract({ name: 'health' }),
  start: () => ({
    routes(scope, reports) {
      const config = { anyHost: true }
      scope.get('/health', { config }, async () => {
        const problems = reports.health()
        return problems.length === 0 ? 'ok\n' : `ok, but ${problems.join('; ')}\n`
      })
      scope.get('/ready', { config }, async (_request, reply) => {
        const reason = await reports.notReady()
        return reply.code(reason === null ? 200 : 503).send(`${reason ?? 'ready'}\n`)
      })
    },
    close() {},
  }),
})
