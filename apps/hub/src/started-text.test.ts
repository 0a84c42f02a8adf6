import { expect, test } from 'vitest'
import { startedText } from './started-text.ts'

const HTTP = 'http://127.0.0.1:6969/announce'
const UDP = 'udp://127.0.0.1:6969/announce'

test('shows the announce URLs and the URL of the statistics', () => {
  const hub = { urls: [HTTP, UDP], port: 6969, stunPort: 6969, isPrivate: false }
  expect(startedText(hub, { noStats: false }).split('\n')).toEqual([
    `Trackers:   ${HTTP}`,
    `            ${UDP}`,
    'STUN:       stun:127.0.0.1:6969',
    'Statistics: http://127.0.0.1:6969/',
    'Press Ctrl-C to stop',
    '',
  ])
})

test('shows passkeys in the URLs of a private hub, and no statistics if they are off', () => {
  const hub = { urls: [HTTP], port: 6969, stunPort: null, isPrivate: true }
  expect(startedText(hub, { noStats: true })).toBe(
    'Trackers:   http://127.0.0.1:6969/<passkey>/announce\nPress Ctrl-C to stop\n',
  )
})
