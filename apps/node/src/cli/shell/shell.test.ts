import { expect, test } from 'vitest'
import { COMMANDS } from '../commands.ts'
import { withNode } from './shell.ts'

const NODE = {
  node: 'http://nas.example',
  token: 'x',
  username: undefined,
  passwordFile: undefined,
  dataDir: undefined,
}

test.each([
  [
    ['list', '--json'],
    ['list', '--node', 'http://nas.example', '--token', 'x', '--json'],
  ],
  // A line that names another node gets no options of this one.
  [
    ['list', '--node=http://b.example'],
    ['list', '--node=http://b.example'],
  ],
  [
    ['list', '--data-dir', '/x'],
    ['list', '--data-dir', '/x'],
  ],
  [
    ['info', 'x'],
    ['info', 'x'],
  ],
  [['nonsense'], ['nonsense']],
])('commands use the node of the shell: %j', async (words, run) =>
  expect(await withNode(words, NODE, COMMANDS)).toEqual(run),
)
