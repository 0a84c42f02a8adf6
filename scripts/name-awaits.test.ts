import { expect, test } from 'vitest'
import { withNames } from './name-awaits.ts'

const named = (code: string) => withNames(code, 'interop/a.test.ts').toString()
const CALL = '(globalThis.shoalAwaiting ?? (x => x))'

test('every await names its file, its line and what it awaits', () => {
  expect(named('const one = await first()\nawait using two = second(await third)')).toBe(
    `const one = await ${CALL}(first(), "interop/a.test.ts:1 first()")\n` +
      `await using two = second(await ${CALL}(third, "interop/a.test.ts:2 third"))`,
  )
})

test('awaits within others keep their order', () => {
  expect(named('await (await one()).two')).toBe(
    `await ${CALL}((await ${CALL}(one(), "interop/a.test.ts:1 one()")).two, "interop/a.test.ts:1 (await one()).two")`,
  )
})

test('long code is cut, on one line', () => {
  expect(named(`await one(\n  ${'a'.repeat(100)},\n)`)).toContain(
    `"interop/a.test.ts:1 one( ${'a'.repeat(55)}…"`,
  )
})

test('lines and columns are mapped', () => {
  const map = withNames('const a = 1\nawait b(c)', 'a.test.ts').generateMap({ hires: true })
  expect(map.mappings).toContain(';')
})

test('a function without the call awaits as it is written', async () => {
  const run = new Function(
    `return (async () => { ${named('return await Promise.resolve(4)').replace('globalThis.shoalAwaiting', 'undefined')} })()`,
  )
  expect(await run()).toBe(4)
})
