import { expect, test } from 'vitest'
import { assemble, inOrder } from './assemble.ts'
import { type AnyCapability, capabilityOf, type RunningParts, type Service, service } from './capability.ts'

type Any = AnyCapability<null, RunningParts>
const capability = capabilityOf<null, RunningParts>()
const NO_OPERATIONS = { operations: [] }

const A = service<string>('a')
const B = service<string>('b')

/** A capability that records its calls. */
function noting(
  name: string,
  told: string[],
  { needs = {}, wants = {}, provides = {}, fails = false }: Parameters<typeof wired>[0] = {},
): Any {
  return capability({
    contract: { name },
    ...{ needs, wants, provides },
    async start(_, services) {
      if (fails) throw new Error(`${name} fails`)
      told.push(`start ${name} ${JSON.stringify(services)}`)
      return {
        provides: Object.fromEntries(Object.keys(provides).map(key => [key, `from ${name}`])),
        begin: () => void told.push(`begin ${name}`),
        close: () => void told.push(`close ${name}`),
      }
    },
  }) as Any
}
declare function wired(_: {
  needs?: Record<string, Service<string>>
  wants?: Record<string, Service<string>>
  provides?: Record<string, Service<string>>
  fails?: boolean
}): void

test('each starts after its needs and wants, begins when all have started, and closes before them', async () => {
  const told: string[] = []
  const node = await assemble(
    [
      noting('three', told, { needs: { a: A }, wants: { b: B } }),
      noting('two', told, { needs: { a: A }, provides: { b: B } }),
      noting('one', told, { provides: { a: A } }),
    ],
    null,
    NO_OPERATIONS,
  )
  expect(node.names).toEqual(['one', 'two', 'three'])
  expect(node.service(A)).toBe('from one')
  await node.close()
  expect(told).toEqual([
    'start one {}',
    'start two {"a":"from one"}',
    'start three {"a":"from one","b":"from two"}',
    'begin one',
    'begin two',
    'begin three',
    'close three',
    'close two',
    'close one',
  ])
})

test('an absent optional service is null', async () => {
  const told: string[] = []
  await assemble([noting('one', told, { wants: { a: A } })], null, NO_OPERATIONS)
  expect(told[0]).toBe('start one {"a":null}')
})

test('missing needs, cycles and second providers are rejected', () => {
  expect(() => inOrder([noting('one', [], { needs: { a: A } })])).toThrow('one needs the service a')
  const circle = [
    noting('one', [], { needs: { a: A }, provides: { b: B } }),
    noting('two', [], { wants: { b: B }, provides: { a: A } }),
  ]
  expect(() => inOrder(circle)).toThrow('need each other: one → two → one')
  const twice = [noting('one', [], { provides: { a: A } }), noting('two', [], { provides: { a: A } })]
  expect(() => inOrder(twice)).toThrow('two capabilities provide the service a')
})

test('if one fails to start, those that have started are closed', async () => {
  const told: string[] = []
  const list = [noting('one', told), noting('two', told, { fails: true })]
  await expect(assemble(list, null, NO_OPERATIONS)).rejects.toThrow('two fails')
  expect(told).toEqual(['start one {}', 'close one'])
})

test('operations of absent capabilities are rejected', async () => {
  const { operations } = await assemble([], null, { operations: ['listRooms'] })
  await expect(operations.listRooms!({})).rejects.toMatchObject({ code: 'unsupported' })
})

test('the program is called for each that has begun, and before each is closed', async () => {
  const told: string[] = []
  const all = await assemble([noting('one', told), noting('two', told)], null, {
    ...NO_OPERATIONS,
    begun: async () => void told.push('begun'),
    ending: async () => void told.push('ending'),
  })
  await all.close()
  expect(told.slice(2)).toEqual([
    'begin one',
    'begun',
    'begin two',
    'begun',
    'ending',
    'close two',
    'ending',
    'close one',
  ])
})
