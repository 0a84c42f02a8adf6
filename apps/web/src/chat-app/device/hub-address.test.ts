import { expect, test } from 'vitest'
import { takeAsked, toHubOrigin, toInvitation } from './hub-address.ts'

test.each([
  ['hub.example.org', 'https://hub.example.org'],
  [' https://hub.example.org/join ', 'https://hub.example.org'],
  ['hub.example.org:8443', 'https://hub.example.org:8443'],
  ['127.0.0.1:6969', 'http://127.0.0.1:6969'],
  ['localhost:6969/', 'http://localhost:6969'],
  ['http://192.168.1.5:6969', 'http://192.168.1.5:6969'],
])('%s is the hub %s', (text, origin) => {
  expect(toHubOrigin(text)).toBe(origin)
})

test.each(['', 'javascript:alert(1)', 'ftp://hub.example', 'https://user@hub.example', 'a b'])(
  '"%s" names no hub',
  text => {
    expect(toHubOrigin(text)).toBeNull()
  },
)

test('a link to the app names a hub and an invitation', () => {
  expect(takeAsked('#hub=https%3A%2F%2Fhub.example&invitation=abc')).toEqual({
    hub: 'https://hub.example',
    invitation: 'abc',
  })
  expect(takeAsked('')).toEqual({ hub: null, invitation: '' })
})

test('an invitation is pasted as a link or as its secret', () => {
  expect(toInvitation('https://hub.example/join#invitation=a-B_1')).toBe('a-B_1')
  expect(toInvitation(' a-B_1 ')).toBe('a-B_1')
})
