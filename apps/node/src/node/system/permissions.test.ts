import { type NodeOperations, OPERATIONS, type Operation } from '@shoal/api'
import { expect, test, vi } from 'vitest'
import type { HttpCallOptions } from '../kernel/contract.ts'
import { guestOperations, type PathRules, remoteOperations } from './permissions.ts'

const TABLE = OPERATIONS as Readonly<Record<string, Operation>>
type Call = (input: object, options?: HttpCallOptions) => Promise<unknown>

const folders: PathRules = { allow: async path => path, refuseHidden: async () => {} }

/** All operations, which note that they were called. `answers`: what some of them answer. */
function stubs(answers: Readonly<Record<string, object>> = {}) {
  const called: string[] = []
  const all = Object.keys(TABLE).map(name => [
    name,
    async () => {
      called.push(name)
      return answers[name] ?? {}
    },
  ])
  const operations = Object.fromEntries(all) as NodeOperations
  return {
    called,
    guest: guestOperations(operations, { folders }) as unknown as Readonly<Record<string, Call>>,
    remote: remoteOperations(operations) as unknown as Readonly<Record<string, Call>>,
  }
}

const tokenNeeded = { code: 'forbidden', field: 'authorization' }
const owned = Object.entries(TABLE).filter(([, { access }]) => access === 'token')

test.each(owned)('%s requires the token', async name => {
  const { guest, remote, called } = stubs()
  await expect(guest[name]!({})).rejects.toMatchObject(tokenNeeded)
  expect(called).toEqual([])
  await remote[name]!({})
  expect(called).toEqual([name])
})

test('the first device lists require the token, later ones do not', async () => {
  const lists = { lists: ['a'], devices: [] }
  const first = stubs({ listDevices: { did: null } })
  await expect(first.guest.acceptDevices!(lists)).rejects.toMatchObject(tokenNeeded)
  expect(first.called).toEqual(['listDevices'])
  await first.remote.acceptDevices!(lists)
  const later = stubs({ listDevices: { did: 'did:key:z6Mk' } })
  await later.guest.acceptDevices!(lists)
  expect(later.called).toEqual(['listDevices', 'acceptDevices'])
})

test('a new password requires the token or the present password, and a caller who can prove neither is refused', async () => {
  const { guest, remote, called } = stubs()
  const provePassword = vi.fn(async (present?: string) => {
    if (present !== 'right') throw Object.assign(new Error('wrong'), { code: 'wrong-password' })
  })
  await expect(guest.setPassword!({ password: 'x', present: 'right' })).rejects.toMatchObject(tokenNeeded)
  await expect(guest.setPassword!({ password: 'x' }, { provePassword })).rejects.toMatchObject({
    code: 'wrong-password',
  })
  expect(called).toEqual([])
  await guest.setPassword!({ password: 'x', present: 'right' }, { provePassword })
  await remote.setPassword!({ password: 'x' })
  expect([called, provePassword.mock.calls]).toEqual([
    ['setPassword', 'setPassword'],
    [[undefined], ['right']],
  ])
})

test('the program that runs here is neither for guests nor for the owner elsewhere, unless it is the present one', async () => {
  const getSettings = { automation: { onComplete: ['/bin/echo', 'a'] } }
  for (const which of ['guest', 'remote'] as const) {
    const { called, [which]: operations } = stubs({ getSettings })
    const change = (onComplete: readonly string[]) =>
      operations.changeSettings!({ automation: { onComplete } })
    for (const program of [['/bin/echo', 'b'], ['/bin/echo'], []])
      await expect(change(program)).rejects.toMatchObject({
        code: 'forbidden',
        field: 'automation.onComplete',
        message: expect.stringContaining('settings set automation.onComplete=…'),
      })
    expect(called).not.toContain('changeSettings')
    await change(['/bin/echo', 'a'])
    await operations.changeSettings!({ automation: { watch: [] } })
    expect(called.filter(name => name === 'changeSettings')).toHaveLength(2)
  }
})
