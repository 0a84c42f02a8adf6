/** The Atom feed of a hub, read by the feeds of a node. */

import { hubWithMembers, magnet } from '@shoal/hub/testing/hub-with-members.ts'
import { formatShareLink } from '@shoal/links'
import { expect, test } from 'vitest'
import { parseFeed } from './parse-feed.ts'

test('a node takes the magnet link of a listing, or the link of a sealed share', async () => {
  await using hub = await hubWithMembers({ name: 'Our <hub>' })
  const ann = await hub.member('Ann')
  const sealed = formatShareLink('https://share.example/', {
    magnet: { infoHashes: { v1: new Uint8Array(20).fill(5) } },
    seal: { by: 'key', key: new Uint8Array(32) },
  })
  for (const [title, link] of [
    ['Open & <free>', magnet(1)],
    ['Sealed', sealed],
  ] as const)
    await ann.api.publishListing({ title, link, category: 'data' })
  const { key } = await ann.api.renewFeedKey({})
  const response = await fetch(`${hub.url}/atom?key=${key}`)
  const { title, items } = parseFeed(await response.text(), new URL(hub.url), false)
  expect(title).toBe('Our <hub>')
  expect(items.map(({ title, source }) => [title, source])).toEqual([
    ['Sealed', sealed],
    ['Open & <free>', magnet(1)],
  ])
  expect(items.every(({ publishedMs }) => publishedMs !== null && publishedMs > 0)).toBe(true)
})
