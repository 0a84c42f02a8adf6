/** A page with a bare RTCDataChannel, which measures WebRTC itself; the data is dropped. */

/** As much as our engine and others buffer per channel. */
const HIGH_BYTES = 1 << 20
const LOW_BYTES = 1 << 18

let connection: RTCPeerConnection
let channel: RTCDataChannel

export interface ChannelPage {
  /** Starts, and resolves with the description for the other side. */
  offer(): Promise<string>
  accept(offer: string): Promise<string>
  answered(answer: string): Promise<void>
  /** Call it once the channel is open. */
  send(totalBytes: number, messageBytes: number): Promise<void>
  /** Resolves when this many bytes have arrived, with the seconds since `offer` or `accept`. */
  receive(totalBytes: number): Promise<{ seconds: number; firstSeconds: number; startedMs: number }>
}

let started = 0
let received = 0
let first = 0
let onReceived = () => {}

function open(): void {
  started = performance.now()
  connection = new RTCPeerConnection()
}

function use(opened: RTCDataChannel): void {
  channel = opened
  channel.binaryType = 'arraybuffer'
  channel.bufferedAmountLowThreshold = LOW_BYTES
  channel.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
    first ||= performance.now()
    received += data.byteLength
    onReceived()
  }
}

async function gathered(): Promise<string> {
  while (connection.iceGatheringState !== 'complete')
    await new Promise(resolve => {
      connection.onicegatheringstatechange = resolve
    })
  return connection.localDescription!.sdp
}

const page: ChannelPage = {
  async offer() {
    open()
    use(connection.createDataChannel('bench'))
    await connection.setLocalDescription(await connection.createOffer())
    return gathered()
  },

  async accept(sdp) {
    open()
    connection.ondatachannel = ({ channel }) => use(channel)
    await connection.setRemoteDescription({ type: 'offer', sdp })
    await connection.setLocalDescription(await connection.createAnswer())
    return gathered()
  },

  async answered(sdp) {
    await connection.setRemoteDescription({ type: 'answer', sdp })
  },

  async send(totalBytes, messageBytes) {
    const message = crypto.getRandomValues(new Uint8Array(65_536))
    const bytes = new Uint8Array(messageBytes)
    for (let at = 0; at < messageBytes; at += message.length)
      bytes.set(message.subarray(0, Math.min(message.length, messageBytes - at)), at)
    if (channel.readyState !== 'open')
      await new Promise(resolve => {
        channel.onopen = resolve
      })
    for (let sent = 0; sent < totalBytes; sent += messageBytes) {
      if (channel.bufferedAmount > HIGH_BYTES)
        await new Promise(resolve => {
          channel.onbufferedamountlow = resolve
        })
      channel.send(bytes)
    }
  },

  async receive(totalBytes) {
    await new Promise<void>(resolve => {
      onReceived = () => {
        if (received >= totalBytes) resolve()
      }
      onReceived()
    })
    return {
      seconds: (performance.now() - started) / 1000,
      firstSeconds: (first - started) / 1000,
      startedMs: started,
    }
  },
}

Object.assign(window, { channel: page })
