const rules = new Intl.PluralRules('en')

/** The form that English uses for a count, with `#` as the count: `plural(3, '# file', '# files')`. */
export function plural(count: number, one: string, other: string): string {
  return (rules.select(count) === 'one' ? one : other).replace('#', new Intl.NumberFormat('en').format(count))
}
