import { expect, test } from 'vitest'
import { parseConfig } from './config.ts'

const PAGE = 'https://files.example/share/'

test('without a file the host of the page is the tracker', () => {
  expect(parseConfig({}, PAGE)).toEqual({
    trackers: ['wss://files.example/announce'],
    iceServers: [],
    nodes: [],
  })
  expect(parseConfig(null, 'http://127.0.0.1:8420/share/').trackers).toEqual(['ws://127.0.0.1:8420/announce'])
})

test('trackers are addresses, or paths of the host', () => {
  const trackers = ['wss://t.example/x', 'announce', 'https://u.example/', 'udp://v.example:1', 5]
  expect(parseConfig({ trackers }, PAGE).trackers).toEqual([
    'wss://t.example/x',
    'wss://files.example/share/announce',
    'wss://u.example/',
  ])
})

test('what makes no sense is left out', () => {
  const iceServers = [null, {}, { urls: 'stun:s.example' }]
  expect(parseConfig({ trackers: 'no', iceServers, nodes: null }, PAGE)).toEqual({
    trackers: [],
    iceServers: [{ urls: 'stun:s.example' }],
    nodes: [],
  })
})
