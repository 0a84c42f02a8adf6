import { type Catalog, type IsPlural, isPlural, type Message, type Plural } from './catalog.ts'

/** The names of a text's arguments: `'file' | 'count'` for `{file} and {count} more`. */
type Arguments<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Arguments<Rest>
  : never

/** Values of a message's arguments. Numbers are formatted for the language: 1,234.5 or 1.234,5. */
type Values<Names extends string> = {
  readonly [Name in Names]: Name extends 'count' ? number : string | number
}

/**
 * The texts of a catalog, ready to show: a message without arguments is a string, one with
 * arguments is a function of their values, and a group is an object of these.
 */
export type Texts<C> = {
  readonly [Name in keyof C]: C[Name] extends string
    ? [Arguments<C[Name]>] extends [never]
      ? string
      : (values: Values<Arguments<C[Name]>>) => string
    : IsPlural<C[Name]> extends true
      ? (values: Values<'count' | Arguments<Extract<C[Name][keyof C[Name]], string>>>) => string
      : Texts<C[Name]>
}

/**
 * Prepares the texts of a catalog.
 *
 * @param language The catalog's language as a BCP 47 tag, for plural rules and numbers
 */
export function toTexts<const C extends Catalog>(catalog: C, language: string): Texts<C> {
  // Created on demand: the first takes 50 ms in Node, and a program may only print its help.
  let rules: Intl.PluralRules | undefined
  let numbers: Intl.NumberFormat | undefined
  const format = (value: string | number | undefined) => {
    if (typeof value !== 'number') return String(value)
    numbers ??= new Intl.NumberFormat(language)
    return numbers.format(value)
  }
  const select = (forms: Plural, count: number) => {
    rules ??= new Intl.PluralRules(language)
    return forms[rules.select(count)] ?? forms.other
  }
  const fill = (text: string, values: Record<string, string | number>) =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => format(values[name]))
  const prepare = (message: Message | Catalog): unknown => {
    if (typeof message === 'string')
      return message.includes('{')
        ? (values: Record<string, string | number>) => fill(message, values)
        : message
    if (isPlural(message))
      return (values: Record<string, string | number>) => fill(select(message, Number(values.count)), values)
    return Object.fromEntries(Object.entries(message).map(([name, each]) => [name, prepare(each)]))
  }
  return prepare(catalog) as Texts<C>
}

/**
 * Returns the text for a dynamic name, such as a code; undefined if the group has no text of that
 * name without arguments.
 */
export function findText(group: object, name: string): string | undefined {
  const text = Object.hasOwn(group, name) ? (group as Record<string, unknown>)[name] : undefined
  return typeof text === 'string' ? text : undefined
}
