/** The expectations of Vitest that suites use which run in a page. One that is missing here throws, so that no test passes for want of it. */

class Any {
  readonly kind: unknown
  constructor(kind: unknown) {
    this.kind = kind
  }

  fits(value: unknown): boolean {
    if (this.kind === String) return typeof value === 'string'
    if (this.kind === Number) return typeof value === 'number'
    return value instanceof (this.kind as new () => unknown)
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null
const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || ArrayBuffer.isView(value)

/** Whether `value` is as expected. `partly`: it may have more properties. */
function fits(value: unknown, expected: unknown, partly: boolean): boolean {
  if (expected instanceof Any) return expected.fits(value)
  if (Object.is(value, expected)) return true
  if (!isObject(value) || !isObject(expected)) return false
  if (isList(expected)) return isList(value) && fitsList(value, expected, partly)
  if (expected instanceof Map)
    return value instanceof Map && fitsList([...value].flat(), [...expected].flat(), partly)
  const keys = Object.keys(expected).filter(key => partly || expected[key] !== undefined)
  const more = Object.keys(value).filter(key => value[key] !== undefined)
  if (!partly && more.length !== keys.length) return false
  return keys.every(key => fits(value[key], expected[key], partly))
}

function fitsList(value: ArrayLike<unknown>, expected: ArrayLike<unknown>, partly: boolean): boolean {
  if (value.length !== expected.length) return false
  for (let i = 0; i < expected.length; i++) if (!fits(value[i], expected[i], partly)) return false
  return true
}

function show(value: unknown): string {
  if (value instanceof Error)
    return `${value.name} ${(value as { code?: string }).code ?? ''}: ${value.message}`
  if (ArrayBuffer.isView(value)) return `bytes ${[...(value as Uint8Array).subarray(0, 40)]}`
  return JSON.stringify(value)?.slice(0, 500) ?? String(value)
}

function throws(value: unknown, expected?: unknown): boolean {
  if (expected === undefined) return true
  if (typeof expected === 'string') return value instanceof Error && value.message.includes(expected)
  return value instanceof (expected as new () => Error)
}

const checks = {
  toBe: Object.is,
  toEqual: (value: unknown, expected: unknown) => fits(value, expected, false),
  toMatchObject: (value: unknown, expected: unknown) => fits(value, expected, true),
  toHaveLength: (value: unknown, length: unknown) => (value as unknown[]).length === length,
  toBeNull: (value: unknown) => value === null,
  toBeGreaterThan: (value: unknown, than: unknown) => (value as number) > (than as number),
  toBeGreaterThanOrEqual: (value: unknown, than: unknown) => (value as number) >= (than as number),
} as const

type Checks = { readonly [Name in keyof typeof checks | 'toThrow']: (expected?: unknown) => unknown }

function expectations(settle: (check: (value: unknown) => void) => unknown): Checks {
  const all = { ...checks, toThrow: throws }
  const entries = Object.entries(all).map(([name, check]) => [
    name,
    (expected?: unknown) =>
      settle(value => {
        if (!check(value, expected)) throw new Error(`expected ${show(value)} ${name} ${show(expected)}`)
      }),
  ])
  return Object.fromEntries(entries) as Checks
}

async function reasonOf(promise: Promise<unknown>): Promise<unknown> {
  const settled = await promise.then(
    value => ({ value }),
    (reason: unknown) => ({ reason }),
  )
  if ('reason' in settled) return settled.reason
  throw new Error(`expected a rejection, not ${show(settled.value)}`)
}

export const expect = Object.assign(
  (value: unknown) => ({
    ...expectations(check => check(value)),
    rejects: expectations(async check => check(await reasonOf(value as Promise<unknown>))),
    resolves: expectations(async check => check(await value)),
  }),
  { any: (kind: unknown) => new Any(kind) },
)
