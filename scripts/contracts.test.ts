/** What the contracts of node and hub say about their operations is plausible. */
import { describe, expect, test } from 'vitest'
import { BYTE_ROUTES, type NodeAccess, OPERATIONS, type Operation } from '../packages/api/src/index.ts'
import { HUB_OPERATIONS } from '../packages/hub-api/src/index.ts'

const NODE = OPERATIONS as Readonly<Record<string, Operation>>
const ALL: readonly (readonly [string, Pick<Operation, 'method' | 'effect'>])[] = [
  ...Object.entries({ ...NODE, ...BYTE_ROUTES }),
  ...Object.entries(HUB_OPERATIONS),
]

describe('effects', () => {
  test.each(ALL.filter(([, { method }]) => method === 'GET'))('%s changes nothing: it is a GET', (_, it) => {
    expect(['read', 'outside']).toContain(it.effect)
  })

  const loses = /^(?:remove|delete|forget|clear|dismiss|refuse|revoke|renew)(?=[A-Z])/
  test.each(ALL.filter(([name]) => loses.test(name)))('%s loses something', (_, { effect }) => {
    expect(effect).toBe('delete')
  })

  const harmless =
    /^(?:get|list|read|find|search|test|preview|probe|verify[A-Z]\w*Report|check[A-Z]\w*Invitation)(?=[A-Z]|$)/
  test.each(ALL.filter(([name]) => harmless.test(name)))('%s changes nothing', (_, { effect }) => {
    expect(['read', 'outside']).toContain(effect)
  })

  test.each(ALL.filter(([, { method }]) => ['PUT', 'PATCH', 'DELETE'].includes(method)))(
    '%s changes something',
    (_, { effect }) => expect(['write', 'delete', 'pay']).toContain(effect),
  )
})

describe('access', () => {
  const rules = Object.entries(NODE).map(
    ([name, { access = 'guest' }]) => [name, access as NodeAccess] as const,
  )

  test('those that only the owner may call are few, and named here so that none is lost', () => {
    const owned = rules.filter(([, access]) => access !== 'open' && access !== 'guest')
    expect(Object.fromEntries(owned)).toEqual({
      openUp: 'token',
      setPassword: { tokenOrPassword: 'present' },
      acceptDevices: { tokenWhileNull: 'listDevices.did' },
      forgetDevices: 'token',
      dismissDeviceAlarms: 'token',
    })
  })

  test('a rule names members that exist', () => {
    for (const [name, access] of rules) {
      if (typeof access === 'string') continue
      if ('tokenOrPassword' in access)
        expect(NODE[name]!.input.shape, name).toHaveProperty(access.tokenOrPassword)
      else {
        const [other, member] = access.tokenWhileNull.split('.') as [string, string]
        expect(NODE[other]!.input.safeParse({}).success, name).toBe(true)
        expect(Object.keys((NODE[other]!.output as Operation['input']).shape), name).toContain(member)
      }
    }
  })
})

test('an operation that changes what another answers takes parts of that', () => {
  for (const [name, { changes, input }] of Object.entries(NODE)) {
    if (changes === undefined) continue
    const { shape } = NODE[changes]!.output as Operation['input']
    expect(Object.keys(input.shape), name).toEqual(Object.keys(shape))
  }
})
