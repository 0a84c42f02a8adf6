import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { forgetShare, ownShare, ownShares, rememberShare } from './own-shares.ts'

const stored = new Map<string, string>()
beforeEach(() => {
  stored.clear()
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => stored.get(key) ?? null,
    setItem: (key: string, value: string) => stored.set(key, value),
  })
})
afterEach(() => vi.unstubAllGlobals())

const share = (at: number) => ({ id: `id ${at}`, name: `name ${at}`, sharedMs: at })

test('each is remembered once, the latest first, until it is forgotten', () => {
  for (const at of [1, 2, 1]) rememberShare(share(at))
  expect(ownShares()).toEqual([share(1), share(2)])
  forgetShare('id 1')
  expect(ownShares()).toEqual([share(2)])
  expect(ownShare('id 1')).toBeUndefined()
})

test('of many the latest hundred are', () => {
  for (let at = 0; at < 105; at++) rememberShare(share(at))
  expect(ownShares()).toHaveLength(100)
  expect(ownShare('id 104')).toEqual(share(104))
  expect(ownShare('id 4')).toBeUndefined()
})

test.each(['no JSON', '{}', '[null, 5, {"id": 7}]'])('what is not a list of shares, "%s", is none', text => {
  rememberShare(share(1))
  for (const key of stored.keys()) stored.set(key, text)
  expect(ownShares()).toEqual([])
})

test('where the browser stores nothing, nothing is remembered', () => {
  vi.stubGlobal('localStorage', undefined)
  rememberShare(share(1))
  expect(ownShares()).toEqual([])
})
