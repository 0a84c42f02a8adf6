/** Tells who can reach the node, and lets others in. */
import { REACH as CONTRACT } from '@shoal/api'
import { AbsentCapability, capability } from '../kernel/capability.ts'
import { ReachCalls } from './calls.ts'
import { OpenUp } from './open-up.ts'

/** Ticks, of a second each, between looks at the machine's addresses. */
const LOOK_TICKS = 10

export const REACH = capability({
  contract: CONTRACT,
  start(kernel) {
    const calls = new ReachCalls(kernel.route)
    let opened: OpenUp | null = null
    const running = () => {
      if (opened) return opened
      throw new AbsentCapability('Letting others in')
    }
    let ticks = 0
    const stops = [
      kernel.ticker.every('the addresses of this machine', () => {
        if (++ticks % LOOK_TICKS === 0) opened?.look()
      }),
    ]
    let publicUrl = kernel.settings.current.network.publicUrl
    stops.push(
      kernel.settings.onChanged(({ network }) => {
        if (network.publicUrl === publicUrl) return
        publicUrl = network.publicUrl
        opened?.changed()
      }),
    )
    return {
      operations: {
        getReach: async () => running().now,
        openUp: input => running().open(input),
        closeUp: () => running().close(),
        testReach: () => running().test(),
      },
      health: () => {
        const problem = opened?.problem ?? null
        return problem === null ? [] : [problem]
      },
      routes: ({ app }) => {
        app.get('/reach/:nonce', async (request, reply) => {
          const { nonce } = request.params as { nonce: string }
          reply.code(calls.arrive(nonce) ? 200 : 404).type('text/plain; charset=utf-8')
          return 'Shoal\n'
        })
      },
      onHttpServer(server, place) {
        const mine = new OpenUp(kernel, calls, place)
        opened = mine
        server.once('listening', () => {
          mine.begin().catch(error => kernel.log.warn(`others cannot be let in: ${String(error)}`))
        })
        return async () => {
          opened = null
        }
      },
      close() {
        for (const stop of stops) stop()
      },
    }
  },
})
