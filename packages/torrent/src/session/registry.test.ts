import { describe, expect, test } from 'vitest'
import { VirtualClock } from '../base/virtual-clock.ts'
import type { InfoHashes } from '../metainfo/metainfo.ts'
import { obfuscatedInfoHash } from '../wire/encryption/encryption.ts'
import { Registry } from './registry.ts'
import type { Torrent } from './torrent/torrent.ts'

const v1 = new Uint8Array(20).fill(1)
const v2 = new Uint8Array(32).fill(2)

/** The part of a torrent that a registry uses. */
function torrent(infoHashes: InfoHashes, hasMetadata = true): Torrent & { yielded: boolean } {
  const metainfo = hasMetadata ? {} : null
  const stub = { infoHashes, metainfo, yielded: false, phases: { yieldTo: () => (stub.yielded = true) } }
  return stub as unknown as Torrent & { yielded: boolean }
}

test('a hybrid torrent is found by each of its hashes, plain and obfuscated', () => {
  const registry = new Registry(new VirtualClock())
  const hybrid = torrent({ v1, v2 })
  expect(registry.add(hybrid)).toBe(true)
  for (const hash of [v1, v2.subarray(0, 20)]) {
    expect(registry.find(hash)).toBe(hybrid)
    expect(registry.findObfuscated(obfuscatedInfoHash(hash))).toEqual(hash)
  }
  expect(registry.findAny({ v2 })).toBe(hybrid)
  registry.remove(hybrid)
  expect(registry.torrents).toEqual([])
  for (const hash of [v1, v2.subarray(0, 20)]) {
    expect(registry.find(hash)).toBeUndefined()
    expect(registry.findObfuscated(obfuscatedInfoHash(hash))).toBeNull()
  }
})

test('a torrent that is added after the first obfuscated handshake is found by its obfuscated hash too', () => {
  const registry = new Registry(new VirtualClock())
  expect(registry.findObfuscated(obfuscatedInfoHash(v1))).toBeNull()
  registry.add(torrent({ v1 }))
  expect(registry.findObfuscated(obfuscatedInfoHash(v1))).toEqual(v1)
})

describe('a hash of another torrent', () => {
  test('is refused if that torrent knows its metadata', () => {
    const registry = new Registry(new VirtualClock())
    const first = torrent({ v1 })
    registry.add(first)
    expect(registry.add(torrent({ v1, v2 }))).toBe(false)
    expect(registry.find(v1)).toBe(first)
    expect(registry.find(v2.subarray(0, 20))).toBeUndefined()
    expect(registry.torrents).toEqual([first])
    expect(first.yielded).toBe(false)
  })

  test('is taken over if that torrent does not know its metadata', () => {
    const registry = new Registry(new VirtualClock())
    const waiting = torrent({ v2 }, false)
    const learned = torrent({ v1, v2 })
    registry.add(waiting)
    expect(registry.add(learned)).toBe(true)
    expect(waiting.yielded).toBe(true)
    expect(registry.find(v2.subarray(0, 20))).toBe(learned)
    // Removing the torrent that yielded does not affect the other.
    registry.remove(waiting)
    expect(registry.find(v2.subarray(0, 20))).toBe(learned)
  })
})
