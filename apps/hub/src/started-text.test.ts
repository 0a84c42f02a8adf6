import { expect, test } from 'vitest'
import { startedText } from './started-text.ts'

const HTTP = 'http://127.0.0.1:6969/announce'
const UDP = 'udp://127.0.0.1:6969/announce'

test('it says where peers announce, and where its numbers are', () => {
  const hub = { urls: [HTTP, UDP], port: 6969, isPrivate: false }
  expect(startedText(hub, { noStats: false }).split('\n')).toEqual([
    `Trackers:   ${HTTP}`,
    `            ${UDP}`,
    'Statistics: http://127.0.0.1:6969/',
    'Ctrl-C stops',
    '',
  ])
})

test('a private hub is reached with a passkey, and numbers that nobody may see are nowhere', () => {
  const hub = { urls: [HTTP], port: 6969, isPrivate: true }
  expect(startedText(hub, { noStats: true })).toBe(
    'Trackers:   http://127.0.0.1:6969/<passkey>/announce\nCtrl-C stops\n',
  )
})
