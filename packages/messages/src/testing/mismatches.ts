import { type Catalog, isPlural, type Message, PLURAL_CATEGORIES } from '../catalog.ts'

/**
 * Compares a translation with its original. Returns a line for each message that is missing,
 * superfluous, empty, that names an argument that the original does not have or leaves one out, and
 * for each plural without a category that the language needs.
 *
 * @param language The translation's language as a BCP 47 tag
 */
export function findMismatches(original: Catalog, translation: Catalog, language: string): string[] {
  const used = new Intl.PluralRules(language).resolvedOptions().pluralCategories
  const categories = PLURAL_CATEGORIES.filter(each => used.includes(each))
  const compare = (from: Message | Catalog, to: Message | Catalog | undefined, path: string): string[] => {
    if (to === undefined) return [`${path} is missing`]
    const [expected, actual] = [kindOf(from), kindOf(to)]
    if (expected !== actual) return [`${path} is a ${actual}, but the original is a ${expected}`]
    if (typeof from === 'string' || isPlural(from)) return compareMessages(from, to as Message, path)
    const names = new Set([...Object.keys(from), ...Object.keys(to)])
    return [...names].flatMap(name => {
      const inner = path === '' ? name : `${path}.${name}`
      const original = from[name]
      return original === undefined
        ? [`${inner} is not in the original`]
        : compare(original, (to as Catalog)[name], inner)
    })
  }
  const compareMessages = (from: Message, to: Message, path: string): string[] => {
    const [expected, actual] = [argumentsOf(from), argumentsOf(to)]
    return [
      ...[...actual].filter(name => !expected.has(name)).map(name => `${path} has no argument {${name}}`),
      ...[...expected].filter(name => !actual.has(name)).map(name => `${path} leaves out {${name}}`),
      ...(isEmpty(to) && !isEmpty(from) ? [`${path} is empty`] : []),
      ...(isPlural(to)
        ? categories.filter(each => to[each] === undefined).map(each => `${path} lacks the form "${each}"`)
        : []),
    ]
  }
  return compare(original, translation, '')
}

function kindOf(value: Message | Catalog): 'text' | 'plural' | 'group' {
  if (typeof value === 'string') return 'text'
  return isPlural(value) ? 'plural' : 'group'
}

const isEmpty = (message: Message) => formsOf(message).some(form => form.trim() === '')

function formsOf(message: Message): string[] {
  return typeof message === 'string' ? [message] : Object.values(message)
}

function argumentsOf(message: Message): Set<string> {
  return new Set(formsOf(message).flatMap(form => [...form.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)))
}
