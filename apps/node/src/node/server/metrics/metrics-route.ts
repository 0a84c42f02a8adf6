import { BYTE_ROUTES, type NodeOperations } from '@shoal/api'
import type { FastifyInstance } from 'fastify'
import type { Family } from '../../kernel/metrics.ts'
import { byteInput } from '../request/byte-input.ts'
import { nodeMetrics } from './node-metrics.ts'
import { gauge, ProcessMetrics } from './process-metrics.ts'
import type { RequestMetrics } from './request-metrics.ts'
import { formatMetrics, METRICS_TYPE } from './text-format.ts'

export interface MetricsSources {
  readonly operations: NodeOperations
  readonly requests: RequestMetrics
  readonly eventClients: () => number
  /** Metric families of the capabilities. */
  readonly more: () => readonly Family[]
}

export function addMetricsRoute(
  scope: FastifyInstance,
  { operations, requests, eventClients, more }: MetricsSources,
): void {
  const machine = new ProcessMetrics()
  scope.addHook('onClose', async () => machine.close())
  scope.get(BYTE_ROUTES.getMetrics.path, async (request, reply) => {
    byteInput(BYTE_ROUTES.getMetrics, request)
    const stats = await operations.getStats({})
    const clients = gauge('event_clients', 'Clients that listen to events.', eventClients())
    reply.type(METRICS_TYPE)
    return formatMetrics([
      ...nodeMetrics(stats),
      ...machine.families(),
      clients,
      ...requests.families(),
      ...more(),
    ])
  })
}
