import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { Carrier } from '@shoal/tracker'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Channels, MAX_CHANNEL_BYTES } from './channels.ts'
import { IpcCarrier, IpcSwitch } from './ipc-carrier.ts'
import { channelPort } from './testing/channel-port.ts'

let ipc: IpcSwitch
let number = 0
const ports: MessagePort[] = []
beforeEach(() => {
  ipc = new IpcSwitch()
})
afterEach(() => {
  for (const port of ports.splice(0)) port.close()
})

function open(): Channels {
  const { port1, port2 } = new MessageChannel()
  ports.push(port1, port2)
  ipc.add(++number, channelPort(port2))
  return new Channels(new IpcCarrier(number, channelPort(port1)))
}

/** Opens a channel that records received frames as text. */
function listen(channels: Channels, name: string) {
  const got: string[] = []
  const channel = channels.open(name, bytes => void got.push(Buffer.from(bytes).toString()))
  return { channel, got }
}

describe('channels', () => {
  it('bring messages to the same channel of all other processes, or of one', async () => {
    const all = [open(), open(), open()]
    const rooms = all.map(each => listen(each, 'rooms'))
    const others = all.map(each => listen(each, 'others'))
    for (const each of all) each.start()
    await vi.waitFor(() => expect(rooms.every(({ channel }) => channel.isJoined)).toBe(true))
    rooms[0]!.channel.publish(Buffer.from('to all'))
    rooms[0]!.channel.send(rooms[2]!.channel.number, Buffer.from('to one'))
    others[1]!.channel.publish(Buffer.from('end'))
    others[0]!.channel.publish(Buffer.from('end'))
    for (const { got } of others.slice(1)) await vi.waitFor(() => expect(got).toContain('end'))
    expect(rooms.map(({ got }) => got)).toEqual([[], ['to all'], ['to all', 'to one']])
    for (const each of all) await each.close()
  })

  it('carry what is as long as a channel allows, and nothing longer', async () => {
    const [a, b] = [open(), open()]
    const [from, to] = [listen(a, 'x'.repeat(20)), listen(b, 'x'.repeat(20))]
    for (const each of [a, b]) each.start()
    await vi.waitFor(() => expect(from.channel.isJoined).toBe(true))
    from.channel.publish(new Uint8Array(MAX_CHANNEL_BYTES))
    await vi.waitFor(() => expect(to.got[0]).toHaveLength(MAX_CHANNEL_BYTES))
    expect(() => from.channel.publish(new Uint8Array(MAX_CHANNEL_BYTES + 1))).toThrow(RangeError)
    for (const each of [a, b]) await each.close()
  })

  it('lose messages of a process that is alone or has left, and count those that nobody here wants', () => {
    const alone = new Channels(null)
    const { channel } = listen(alone, 'rooms')
    alone.start()
    channel.publish(Buffer.from('lost'))
    expect([channel.isJoined, alone.isAlone, alone.carrier('tracker')]).toEqual([false, true, null])

    const sent: Uint8Array[] = []
    let events!: Parameters<Carrier['start']>[0]
    const joined = new Channels({
      number: 7,
      start: given => {
        events = given
      },
      publish: frame => void sent.push(frame),
      send: () => {},
      close: async () => {},
    })
    const mine = listen(joined, 'rooms')
    joined.start()
    mine.channel.publish(Buffer.from('too early'))
    events.joined()
    mine.channel.publish(Buffer.from('sent'))
    events.left('gone')
    mine.channel.publish(Buffer.from('too late'))
    expect(sent.map(frame => Buffer.from(frame).toString())).toEqual(['\x05roomssent'])
    for (const hostile of ['', '\x05room', '\xffrooms', '\x06otherx', '\0'])
      events.frame(Buffer.from(hostile, 'latin1'))
    expect([joined.dropped, mine.got]).toEqual([5, []])
    events.frame(sent[0]!)
    expect(mine.got).toEqual(['sent'])
    expect(() => joined.open('rooms', () => {})).toThrow()
  })
})
