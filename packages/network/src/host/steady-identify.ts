import { type Identify, type IdentifyComponents, identify } from '@libp2p/identify'
import type { Connection } from '@libp2p/interface'

/** Delays after failed attempts, each of which takes at most 5 s. */
const WAITS_MS = [1000, 2000, 4000, 8000]

/**
 * Identifies each node that connects (libp2p/specs, identify), and retries if it does not answer,
 * for example on a busy machine: libp2p tries only once, and would never learn that the node serves
 * the DHT.
 */
export function steadyIdentify(): (components: IdentifyComponents) => Identify {
  const open = identify({ runOnConnectionOpen: false })
  return components => {
    const service = open(components)
    components.events.addEventListener('connection:open', ({ detail }) => void identifyOne(service, detail))
    return service
  }
}

async function identifyOne(service: Identify, connection: Connection): Promise<void> {
  for (const waitMs of [...WAITS_MS, 0]) {
    try {
      await service.identify(connection)
      return
    } catch (error) {
      if ((error as Error).name === 'UnsupportedProtocolError') return
    }
    await elapsed(waitMs, connection)
    if (connection.status !== 'open') return
  }
}

/** Resolves after the delay, or when the connection ends. */
function elapsed(ms: number, connection: Connection): Promise<void> {
  return new Promise(resolve => {
    const end = () => {
      clearTimeout(timer)
      resolve()
    }
    const timer = setTimeout(end, ms)
    connection.addEventListener('close', end, { once: true })
  })
}
