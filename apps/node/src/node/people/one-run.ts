import { systemRandom } from '@shoal/torrent/base'
import { capability } from '../kernel/capability.ts'
import { MISCONDUCT, NETWORK_SEED } from './service.ts'

/**
 * A network key for a single run, so that others cannot link two runs on one machine. Peers are
 * neither remembered nor scored.
 */
export const ONE_RUN = capability({
  contract: { name: 'one-run' },
  provides: { seed: NETWORK_SEED, misconduct: MISCONDUCT },
  start() {
    let seed = systemRandom.bytes(32)
    return {
      provides: {
        seed: {
          get seed() {
            return seed
          },
          async renew() {
            seed = systemRandom.bytes(32)
            return seed
          },
        },
        misconduct() {},
      },
      close() {},
    }
  },
})
