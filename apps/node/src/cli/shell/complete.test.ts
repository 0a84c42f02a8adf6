import { describe, expect, test } from 'vitest'
import { COMMANDS, findCommand } from '../commands.ts'
import { type CompletionSources, complete } from './complete.ts'

const SOURCES: CompletionSources = {
  commands: Object.keys(COMMANDS),
  command: async name => (await findCommand(name)?.load()) ?? null,
  torrents: async () => ['Film', 'Film 2', "It's", 'Photos'],
  conversations: async () => ['Harbour walkers', 'Film night'],
  paths: async beginning => [`${beginning}les/`, `${beginning}le one.torrent`],
}
const offered = async (line: string) => (await complete(line, SOURCES))[0]

describe('Tab offers', () => {
  test.each([
    ['hea', ['health ']],
    ['pau', ['pause ']],
    ['list --wa', ['--watch ']],
    ['list --sort ra', ['ratio ']],
    ['list --state see', ['seeding ']],
    ['show pho', ['Photos ']],
    ['show fil', ['Film ', "'Film 2' "]],
    ['show "Film ', ["'Film 2' "]],
    ['pause Film it', ["'It'\\''s' "]],
    ['queue fi', ['first ']],
    ['queue first Ph', ['Photos ']],
    ['label s', ['set ']],
    ['settings set ne', []],
    ['limit --alternative o', ['on ', 'off ']],
    ['log --torrent Ph', ['Photos ']],
    ['chat fol', ['follow ']],
    ['chat follow ha', ["'Harbour walkers' "]],
    ['chat search x --in fi', ["'Film night' "]],
    ['add fi', ['files/', "'file one.torrent' "]],
    ['list --wait-for-what x', []],
    ['nothing x', []],
    ['show Film F', []],
    ['help li', ['list ', 'limit ']],
  ])('%s', async (line, candidates) => expect(await offered(line)).toEqual(candidates))

  test('replaces the word as it was typed', async () => {
    expect((await complete('show "Film ', SOURCES))[1]).toBe('"Film ')
    expect((await complete('show ', SOURCES))[1]).toBe('')
  })
})
