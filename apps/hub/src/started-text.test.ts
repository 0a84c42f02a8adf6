import { expect, test } from 'vitest'
import { startedText } from './started-text.ts'

const HTTP = 'http://127.0.0.1:6969/announce'
const UDP = 'udp://127.0.0.1:6969/announce'

test('shows the web page, the announce URLs and the URL of the statistics', () => {
  const pages = { page: 'http://127.0.0.1:6969/', statistics: 'http://127.0.0.1:6969/stats' }
  const hub = {
    origin: 'http://127.0.0.1:6969',
    urls: [HTTP, UDP],
    stunPort: 6969,
    isPrivate: false,
    ...pages,
  }
  expect(startedText(hub).split('\n')).toEqual([
    'Page:       http://127.0.0.1:6969/',
    `Trackers:   ${HTTP}`,
    `            ${UDP}`,
    'STUN:       stun:127.0.0.1:6969',
    'Statistics: http://127.0.0.1:6969/stats',
    'Press Ctrl-C to stop',
    '',
  ])
})

test('shows passkeys in the URLs of a private tracker, and neither page nor statistics that do not exist', () => {
  const hub = {
    origin: 'http://127.0.0.1:6969',
    urls: [HTTP],
    stunPort: null,
    isPrivate: true,
    page: null,
    statistics: null,
  }
  expect(startedText(hub)).toBe(
    'Trackers:   http://127.0.0.1:6969/<passkey>/announce\nPress Ctrl-C to stop\n',
  )
})
