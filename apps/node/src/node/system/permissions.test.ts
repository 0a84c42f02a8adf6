import { HOST_PATHS, markedPlaces, type NodeOperations, OPERATIONS, type Operation } from '@shoal/api'
import { Failure } from '@shoal/daemon/failure'
import { expect, test, vi } from 'vitest'
import type { HttpCallOptions } from '../kernel/contract.ts'
import { guestOperations, type PathRules, remoteOperations } from './permissions.ts'

const TABLE = OPERATIONS as Readonly<Record<string, Operation>>
type Call = (input: object, options?: HttpCallOptions) => Promise<unknown>

const folders: PathRules = { allow: async path => path, refuseHidden: async () => {} }

/** All operations, recording their calls. `answers`: the results of some of them. */
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

/** Returns a value for a place, such as `filters.*.directory`. */
function sampleFor([name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value
  return name === '*' ? [sampleFor(rest, value)] : { [name]: sampleFor(rest, value) }
}

const places = Object.entries(TABLE).flatMap(([name, { input, paths = {} }]) => {
  const marked = markedPlaces(HOST_PATHS, input).map(({ field }) => field)
  const relative = Object.keys(paths).filter(field => 'below' in paths[field]!)
  return [...marked, ...relative].map(field => ({ name, field, rule: paths[field] }))
})

test('places for paths are found in all contracts', () => {
  const names = places.map(({ name, field }) => `${name}.${field}`)
  for (const each of ['follow.directory', 'addTorrent.source', 'renameFile.path'])
    expect(names).toContain(each)
  expect(names).toContain('changeSettings.privacy.countryDatabase')
})

test.each(places)(
  '$name: the path in $field is guarded, unless the contract says why not',
  async ({ name, field, rule }) => {
    const answers = {
      getTorrent: { directory: '/home/ann' },
      getSettings: { downloads: { directory: '/home/ann/.known' } },
    }
    const called: string[] = []
    const all = Object.keys(TABLE).map(each => [
      each,
      async () => {
        called.push(each)
        return answers[each as keyof typeof answers] ?? {}
      },
    ])
    const refuseHidden = vi.fn(async (path: string, at: string) => {
      if (path.includes('/.ssh/')) throw new Failure('forbidden-path', 'hidden', { field: at })
    })
    const guest = guestOperations(Object.fromEntries(all) as NodeOperations, {
      folders: { ...folders, refuseHidden },
    }) as unknown as Readonly<Record<string, Call>>
    const given = rule && 'below' in rule ? '.ssh/x' : '/home/ann/.ssh/x'
    const call = guest[name]!(sampleFor(field.split('.'), given) as object)
    if (rule && 'unguarded' in rule) {
      await call
      expect(rule.unguarded.length).toBeGreaterThan(20)
      return
    }
    await expect(call).rejects.toMatchObject({ code: 'forbidden-path', field: field.replaceAll('*', '0') })
    expect(called).not.toContain(name)
    expect(refuseHidden.mock.calls[0]![0]).toBe('/home/ann/.ssh/x')
  },
)

test('a file: link is a path, and other links are none', async () => {
  const refuseHidden = vi.fn(async () => {})
  const guest = guestOperations({ addTorrent: async () => ({}) } as unknown as NodeOperations, {
    folders: { ...folders, refuseHidden },
  }) as unknown as Readonly<Record<string, Call>>
  for (const source of [
    `magnet:?xt=urn:btih:${'a'.repeat(40)}`,
    'https://example.org/a.torrent',
    'a'.repeat(40),
  ])
    await guest.addTorrent!({ source })
  expect(refuseHidden).not.toHaveBeenCalled()
  await guest.addTorrent!({ source: 'file:///home/ann/a.torrent' })
  expect(refuseHidden).toHaveBeenCalledWith('/home/ann/a.torrent', 'source', expect.anything())
})
