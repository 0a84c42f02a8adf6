import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import postcss, { type Declaration } from 'postcss'
import { expect, test } from 'vitest'

const SOURCE = join(import.meta.dirname, '..', '..')
const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).map(name => ({
  name,
  path: join(SOURCE, name),
}))
const sheets = files
  .filter(({ name }) => name.endsWith('.css'))
  .map(({ name, path }) => ({ name, path, root: postcss.parse(readFileSync(path, 'utf8')) }))
const code = files
  .filter(({ name }) => /\.tsx?$/.test(name))
  .map(({ name, path }) => ({ name, text: readFileSync(path, 'utf8') }))

const SIDES =
  /^(left|right)$|^(margin|padding|border|scroll-(margin|padding))-(left|right)\b|^border-(top|bottom)-(left|right)-radius$/
const SIDED_VALUE = /^(text-align|float|clear|justify-[a-z]+)$/
const FOUR_SIDES = /^(margin|padding|inset|border-(width|color|style))$/

/** Splits a value at the spaces that are not in parentheses. */
const parts = (value: string) => value.match(/(?:[^\s()]|\((?:[^()]|\([^()]*\))*\))+/g) ?? []

/** Whether a declaration means left or right rather than start or end. */
function isPhysical({ prop, value }: Declaration): boolean {
  if (SIDES.test(prop)) return true
  if (SIDED_VALUE.test(prop)) return /^(left|right)$/.test(value)
  const sides = parts(value)
  if (FOUR_SIDES.test(prop)) return sides.length === 4 && sides[1] !== sides[3]
  if (prop === 'border-radius' && sides.length === 4) return sides[0] !== sides[1] || sides[2] !== sides[3]
  if (prop === 'translate') return !/^(0|none)\b/.test(value) && !value.includes('--forward')
  if (prop === 'background-position') return /\b(left|right)\b/.test(value)
  return false
}

test('style sheets follow the direction of the text', () => {
  const found: string[] = []
  for (const { name, root } of sheets) {
    root.walkRules(rule => {
      // A comment that begins with `physical:` gives the reason for the rest of the rule.
      const excused = rule.nodes.some(node => node.type === 'comment' && node.text.startsWith('physical:'))
      rule.each(node => {
        if (node.type === 'decl' && !excused && isPhysical(node))
          found.push(`${name}: ${rule.selector} { ${node} }`)
      })
    })
  }
  expect(found).toEqual([])
})

test('components use every class of their modules, and no others', () => {
  const found: string[] = []
  for (const { name, path, root } of sheets) {
    if (!name.endsWith('.module.css')) continue
    const defined = new Set<string>()
    root.walkRules(rule => {
      for (const [, each] of rule.selector.matchAll(/\.([a-zA-Z][\w-]*)/g)) defined.add(each!)
    })
    const used = new Set<string>()
    let anyUsed = false
    for (const { name: importer, text } of code) {
      const imported = new RegExp(
        `import (\\w+) from '([^']*/${basename(name).replaceAll('.', '\\.')})'`,
      ).exec(text)
      if (!imported || join(SOURCE, importer, '..', imported[2]!) !== path) continue
      for (const [, each] of text
        .replaceAll(/^import .*/gm, '')
        .matchAll(new RegExp(`\\b${imported[1]}\\.(\\w+)`, 'g')))
        used.add(each!)
      anyUsed ||= text.includes(`${imported[1]}[`)
    }
    for (const each of used) if (!defined.has(each)) found.push(`${name}: .${each} is missing`)
    for (const each of defined) if (!used.has(each) && !anyUsed) found.push(`${name}: .${each} is not used`)
  }
  expect(found).toEqual([])
})
