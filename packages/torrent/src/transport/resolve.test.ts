import { expect, it } from 'vitest'
import { resolveHost } from './resolve.node.ts'

it('returns IP literals as they are', async () => {
  expect(await resolveHost('127.0.0.1')).toEqual([{ host: '127.0.0.1', family: 4 }])
  expect(await resolveHost('[FD00::1]')).toEqual([{ host: 'fd00::1', family: 6 }])
})

it('resolves names by the system', async () => {
  const found = await resolveHost('localhost')
  expect(found.length).toBeGreaterThan(0)
  for (const { host } of found) expect(['127.0.0.1', '::1']).toContain(host)
})

it('names a host that does not exist, each time', async () => {
  // RFC 2606: never a name that exists.
  for (let i = 0; i < 2; i++) {
    await expect(resolveHost('nobody.invalid')).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('nobody.invalid'),
    })
  }
})

it('stops waiting when the signal aborts', async () => {
  const stop = new AbortController()
  const many = Array.from({ length: 4 }, (_, i) => resolveHost(`host${i}.invalid`, { signal: stop.signal }))
  stop.abort(new Error('enough'))
  for (const outcome of await Promise.allSettled(many)) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'enough' } })
  }
  await expect(resolveHost('localhost', { signal: stop.signal })).rejects.toThrow('enough')
})
