/** Determines who can reach the node, and opens it to others. */
import { REACH as CONTRACT } from '@shoal/api'
import { AbsentCapability } from '@shoal/daemon/capability'
import type { Session } from '@shoal/torrent'
import { capability } from '../kernel/capability.ts'
import type { HttpCallOptions } from '../kernel/contract.ts'
import { ENGINE, TORRENTS } from '../torrents/service.ts'
import { ReachCalls } from './calls.ts'
import { OpenUp } from './open-up.ts'

/** Ticks (seconds) between checks of the machine's addresses. */
const LOOK_TICKS = 10

export const REACH = capability({
  contract: CONTRACT,
  needs: { engine: ENGINE, torrents: TORRENTS },
  start(kernel, { engine, torrents }) {
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
        setPassword: (input, options: HttpCallOptions = {}) =>
          running().setPassword(input, options.keepLogin),
        closeUp: () => running().close(),
        testReach: async () => {
          const answer = await running().test()
          const port = dialedPort(engine)
          const address = await calls.toPeerPort(kernel.settings.current.network.shareTrackers, port)
          torrents.notePeerTest(address === null ? null : { address, port })
          return answer
        },
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

/** Returns the TCP port that others dial over IPv4; 0 if none. */
function dialedPort({ port, portMapping }: Pick<Session, 'port' | 'portMapping'>): number {
  const isOpen = portMapping?.mappings.find(
    ({ transport, internalAddress, externalPort }) =>
      transport === 'tcp' && externalPort !== null && !internalAddress.includes(':'),
  )
  return isOpen?.externalPort ?? port
}
