import { flagName } from '@shoal/options'
import { describe, expect, test } from 'vitest'
import { SHOAL } from '../base/program.ts'
import { widthOf } from '../base/width.ts'
import type { CommandEntry } from './command.ts'
import { shownCommands } from './command.ts'
import { COMMANDS } from './commands.ts'
import { COMMON_OPTIONS } from './common-options.ts'
import { commandHelp, overview, summaryOf } from './help.ts'

describe.each(Object.entries<CommandEntry>(COMMANDS))('help of %s', (name, entry) => {
  test('names every option and has examples', async () => {
    const command = await entry.load()
    const help = commandHelp(name, command, 100)
    for (const [key, { help: text }] of Object.entries({ ...command.options, ...COMMON_OPTIONS })) {
      expect(help).toContain(` ${flagName(key)}`)
      expect(text).not.toBe('')
    }
    expect(help).toContain(`  ${SHOAL} ${name}`)
    expect(command.examples.every(([line]) => line.startsWith(name))).toBe(true)
    expect(command.examples.length).toBeGreaterThan(0)
  })

  test('no option has two meanings or shadows a common one', async () => {
    const { options } = await entry.load()
    const letters = Object.values({ ...options, ...COMMON_OPTIONS }).flatMap(({ short }) =>
      short ? [short] : [],
    )
    expect(new Set(letters).size).toBe(letters.length)
    expect(Object.keys(options).filter(key => key in COMMON_OPTIONS)).toEqual([])
  })

  test('fits the width', async () => {
    // Regardless of how the program was started: its name can be long.
    const help = commandHelp(name, await entry.load(), 80).replaceAll(SHOAL, 'npx shoal')
    // A path or a command line is not broken.
    const long = help.split('\n').filter(line => widthOf(line) > 80 && !line.startsWith('  npx shoal '))
    expect(long).toEqual([])
  })
})

test('the overview names every command', () => {
  // The summary of a long name is on the next line.
  const lines = overview(COMMANDS, 200).replace(/^ {2}(\S{11,})\n {14}/gm, '  $1')
  for (const [name] of shownCommands(COMMANDS))
    expect(lines).toContain(`  ${name.padEnd(12)}${summaryOf(name)}\n`)
  expect(lines).not.toContain('  complete  ')
})
