/**
 * node-datachannel alone in its own process, driven by JSON lines: one channel that sends as fast
 * as possible.
 */
import { randomBytes } from 'node:crypto'
import nodeDataChannel from 'node-datachannel'
import { answerJsonLines } from '../../interop/support/json-lines.ts'

const { PeerConnection } = nodeDataChannel
const HIGH_BYTES = 1 << 20
const LOW_BYTES = 1 << 18

const connection = new PeerConnection('bench', { iceServers: [] })
const channel = connection.createDataChannel('bench')
const opened = new Promise<void>(resolve => channel.onOpen(resolve))

answerJsonLines({
  offer: () =>
    new Promise<string>(resolve => {
      const check = () => {
        if (connection.gatheringState() === 'complete') resolve(connection.localDescription()!.sdp)
      }
      connection.onGatheringStateChange(check)
      check()
    }),

  answered({ sdp }: { sdp: string }) {
    connection.setRemoteDescription(sdp, 'answer')
  },

  async send({ totalBytes, messageBytes }: { totalBytes: number; messageBytes: number }) {
    await opened
    const message = randomBytes(messageBytes)
    channel.setBufferedAmountLowThreshold(LOW_BYTES)
    await new Promise<void>((resolve, reject) => {
      let sent = 0
      const fill = () => {
        if (!channel.isOpen()) return reject(new Error('The channel closed'))
        while (sent < totalBytes && channel.bufferedAmount() < HIGH_BYTES) {
          channel.sendMessageBinary(message)
          sent += messageBytes
        }
        if (sent >= totalBytes) resolve()
      }
      channel.onBufferedAmountLow(fill)
      channel.onClosed(() => reject(new Error('The channel closed')))
      fill()
    })
  },
})
