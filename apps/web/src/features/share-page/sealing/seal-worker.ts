/**
 * The worker that seals and derives keys from passphrases, so that neither the page nor the engine
 * is blocked.
 */
import type { OrderFrame } from './messages.ts'

// The orders need texts, which take time to load, and a message that arrives before there is a
// listener is lost.
const orders = import('./seal-orders.ts')

addEventListener(
  'message',
  ({ data }: MessageEvent<OrderFrame>) => void orders.then(({ takeOrder }) => takeOrder(data)),
)
