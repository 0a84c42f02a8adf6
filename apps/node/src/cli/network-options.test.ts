import { parseWords } from '@shoal/options'
import { describe, expect, test } from 'vitest'
import { NETWORK_OPTIONS, sessionOptions } from './network-options.ts'

const read = (...words: string[]) => sessionOptions(parseWords(words, NETWORK_OPTIONS, []).options)

describe('options of the network', () => {
  test('WebRTC is on by default, without servers', async () => {
    expect(await read()).toMatchObject({ webrtc: { iceServers: [] }, trackers: true })
    expect(await read('--no-utp')).toMatchObject({ utp: false, webrtc: { iceServers: [] } })
    expect(await read('--no-webrtc')).toMatchObject({ webrtc: false, trackers: true })
  })

  test('ICE servers are written as in the setting network.iceServers', async () => {
    const stun = 'stun:stun.example:3478'
    const turn = 'turn:anna:h%40unter2@turn.example:3478?transport=tcp'
    expect(await read('--ice-server', stun, `--ice-server=${turn}`)).toMatchObject({
      webrtc: {
        iceServers: [
          { urls: stun },
          { urls: 'turn:turn.example:3478?transport=tcp', username: 'anna', credential: 'h@unter2' },
        ],
      },
    })
  })

  test.each(['stun.example', 'turn:host:3478', 'turn:anna:hunter2', 'http://stun.example'])(
    'rejects an invalid server and does not repeat it: %s',
    async server => {
      const refused = read('--ice-server', server)
      await expect(refused).rejects.toThrow(
        /^--ice-server: write a server as stun:host:port or turn:user:secret@host:port$/,
      )
    },
  )

  test('rejects too many servers, and servers without WebRTC', async () => {
    const many = Array.from({ length: 21 }, (_, at) => `--ice-server=stun:s${at}.example`)
    await expect(read(...many)).rejects.toThrow('at most 20')
    expect(await read(...many.slice(1))).toMatchObject({ webrtc: { iceServers: { length: 20 } } })
    await expect(read('--no-webrtc', many[0]!)).rejects.toThrow('omit one of them')
  })
})
