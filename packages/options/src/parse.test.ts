import { describe, expect, test } from 'vitest'
import { flag, integer, list, oneOf, value } from './option.ts'
import { parseWords, requireWords } from './parse.ts'

const TABLE = {
  out: value('DIR', { short: 'o', help: 'where' }),
  port: value('N', { help: 'which', parse: integer(0, 65_535) }),
  mode: value('WORD', { help: 'how', parse: oneOf('fast', 'slow') }),
  peer: list('HOST', { help: 'who' }),
  noDht: flag('without'),
  quiet: flag('less', { short: 'q' }),
}
const POSITIONALS = [{ name: 'LINK', help: 'the link' }]
const parse = (...words: string[]) => parseWords(words, TABLE, POSITIONALS)

describe('parseWords', () => {
  test('accepts options anywhere, in every notation', () => {
    const { options, words } = parse('-o', 'a', 'link', '--port=7', '--peer', 'x', '--no-dht', '--peer=y')
    expect(words).toEqual(['link'])
    expect(options).toEqual({
      out: 'a',
      port: 7,
      mode: undefined,
      peer: ['x', 'y'],
      noDht: true,
      quiet: false,
    })
    expect(parse('-oa').options.out).toBe('a')
    expect(parse('-qo', 'b').options).toMatchObject({ quiet: true, out: 'b' })
    expect(parse('--out=').options.out).toBe('')
  })

  test('treats everything after -- as words', () => {
    expect(parse('--', '--port').words).toEqual(['--port'])
    expect(parse('-').words).toEqual(['-'])
  })

  test.each([
    [['--prot', '7'], /there is no option --prot: did you mean --port\?/],
    [['-x'], /there is no option -x/],
    [['--out'], /--out needs a value: --out DIR/],
    [['--out', '--quiet'], /--out needs a value/],
    [['-q=1', 'x'], /there is no option -=/],
    [['--quiet=1'], /--quiet takes no value/],
    [['--port', '1', '--port', '2'], /--port: give one value/],
    [['--port', '65536'], /--port: "65536" is not an integer from 0 to 65535/],
    [['--mode', 'medium'], /--mode: "medium" is not one of fast, slow/],
    [['a', 'b'], /unexpected argument "b"/],
  ])('rejects %j', (words, message) => expect(() => parse(...words)).toThrow(message))

  test('names a missing word', () => {
    expect(() => requireWords([], POSITIONALS)).toThrow('LINK is missing: the link')
    for (const empty of ['', ' ']) expect(() => requireWords([empty], POSITIONALS)).toThrow('LINK is missing')
    requireWords(['x'], POSITIONALS)
    requireWords([''], [{ ...POSITIONALS[0]!, mayBeEmpty: true }])
  })
})
