import { describe, expect, test } from 'vitest'
import { chooseCommand, outputFlags } from './run.ts'

const choose = (line: string, interactive = true) =>
  chooseCommand(line === '' ? [] : line.split(' '), { interactive })

describe('the command of a line', () => {
  test.each([
    ['', 'shell', []],
    ['list --json', 'list', ['--json']],
    ['start', 'start', []],
    ['start --port 1', 'start', ['--port', '1']],
    // As `npm start --` passes it.
    ['start get LINK', 'get', ['LINK']],
    ['start start --port 1', 'start', ['--port', '1']],
    ['start help get', 'help', ['get']],
    ['start magnet:?x', 'magnet:?x', []],
    ['--node x', 'shell', ['--node', 'x']],
    ['--version', 'version', []],
    ['-h', 'help', []],
  ])('%s', (line, name, rest) => expect(choose(line)).toEqual({ name, rest }))

  test('without arguments and without a terminal, it is the help', () =>
    expect(choose('', false).name).toBe('help'))
})

test('--json counts only before --', () => {
  expect(outputFlags(['get', '--json'])).toEqual({ json: true, verbose: false })
  expect(outputFlags(['get', '--', '--json'])).toEqual({ json: false, verbose: false })
})
