/** node-datachannel alone as a process driven over JSON lines: one channel that sends as fast as it is taken. */
import nodeDataChannel from 'node-datachannel'
import { answerJsonLines } from '../../interop/support/json-lines.ts'

const { PeerConnection, getLibraryVersion } = nodeDataChannel
const HIGH_BYTES = 1 << 20
const LOW_BYTES = 1 << 18

const connection = new PeerConnection('bench', { iceServers: [] })
const channel = connection.createDataChannel('bench')
const opened = new Promise<void>(resolve => channel.onOpen(resolve))

answerJsonLines({
  version: () => `node-datachannel 0.33 (libdatachannel ${getLibraryVersion()})`,

  offer: () =>
    new Promise<string>(resolve => {
      const look = () => {
        if (connection.gatheringState() === 'complete') resolve(connection.localDescription()!.sdp)
      }
      connection.onGatheringStateChange(look)
      look()
    }),

  answered({ sdp }: { sdp: string }) {
    connection.setRemoteDescription(sdp, 'answer')
  },

  async send({ totalBytes, messageBytes }: { totalBytes: number; messageBytes: number }) {
    await opened
    const message = crypto.getRandomValues(new Uint8Array(messageBytes))
    channel.setBufferedAmountLowThreshold(LOW_BYTES)
    await new Promise<void>(resolve => {
      let sent = 0
      const fill = () => {
        while (sent < totalBytes && channel.bufferedAmount() < HIGH_BYTES) {
          channel.sendMessageBinary(message)
          sent += messageBytes
        }
        if (sent >= totalBytes) resolve()
      }
      channel.onBufferedAmountLow(fill)
      fill()
    })
  },
})
