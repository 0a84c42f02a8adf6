import type { ChildProcess } from 'node:child_process'
import type { Port } from './ipc-carrier.ts'

/**
 * The channel between a hub and a worker: the worker as seen by the hub, or the worker's own
 * `process`.
 */
export function portOf(other: ChildProcess | NodeJS.Process): Port {
  return {
    post(message, done) {
      if (other.connected) other.send!(message, undefined, undefined, () => done())
      else done()
    },
    onMessage: listener => void other.on('message', listener),
  }
}
