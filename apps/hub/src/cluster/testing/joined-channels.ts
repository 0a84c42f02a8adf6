import { MessageChannel } from 'node:worker_threads'
import { Channels } from '../channels.ts'
import { IpcCarrier, IpcSwitch } from '../ipc-carrier.ts'
import { channelPort } from './channel-port.ts'

export interface JoinedChannels extends Disposable {
  readonly all: readonly Channels[]
  /** Joins the channels. Call it once all are open. */
  start(): void
}

/** Returns connected channels of several simulated processes. */
export function joinedChannels(processes: number): JoinedChannels {
  const ipc = new IpcSwitch()
  const ports: { close(): void }[] = []
  const all = Array.from({ length: processes }, (_, at) => {
    const { port1, port2 } = new MessageChannel()
    ports.push(port1, port2)
    ipc.add(at + 1, channelPort(port2))
    return new Channels(new IpcCarrier(at + 1, channelPort(port1)))
  })
  return {
    all,
    start() {
      for (const each of all) each.start()
    },
    [Symbol.dispose]() {
      for (const port of ports) port.close()
    },
  }
}
