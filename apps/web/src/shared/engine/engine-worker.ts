/**
 * The worker that runs the engine for all tabs of the site. It belongs to the page that holds the
 * lock.
 */

import { Engine } from './engine.ts'
import { CHANNEL_NAME, type PageFrame, type StartMessage, type WorkerFrame } from './protocol.ts'
import { RpcServer, type Wire } from './rpc-server.ts'
import { borrowRtc } from './rtc-borrower.ts'

addEventListener('message', ({ data }: MessageEvent<StartMessage>) => start(data), { once: true })

function start({ config, frames, rtc }: StartMessage): void {
  const engine = Engine.open(config, borrowRtc(rtc))
  // Each command rejects with the error.
  engine.catch(() => {})
  const server = new RpcServer(crypto.randomUUID?.() ?? String(Math.random()), engine)
  server.serve(portWire(frames))
  // A session in memory belongs only to this tab.
  if (!config.memory) server.serve(channelWire(new BroadcastChannel(CHANNEL_NAME)))
}

function portWire(port: MessagePort): Wire {
  return {
    post: (frame, transfer) => port.postMessage(frame, transfer),
    listen(onFrame) {
      port.onmessage = ({ data }: MessageEvent<PageFrame>) => onFrame(data)
    },
  }
}

function channelWire(channel: BroadcastChannel): Wire {
  return {
    post: frame => channel.postMessage(frame),
    listen(onFrame) {
      channel.onmessage = ({ data }: MessageEvent<PageFrame | WorkerFrame>) => {
        // The channel also carries messages from workers.
        if ('from' in data) onFrame(data)
      }
    },
  }
}
