import { expect, test } from 'vitest'
import { manualPage } from './manual.ts'
import { flag, value } from './option.ts'

const TEXTS = {
  name: 'Name',
  synopsis: 'Synopsis',
  description: 'Description',
  commands: 'Commands',
  options: 'Options',
  examples: 'Examples',
  usage: 'COMMAND [options]',
  intro: ['.dots and \\ are text', "'quotes'"],
}

test('a page describes commands, and common options once', () => {
  const common = { json: flag('Print JSON') }
  const page = manualPage(
    {
      name: 'prog',
      summary: 'do it',
      options: { port: value('N', { help: 'Port to listen at' }) },
      commands: [
        {
          name: 'get',
          summary: 'Get it',
          about: 'One.\n\nTwo.',
          positionals: [{ name: 'LINK', help: 'the link', many: true }],
          options: { ...common, out: value('DIR', { help: 'Into it', short: 'o' }) },
          examples: [['get "a b" -o x', 'Gets it']],
        },
      ],
    },
    { version: '1.0', common, texts: TEXTS },
  )
  expect(page).toContain('.SH "NAME"\nprog \\- do it\n')
  expect(page).toContain('.B prog\nCOMMAND [options]\n')
  expect(page).toContain('\n\\&.dots and \\e are text\n.PP\n\\(aqquotes\\(aq\n')
  expect(page).toContain('.SS "prog get \\fILINK …\\fR"\nGet it\n.PP\nOne.\n.PP\nTwo.\n')
  expect(page).toContain('.TP\n\\fB\\-o\\fR, \\fB\\-\\-out\\fR \\fIDIR\\fR\nInto it\n')
  expect(page).toContain('prog get \\(dqa b\\(dq \\-o x')
  expect(page.match(/\\-\\-json/g)).toHaveLength(1)
  expect(page.indexOf('\\-\\-port')).toBeGreaterThan(page.indexOf('.SH "OPTIONS"'))
})
