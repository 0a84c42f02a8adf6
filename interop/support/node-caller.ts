/** Calls a node from a separate network. */
import { createSocket } from 'node:dgram'
import { connectNode, type NodeApi } from '@shoal/api'
import { answerJsonLines } from './json-lines.ts'

interface Call {
  readonly url: string
  readonly token: string
  readonly operation: keyof NodeApi
  readonly input: object
  /** Port of loopback that receives a datagram as soon as the response has arrived. */
  readonly mark?: number
}

const socket = createSocket('udp4').unref()

answerJsonLines({
  async call({ url, token, operation, input, mark }: Call) {
    const api = connectNode({ url, token }) as unknown as Record<string, (input: object) => Promise<object>>
    const answer = await api[operation]!(input)
    if (mark !== undefined)
      await new Promise<void>(resolve => socket.send('x', mark, '127.0.0.1', () => resolve()))
    return answer
  },
})
