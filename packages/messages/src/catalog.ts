import type { Language } from './language.ts'

/** The plural categories of CLDR. English and German use `one` and `other`. */
export const PLURAL_CATEGORIES = ['zero', 'one', 'two', 'few', 'many', 'other'] as const

/**
 * The forms of a message that depends on a number, by CLDR plural category, as in i18next. The
 * number is its argument `count`: `{ one: '{count} file', other: '{count} files' }`. Categories
 * that a language does not use are omitted, but never `other`.
 */
export type Plural = { readonly [category in (typeof PLURAL_CATEGORIES)[number]]?: string } & {
  readonly other: string
}

/** A text, with arguments in braces: `Width of {column}`. */
export type Message = string | Plural

/** Returns whether a value of a catalog is a plural, not a group with a message named `other`. */
export type IsPlural<Value> = Value extends Plural
  ? keyof Value extends (typeof PLURAL_CATEGORIES)[number]
    ? true
    : false
  : false

/**
 * Messages by name, in groups. A catalog is plain data, so that translation tools can read and
 * write it.
 */
export interface Catalog {
  readonly [name: string]: Message | Catalog
}

/** A catalog in another language has the same names, with a plural where the original has one. */
export type Translation<C> = {
  readonly [Name in keyof C]: C[Name] extends string
    ? string
    : IsPlural<C[Name]> extends true
      ? Plural
      : Translation<C[Name]>
}

/**
 * Loader of each language's catalog, so that only the user's is loaded. A new language is missing
 * until it is added to this table.
 */
export type Catalogs<C> = {
  readonly [L in Language]: () => Promise<{ readonly default: L extends 'en' ? C : Translation<C> }>
}

/** Returns whether a value of a catalog is a plural, not a group of messages. */
export function isPlural(value: Message | Catalog): value is Plural {
  return (
    typeof value === 'object' &&
    typeof value.other === 'string' &&
    Object.keys(value).every(key => (PLURAL_CATEGORIES as readonly string[]).includes(key))
  )
}
