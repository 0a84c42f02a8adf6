import { KINDS, type Kind } from './useHits.ts'

const MB = 1e6
const GB = 1e9
const DAY_MS = 86_400_000

/** Sizes to choose from: at least, at most. */
const SIZES = {
  any: [undefined, undefined],
  small: [undefined, 100 * MB],
  medium: [100 * MB, GB],
  large: [GB, 10 * GB],
  huge: [10 * GB, undefined],
} as const
export const SIZE_NAMES = Object.keys(SIZES) as (keyof typeof SIZES)[]

/** Days since the publication. */
const AGES = { any: null, day: 1, week: 7, month: 31, year: 366 } as const
export const AGE_NAMES = Object.keys(AGES) as (keyof typeof AGES)[]

/** Names of the filters in the address. */
export const FILTERS = ['size', 'age', 'language', 'license'] as const

export interface NetworkQuery {
  readonly text: string
  readonly kind?: Exclude<Kind, 'any'>
  readonly minBytes?: number
  readonly maxBytes?: number
  readonly publishedAfterMs?: number
  readonly language?: string
  readonly license?: string
}

/** Returns the search in an address. Unknown values are ignored. */
export function queryOf(parameters: URLSearchParams, nowMs: number): NetworkQuery {
  const kind = KINDS.find(each => each === parameters.get('kind')) ?? 'any'
  const [minBytes, maxBytes] = SIZES[chosen(SIZE_NAMES, parameters.get('size'))]
  const days = AGES[chosen(AGE_NAMES, parameters.get('age'))]
  const [language, license] = [parameters.get('language'), parameters.get('license')]
  return {
    text: (parameters.get('q') ?? '').trim(),
    ...(kind !== 'any' && { kind }),
    ...(minBytes !== undefined && { minBytes }),
    ...(maxBytes !== undefined && { maxBytes }),
    // Rounded to days, so that the same search yields the same query.
    ...(days !== null && { publishedAfterMs: (Math.floor(nowMs / DAY_MS) - days) * DAY_MS }),
    ...(language && { language }),
    ...(license && { license }),
  }
}

function chosen<Name extends string>(names: readonly (Name | 'any')[], value: string | null): Name | 'any' {
  return names.find(name => name === value) ?? 'any'
}
