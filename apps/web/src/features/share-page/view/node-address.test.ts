import { expect, test } from 'vitest'
import { addUrl, likelyNode } from './node-address.ts'

const MAGNET = 'magnet:?xt=urn:btih:abc&dn=x y'

test.each([
  ['http://127.0.0.1:8420', 'http://127.0.0.1:8420/#add='],
  ['192.168.1.5:8420', 'http://192.168.1.5:8420/#add='],
  [' https://node.example/console?x ', 'https://node.example/#add='],
])('%s opens its console, the link after #', (node, start) => {
  expect(addUrl(node, MAGNET)).toBe(`${start}${encodeURIComponent(MAGNET)}`)
})

test.each([
  ['http://127.0.0.1:9000', 'http://127.0.0.1:9000'],
  ['http://localhost:8420', 'http://localhost:8420'],
  ['http://[::1]:8420', 'http://[::1]:8420'],
  ['https://share.example', null],
  ['http://192.168.1.5:8420', null],
])('the page of %s suggests the node %s', (page, expected) => {
  expect(likelyNode(new URL(page))).toBe(expected)
})

test.each(['', 'ftp://x', 'javascript:alert(1)', 'http://', 'a b'])('"%s" is not an address', node => {
  expect(addUrl(node, MAGNET)).toBeNull()
})
