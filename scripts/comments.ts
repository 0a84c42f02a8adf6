/**
 * Comments wrap at 100 columns: `npm run check` names those that are longer, and
 * `node scripts/comments.ts` wraps them.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'vite'
import type { Violation } from './imports.ts'
import { ROOT } from './run.ts'
import { lineAt } from './syntax.ts'

const WIDTH = 100
const FILES = '{packages,apps,capabilities,interop,sim,bench,fuzz,scripts}/**/*.{ts,tsx,mjs,css}'
/** Comments that tools read, each in one line. */
const DIRECTIVE = /^(?:biome-ignore|@ts-|@vite|\/ <|#|Written by|End of what)/
/** The beginning of an item of a list. */
const ITEM = /^(?:[-*] |\d+\. )/
/** The beginning of a row of a table, a fence of code or a tag. */
const VERBATIM = /^(?:\||```|<)/

interface Comment {
  readonly isBlock: boolean
  readonly value: string
  readonly start: number
  readonly end: number
}

/**
 * Returns the source with its comments wrapped. Paragraphs without a line that is too long, lines
 * that a tool reads, and comments that have code after them stay as they are. A line comment after
 * code moves to the line before.
 */
export function wrapComments(source: string, file: string): string {
  let wrapped = source
  // From the end, so that earlier offsets stay right.
  for (const group of groupsOf(source, commentsOf(source, file)).reverse()) {
    const lineStart = source.lastIndexOf('\n', group[0]!.start - 1) + 1
    const nextLine = source.indexOf('\n', group.at(-1)!.end)
    const lineEnd = nextLine < 0 ? source.length : nextLine
    const lines = source.slice(lineStart, lineEnd).split('\n')
    if (!lines.some(isLong)) continue
    const indent = /^\s*/.exec(lines[0]!)![0]
    const before = source.slice(lineStart, group[0]!.start)
    const after = source.slice(group.at(-1)!.end, lineEnd)
    if (after.trim() !== '') continue
    if (before.trim() === '')
      wrapped = wrapped.slice(0, lineStart) + wrapGroup(group, indent) + wrapped.slice(lineEnd)
    else if (!group[0]!.isBlock && !DIRECTIVE.test(group[0]!.value.trim()))
      wrapped = `${wrapped.slice(0, lineStart)}${wrapGroup(group, indent)}\n${before.trimEnd()}${wrapped.slice(lineEnd)}`
  }
  return wrapped
}

const isLong = (line: string) => line.length > WIDTH

function commentsOf(source: string, file: string): Comment[] {
  if (file.endsWith('.css'))
    return [...source.matchAll(/\/\*([\s\S]*?)\*\//g)].map(({ 0: all, 1: value, index }) => ({
      ...{ isBlock: true, value: value!, start: index, end: index + all.length },
    }))
  return parseSync(file, source).comments.map(({ type, value, start, end }) => ({
    ...{ isBlock: type === 'Block', value, start, end },
  }))
}

/** Groups line comments of successive lines, which are one text. */
function groupsOf(source: string, comments: readonly Comment[]): Comment[][] {
  const groups: Comment[][] = []
  for (const comment of comments) {
    const last = groups.at(-1)?.at(-1)
    if (last && isContinued(source, last, comment)) groups.at(-1)!.push(comment)
    else groups.push([comment])
  }
  return groups
}

function isContinued(source: string, last: Comment, comment: Comment): boolean {
  if (last.isBlock || comment.isBlock) return false
  const isOnOwnLine = ({ start }: Comment) =>
    source.slice(source.lastIndexOf('\n', start - 1) + 1, start).trim() === ''
  const between = source.slice(last.end, comment.start)
  return /^\n[ \t]*$/.test(between) && isOnOwnLine(last) && isOnOwnLine(comment)
}

function wrapGroup(group: readonly Comment[], indent: string): string {
  const [first] = group as [Comment]
  if (!first.isBlock) {
    const mark = `${indent}// `
    const lines = group.map(({ value }) => value.replace(/^ /, '').trimEnd())
    return wrapLines(lines, WIDTH - mark.length)
      .map(line => `${mark}${line}`.trimEnd())
      .join('\n')
  }
  const isDoc = first.value.startsWith('*')
  const text = isDoc ? first.value.slice(1) : first.value
  const lines = text.split('\n').map(line =>
    line
      .trim()
      .replace(/^\*(?: |$)/, '')
      .trimEnd(),
  )
  while (lines[0] === '') lines.shift()
  while (lines.at(-1) === '') lines.pop()
  if (lines.some(line => DIRECTIVE.test(line))) return `${indent}/*${first.value}*/`
  const mark = `${indent} * `
  const wrapped = wrapLines(lines, WIDTH - mark.length).map(line => `${mark}${line}`.trimEnd())
  return [`${indent}/*${isDoc ? '*' : ''}`, ...wrapped, `${indent} */`].join('\n')
}

/** Wraps the paragraphs that have a line that is too long. */
function wrapLines(lines: readonly string[], width: number): string[] {
  const wrapped: string[] = []
  let paragraph: string[] = []
  let isCode = false
  const end = () => {
    wrapped.push(...(paragraph.some(line => line.length > width) ? fill(paragraph, width) : paragraph))
    paragraph = []
  }
  for (const line of lines) {
    if (line.startsWith('```')) isCode = !isCode
    if (isCode || line === '' || VERBATIM.test(line) || DIRECTIVE.test(line) || /^ {4}/.test(line)) {
      end()
      wrapped.push(line)
      continue
    }
    if (ITEM.test(line) || line.startsWith('@')) end()
    paragraph.push(line)
  }
  end()
  return wrapped
}

/**
 * Fills lines with the words of a paragraph. Code in backticks is not broken, and further lines of
 * an item are indented.
 */
function fill(paragraph: readonly string[], width: number): string[] {
  const text = paragraph.map(line => line.trim()).join(' ')
  const words = text.match(/(?:[^\s`]|`[^`]*`)+|\S+/g) ?? []
  const rest = ITEM.test(text) ? '  ' : ''
  const lines: string[] = []
  let line = ''
  for (const word of words) {
    const longer = line === '' ? `${lines.length > 0 ? rest : ''}${word}` : `${line} ${word}`
    if (line !== '' && longer.length > width) {
      lines.push(line)
      line = rest + word
    } else line = longer
  }
  return line === '' ? lines : [...lines, line]
}

/** Returns the first comment of each file that is too long and can be wrapped. */
export async function checkComments(): Promise<Violation[]> {
  const violations: Violation[] = []
  for (const { file, source, wrapped } of filesToWrap()) {
    let at = 0
    while (source[at] === wrapped[at]) at++
    const message = `this comment is longer than ${WIDTH} columns: node scripts/comments.ts wraps it`
    violations.push({ file, line: lineAt(source, at), message })
  }
  return violations
}

function filesToWrap(): { file: string; source: string; wrapped: string }[] {
  return globSync(FILES, { cwd: ROOT, exclude: ['**/node_modules', '**/dist'] })
    .map(file => file.replaceAll('\\', '/'))
    .filter(file => !file.endsWith('/of-capabilities.ts'))
    .sort()
    .flatMap(file => {
      const source = readFileSync(join(ROOT, file), 'utf8')
      if (!source.split('\n').some(isLong)) return []
      const wrapped = wrapComments(source, file)
      return wrapped === source ? [] : [{ file, source, wrapped }]
    })
}

if (import.meta.main) for (const { file, wrapped } of filesToWrap()) writeFileSync(join(ROOT, file), wrapped)
