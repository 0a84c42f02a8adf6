import type { MessagePort } from 'node:worker_threads'
import type { Port } from '../ipc-carrier.ts'

/** A channel within one process that replaces one between two. */
export function channelPort(port: MessagePort): Port {
  return {
    post(message, done) {
      port.postMessage(message)
      setImmediate(done)
    },
    onMessage: listener => void port.on('message', listener),
  }
}
