import { describe, expect, it, onTestFinished } from 'vitest'
import { KeyDirectory } from './key-directory.ts'

function open() {
  const owners = new Map([
    ['key1', 'did:ann'],
    ['key2', 'did:ben'],
  ])
  const state = { nowMs: 0, isAway: false }
  const asked: string[][] = []
  const errors: unknown[] = []
  const keys = new KeyDirectory({
    store: {
      async find(passkeys) {
        asked.push([...passkeys])
        if (state.isAway) throw new Error('away')
        return new Map(passkeys.flatMap(key => (owners.has(key) ? [[key, owners.get(key)!]] : [])))
      },
    },
    count() {},
    nowMs: () => state.nowMs,
    onError: error => errors.push(error),
  })
  onTestFinished(() => keys.close())
  return { owners, state, asked, errors, keys }
}

describe('KeyDirectory', () => {
  it('looks up passkeys of one turn together, once, and remembers also those that nobody has', async () => {
    const { keys, asked, state } = open()
    expect(keys.find('key1')).toBeUndefined()
    await Promise.all(['key1', 'key2', 'wrong', 'key1'].map(key => keys.lookUp(key)))
    expect(asked).toEqual([['key1', 'key2', 'wrong']])
    expect(['key1', 'key2', 'wrong'].map(key => keys.find(key))).toEqual(['did:ann', 'did:ben', null])
    state.nowMs = 10_000
    expect(keys.find('wrong')).toBeUndefined()
  })

  it('looks them up again after ten seconds, and forgets those that were replaced or not used', async () => {
    const { keys, asked, state, owners } = open()
    await keys.lookUp('key1')
    state.nowMs = 9000
    await keys.lookUp('key2')
    await keys.refresh()
    expect(asked).toHaveLength(2)
    owners.delete('key1')
    state.nowMs = 10_000
    await keys.refresh()
    expect(asked.at(-1)).toEqual(['key1'])
    expect([keys.find('key1'), keys.find('key2')]).toEqual([null, 'did:ben'])
    state.nowMs += 2 * 3_600_000 + 1
    await keys.refresh()
    expect([asked.length, keys.size, keys.find('key2')]).toEqual([3, 0, undefined])
  })

  it('keeps what it knows while the database is away', async () => {
    const { keys, state, errors } = open()
    await keys.lookUp('key1')
    state.isAway = true
    state.nowMs = 60_000
    await keys.refresh()
    await keys.lookUp('key2')
    expect([keys.find('key1'), keys.find('key2')]).toEqual(['did:ann', undefined])
    expect(errors).toHaveLength(2)
    state.isAway = false
    await keys.lookUp('key2')
    expect(keys.find('key2')).toBe('did:ben')
  })

  it('forgets the passkey of an account at once', async () => {
    const { keys } = open()
    await Promise.all(['key1', 'key2'].map(key => keys.lookUp(key)))
    keys.forget('did:ann')
    expect([keys.find('key1'), keys.find('key2')]).toEqual([undefined, 'did:ben'])
  })

  it('limits what waits, and what it remembers of guesses', async () => {
    const { keys, asked } = open()
    const waits = Array.from({ length: 2500 }, (_, at) => keys.lookUp(`wrong${at}`))
    await Promise.all(waits)
    expect(asked.map(all => all.length)).toEqual([1000, 1000])
    expect(keys.find('wrong2400')).toBeUndefined()
    for (let from = 0; from < 12_000; from += 2000)
      await Promise.all(Array.from({ length: 2000 }, (_, at) => keys.lookUp(`more${from + at}`)))
    expect(['wrong0', 'more1999', 'more2000', 'more11999'].map(key => keys.find(key))).toEqual([
      undefined,
      undefined,
      null,
      null,
    ])
  })

  it('lets nobody wait when it closes', async () => {
    const { keys } = open()
    const waits = keys.lookUp('key1')
    keys.close()
    await waits
  })
})
