import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Inline, parseBlocks, parseInlines } from './markdown.ts'

const text = (value: string): Inline => ({ kind: 'text', text: value })

test('headings, paragraphs, rules and code keep apart', () => {
  expect(
    parseBlocks('# One #\nTwo\nthree\n\n---\n```js\n# not a heading\n```\n    also code\nUnder\n==='),
  ).toEqual([
    { kind: 'heading', level: 1, children: [text('One')] },
    { kind: 'paragraph', children: [text('Two\nthree')] },
    { kind: 'rule' },
    { kind: 'code', text: '# not a heading' },
    { kind: 'code', text: 'also code' },
    { kind: 'heading', level: 1, children: [text('Under')] },
  ])
})

test('lists nest, and go on over indented lines', () => {
  const [list] = parseBlocks('1. one\n   more\n   - inner\n2. two\n\nafter')
  expect(list).toMatchObject({
    kind: 'list',
    ordered: true,
    start: 1,
    items: [
      [
        { kind: 'paragraph', children: [text('one\nmore')] },
        { kind: 'list', ordered: false },
      ],
      [{}],
    ],
  })
  expect(parseBlocks('- a\n- b')).toMatchObject([{ kind: 'list', items: [[{}], [{}]] }])
})

test('quotes and tables', () => {
  expect(parseBlocks('> a\n> # b')).toMatchObject([
    { kind: 'quote', blocks: [{ kind: 'paragraph' }, { kind: 'heading' }] },
  ])
  expect(parseBlocks('| a | b |\n|---|:-:|\n| 1 |\n| 2 | x \\| y |')).toEqual([
    {
      kind: 'table',
      head: [[text('a')], [text('b')]],
      rows: [
        [[text('1')], []],
        [[text('2')], [text('x | y')]],
      ],
    },
  ])
})

test('parts of a line', () => {
  expect(parseInlines('a **b** *c* ~~d~~ `e*` snake_case_name \\*f\\*')).toEqual([
    text('a '),
    { kind: 'strong', children: [text('b')] },
    text(' '),
    { kind: 'emphasis', children: [text('c')] },
    text(' '),
    { kind: 'struck', children: [text('d')] },
    text(' '),
    { kind: 'code', text: 'e*' },
    text(' snake_case_name *f*'),
  ])
  expect(parseInlines('see https://example.org/a. Now')).toEqual([
    text('see '),
    { kind: 'link', href: 'https://example.org/a', children: [text('https://example.org/a')] },
    text('. Now'),
  ])
})

test.each(['javascript:alert(1)', 'data:text/html,x', '/api/node/stop', '//evil.example', 'JaVaScRiPt:x'])(
  '%s is not a link',
  href => {
    expect(JSON.stringify(parseInlines(`[click](${href})`))).not.toContain('"link"')
    expect(JSON.stringify(parseInlines(`<${href}>`))).not.toContain('"link"')
  },
)

test('HTML is text', () => {
  expect(parseBlocks('<script>alert(1)</script>')).toEqual([
    { kind: 'paragraph', children: [text('<script>alert(1)</script>')] },
  ])
})

test('any text is read, without an error and within the time of a test', () => {
  const nasty = fc.string({ unit: fc.constantFrom(...'*_`~[]()<>#-+|>1. \n\\ah!:/'), maxLength: 400 })
  fc.assert(
    fc.property(nasty, value => {
      parseBlocks(value)
    }),
  )
  for (const repeated of ['> ', '- ', '*', '_a', '[', '`', '**a ', '[a](', '~~', '|', '<h', '1. ']) {
    parseBlocks(repeated.repeat(5000))
  }
  // A page of one megabyte, on which a quadratic parser would not finish.
  const spaces = ' '.repeat(500_000)
  for (const start of ['a|b\n', 'a|b\n-', '# a', '# ', '[a](', '[a](b', '> ', '- ', '**', '| ', '\n---'])
    parseBlocks(`${start}${spaces}x`)
  const [table] = parseBlocks(`${'|a'.repeat(100_000)}\n|-|\n${'|\n'.repeat(100_000)}`)
  expect(table).toMatchObject({ kind: 'table', head: { length: 100 } })
})
