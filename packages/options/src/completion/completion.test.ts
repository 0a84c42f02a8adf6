import { describe, expect, test } from 'vitest'
import { flag, list, value } from '../option.ts'
import type { ProgramShape } from '../program-shape.ts'
import { completionScript } from './completion.ts'

const PROGRAM: ProgramShape = {
  name: 'prog',
  summary: 'A program',
  options: {},
  commands: [
    {
      name: 'fetch',
      summary: "Fetch it: [now], $(touch x) `y` and 'z'",
      about: '',
      positionals: [
        { name: 'PLACE', help: '', choices: ['first', 'last'] },
        { name: 'ID', help: '', many: true },
      ],
      options: {
        out: value('DIR', { help: 'Into this: folder', short: 'o' }),
        sort: value('KEY', { help: 'Order', choices: ['name', 'size'] }),
        label: list('NAME', { help: "It's a label" }),
        wait: flag('Wait'),
      },
      examples: [],
    },
  ],
}

describe('the script for', () => {
  test('bash completes words, paths and torrents where they belong', () => {
    const script = completionScript('bash', PROGRAM)
    expect(script).toContain("'fetch --out' | 'fetch -o' | 'fetch --sort' | 'fetch --label') return 0 ;;")
    expect(script).toContain("'fetch --out' | 'fetch -o') _prog_paths ;;")
    expect(script).toContain("'fetch --sort') _prog_words 'name size' ;;")
    expect(script).toContain("'fetch 0') _prog_words 'first last' ;;")
    expect(script).toContain("'fetch '*) _prog_torrents ;;")
    expect(script).toContain("'fetch') _prog_words '--out --sort --label --wait' ;;")
  })

  test('zsh quotes descriptions', () => {
    const script = completionScript('zsh', PROGRAM)
    expect(script).toContain("'fetch:Fetch it: [now], $(touch x) `y` and '\\''z'\\'''")
    expect(script).toContain("'(--out -o)-o[Into this\\: folder]:DIR:_files'")
    expect(script).toContain("'*--label[It'\\''s a label]:NAME: '")
    expect(script).toContain("'1:PLACE:(first last)'")
    expect(script).toContain("'*:ID:_prog_torrents'")
  })

  test('fish quotes descriptions', () => {
    const script = completionScript('fish', PROGRAM)
    expect(script).toContain("-a fetch -d 'Fetch it: [now], $(touch x) `y` and \\'z\\''")
    expect(script).toContain("-n '__prog_command fetch' -l out -s o -r -F -d 'Into this: folder'")
    expect(script).toContain("-l sort -r -f -a 'name size' -d 'Order'")
    expect(script).toContain("-n '__prog_at fetch 0 0' -f -a 'first last'")
    expect(script).toContain("-n '__prog_at fetch 1 9999' -f -a '(__prog_asked torrents)'")
  })
})
