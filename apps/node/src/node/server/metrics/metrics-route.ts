import { BYTE_ROUTES } from '@shoal/api'
import { byteInput, type RequestMetrics } from '@shoal/daemon/http'
import { formatMetrics, gauge, METRICS_TYPE, ProcessMetrics } from '@shoal/daemon/metrics'
import type { FastifyInstance } from 'fastify'
import type { RunningNode } from '../../kernel/contract.ts'

export interface MetricsSources {
  readonly node: RunningNode
  readonly requests: RequestMetrics
  readonly eventClients: () => number
}

export function addMetricsRoute(
  scope: FastifyInstance,
  { node, requests, eventClients }: MetricsSources,
): void {
  const machine = new ProcessMetrics()
  scope.addHook('onClose', async () => machine.close())
  scope.get(BYTE_ROUTES.getMetrics.path, async (request, reply) => {
    byteInput(BYTE_ROUTES.getMetrics, request)
    const families = [
      ...(await node.metrics()),
      ...machine.families(),
      gauge('event_clients', 'Clients that listen to events.', eventClients()),
      ...requests.families(),
    ]
    reply.type(METRICS_TYPE)
    return formatMetrics(families)
  })
}
