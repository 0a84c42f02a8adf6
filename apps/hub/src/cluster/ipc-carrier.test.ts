import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { expect, test, vi } from 'vitest'
import { testCarrier } from './compliance.ts'
import { IpcCarrier, IpcSwitch, type Port } from './ipc-carrier.ts'
import { channelPort } from './testing/channel-port.ts'

testCarrier(async () => {
  const ipc = new IpcSwitch()
  const ports: MessagePort[] = []
  let number = 0
  return {
    async open() {
      const { port1, port2 } = new MessageChannel()
      ports.push(port1, port2)
      const carrier = new IpcCarrier(++number, channelPort(port1))
      ipc.add(number, channelPort(port2))
      return carrier
    },
    async [Symbol.asyncDispose]() {
      for (const port of ports) port.close()
    },
  }
})

test('a process that does not read misses frames, and learns so when it reads again', async () => {
  const ipc = new IpcSwitch()
  const waiting: (() => void)[] = []
  const posted: object[] = []
  let tell = (_message: unknown) => {}
  const slow: Port = {
    post: (message, done) => {
      posted.push(message)
      waiting.push(done)
    },
    onMessage() {},
  }
  ipc.add(1, {
    post: (_message, done) => done(),
    onMessage(listener) {
      tell = listener
    },
  })
  ipc.add(2, slow)
  const frame = new Uint8Array(1 << 20)
  for (let at = 0; at < 20; at++) tell({ to: 0, frame })
  expect(posted).toHaveLength(8)
  for (const done of waiting.splice(0)) done()
  expect(posted.slice(8)).toEqual([{ missed: true }])
  tell({ to: 2, frame })
  expect(posted).toHaveLength(10)
})

test('a carrier that missed frames leaves and joins again', async () => {
  let tell = (_message: unknown) => {}
  const carrier = new IpcCarrier(1, {
    post: (_message, done) => done(),
    onMessage: listener => {
      tell = listener
    },
  })
  const states: string[] = []
  carrier.start({
    joined: () => void states.push('joined'),
    left: () => void states.push('left'),
    frame: () => void states.push('frame'),
  })
  await vi.waitFor(() => expect(states).toEqual(['joined']))
  for (const message of [null, 'text', { to: '1', frame: 'text' }, { missed: 1 }]) tell(message)
  tell({ missed: true })
  expect(states).toEqual(['joined', 'left', 'joined'])
})
