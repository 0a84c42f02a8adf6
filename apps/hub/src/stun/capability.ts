import { contract } from '@shoal/api/contract'
import { capability } from '../kernel/capability.ts'
import { HubStun } from './hub-stun.ts'
import { STUN } from './service.ts'

/** Tells clients their public address (RFC 8489). */
export const stun = capability({
  contract: contract({ name: 'stun' }),
  provides: { stun: STUN },
  start(kernel) {
    const stun = new HubStun(kernel)
    return {
      provides: { stun },
      async listen() {
        await stun.listen()
        return {}
      },
      unlisten: () => stun.unlisten(),
      overview: () => ({ stunPort: stun.port }),
      drain: () => stun.close(),
      close: () => stun.close(),
    }
  },
})
