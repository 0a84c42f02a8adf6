import { describe, expect, test } from 'vitest'
import { wrapComments } from './comments.ts'

const LONG = 'word '.repeat(30).trim()
const wrap = (source: string) => wrapComments(source, 'x.ts')

describe('comments that are too long', () => {
  test('become blocks whose lines have at most 100 columns', () => {
    const wrapped = wrap(`/** ${LONG} */\nexport const x = 1\n`)
    expect(wrapped).toBe(
      `/**\n * ${'word '.repeat(19).trim()}\n * ${'word '.repeat(11).trim()}\n */\nexport const x = 1\n`,
    )
  })

  test('keep their indentation, and stay line comments', () => {
    const wrapped = wrap(`{\n  // ${LONG}\n  // ${LONG}\n  f()\n}\n`)
    for (const line of wrapped.split('\n').slice(1, -3)) expect(line).toMatch(/^ {2}\/\/ [word ]{1,95}$/)
    expect(wrapped.match(/word/g)).toHaveLength(60)
  })

  test('move before the code that they follow', () => {
    const wrapped = wrap(`f() // ${LONG}\n`)
    expect(wrapped.split('\n').at(-2)).toBe('f()')
    expect(wrapped).toMatch(/^\/\/ word/)
  })

  test('do not break code in backticks', () => {
    const code = `\`${'a b '.repeat(10).trim()}\``
    expect(wrap(`/** ${'word '.repeat(15)}${code} */\n`)).toContain(`\n * ${code}\n`)
  })

  test('indent the further lines of an item', () => {
    expect(wrap(`/**\n * - ${LONG}\n * - short\n */\n`)).toMatch(
      /\* - word .*\n \* {3}word .*\n \* - short\n/,
    )
  })

  test('are wrapped in style sheets', () => {
    expect(wrapComments(`/* ${LONG} */\na {}\n`, 'x.css')).toMatch(
      /^\/\*\n \* word .*\n \* word .*\n \*\/\na/,
    )
  })

  test('are as they were wrapped when they are wrapped again', () => {
    const wrapped = wrap(`/** ${LONG}\n *\n * - ${LONG} */\nf() // ${LONG}\n`)
    expect(wrap(wrapped)).toBe(wrapped)
  })
})

test.each([
  ['a short comment', '/** Short. */\n'],
  ['a line that a tool reads', `// biome-ignore lint/x: ${LONG}\n`],
  ['a table', `/**\n * | ${LONG} |\n */\n`],
  ['indented code', `/**\n *     ${LONG}\n */\n`],
  ['a comment with code after it', `f(/* ${LONG} */ 1)\n`],
  ['a long string', `const x = '// ${LONG}'\n`],
  ['paragraphs that are broken earlier', '/**\n * One\n * two.\n */\n'],
])('leaves %s alone', (_, source) => {
  expect(wrap(source)).toBe(source)
})
