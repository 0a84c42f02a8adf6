/**
 * Parses Markdown into data for a renderer that creates elements from it: HTML is neither read nor
 * written, so a shared file cannot inject anything into the page. Supports the features common in
 * readme files: headings, lists, quotes, code, tables, rules, emphasis, links.
 */
export type Inline =
  | { readonly kind: 'text' | 'code'; readonly text: string }
  | { readonly kind: 'strong' | 'emphasis' | 'struck'; readonly children: readonly Inline[] }
  | { readonly kind: 'link'; readonly href: string; readonly children: readonly Inline[] }

export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly children: readonly Inline[] }
  | { readonly kind: 'paragraph'; readonly children: readonly Inline[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'quote'; readonly blocks: readonly Block[] }
  | {
      readonly kind: 'list'
      readonly ordered: boolean
      readonly start: number
      readonly items: readonly (readonly Block[])[]
    }
  | {
      readonly kind: 'table'
      readonly head: readonly (readonly Inline[])[]
      readonly rows: readonly (readonly (readonly Inline[])[])[]
    }
  | { readonly kind: 'rule' }

const MAX_DEPTH = 12
const FENCE = /^ {0,3}(`{3,}|~{3,})/
const HEADING = /^ {0,3}(#{1,6})(?:\s(.*))?$/
const RULE = /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/
const QUOTE = /^ {0,3}> ?/
const ITEM = /^( {0,3})([-*+]|\d{1,9}[.)])( +|$)/
/** Matches a line without leading or trailing white space. */
const TABLE_RULE = /^(?:\|\s*)?:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?$/
const MAX_COLUMNS = 100

/** Returns the blocks of a text. Never throws. */
export function parseBlocks(text: string, depth = 0): Block[] {
  const reader = { lines: text.replace(/\r\n?/g, '\n').split('\n'), at: 0 }
  const blocks: Block[] = []
  while (reader.at < reader.lines.length) {
    const block = nextBlock(reader, depth)
    if (block) blocks.push(block)
  }
  return blocks
}

interface Reader {
  readonly lines: readonly string[]
  at: number
}

function nextBlock(reader: Reader, depth: number): Block | null {
  const line = reader.lines[reader.at]!
  if (line.trim() === '') {
    reader.at++
    return null
  }
  if (FENCE.test(line)) return fenced(reader)
  const heading = HEADING.exec(line)
  if (heading) {
    reader.at++
    return {
      kind: 'heading',
      level: heading[1]!.length,
      children: parseInlines(parseTitle(heading[2] ?? '')),
    }
  }
  if (RULE.test(line)) {
    reader.at++
    return { kind: 'rule' }
  }
  if (depth < MAX_DEPTH && QUOTE.test(line)) return quote(reader, depth)
  if (depth < MAX_DEPTH && ITEM.test(line)) return list(reader, depth)
  if (line.includes('|') && TABLE_RULE.test((reader.lines[reader.at + 1] ?? '').trim())) return table(reader)
  if (/^( {4}|\t)/.test(line)) return indented(reader)
  return paragraph(reader)
}

/** Without closing `#` signs. */
function parseTitle(text: string): string {
  return text
    .trim()
    .replace(/(?:^|\s)#+$/, '')
    .trim()
}

/** Consumes the lines for which `goes` holds, starting at the current one. */
function take(reader: Reader, goes: (line: string) => boolean): string[] {
  const start = reader.at
  while (reader.at < reader.lines.length && goes(reader.lines[reader.at]!)) reader.at++
  return reader.lines.slice(start, reader.at)
}

function fenced(reader: Reader): Block {
  const fence = FENCE.exec(reader.lines[reader.at]!)![1]!
  reader.at++
  const closes = (line: string) =>
    line.trim().startsWith(fence) && line.trim().replaceAll(fence[0]!, '') === ''
  const lines = take(reader, line => !closes(line))
  reader.at++
  return { kind: 'code', text: lines.join('\n') }
}

function indented(reader: Reader): Block {
  const lines = take(reader, line => /^( {4}|\t)/.test(line) || line.trim() === '')
  return {
    kind: 'code',
    text: lines
      .map(line => line.replace(/^( {4}|\t)/, ''))
      .join('\n')
      .trimEnd(),
  }
}

function quote(reader: Reader, depth: number): Block {
  const lines = take(reader, line => QUOTE.test(line))
  return {
    kind: 'quote',
    blocks: parseBlocks(lines.map(line => line.replace(QUOTE, '')).join('\n'), depth + 1),
  }
}

function list(reader: Reader, depth: number): Block {
  const marker = ITEM.exec(reader.lines[reader.at]!)![2]!
  const ordered = /\d/.test(marker)
  const items: Block[][] = []
  for (let match = itemAt(reader, ordered); match; match = itemAt(reader, ordered)) {
    const width = match[0].length + (match[3] === '' ? 1 : 0)
    const first = reader.lines[reader.at]!.slice(match[0].length)
    reader.at++
    const rest = take(reader, line => isInside(line, width, reader))
    const text = [
      first,
      ...rest.map(line => line.slice(Math.min(width, line.length - line.trimStart().length))),
    ]
    items.push(parseBlocks(text.join('\n'), depth + 1))
  }
  return { kind: 'list', ordered, start: ordered ? Number.parseInt(marker, 10) : 1, items }
}

function itemAt({ lines, at }: Reader, ordered: boolean): RegExpExecArray | null {
  const line = lines[at] ?? ''
  const match = RULE.test(line) ? null : ITEM.exec(line)
  return match && /\d/.test(match[2]!) === ordered ? match : null
}

/**
 * Returns whether a line belongs to the item above: it is indented as far, or is blank before such
 * a line, or continues its paragraph.
 */
function isInside(line: string, width: number, { lines, at }: Reader): boolean {
  const indent = line.length - line.trimStart().length
  if (line.trim() !== '')
    return indent >= Math.min(width, 4) || (!startsBlock(line) && lines[at - 1]!.trim() !== '')
  const next = lines[at + 1] ?? ''
  return next.trim() !== '' && next.length - next.trimStart().length >= Math.min(width, 4)
}

function table(reader: Reader): Block {
  const cells = (line: string) =>
    line
      .trim()
      .replace(/^\||\|$/g, '')
      .split(/(?<!\\)\|/, MAX_COLUMNS)
      .map(cell => parseInlines(cell.trim().replaceAll('\\|', '|')))
  const head = cells(reader.lines[reader.at]!)
  reader.at += 2
  const rows = take(reader, line => line.includes('|')).map(cells)
  return { kind: 'table', head, rows: rows.map(row => head.map((_, column) => row[column] ?? [])) }
}

function startsBlock(line: string): boolean {
  return [FENCE, HEADING, RULE, QUOTE, ITEM].some(pattern => pattern.test(line))
}

function paragraph(reader: Reader): Block {
  const first = reader.lines[reader.at++]!
  const lines = [
    first,
    ...take(reader, line => line.trim() !== '' && !startsBlock(line) && !/^ {0,3}(=+|-+)\s*$/.test(line)),
  ]
  const under = /^ {0,3}(=+|-+)\s*$/.exec(reader.lines[reader.at] ?? '')
  const children = parseInlines(lines.map(line => line.trim()).join('\n'))
  if (!under) return { kind: 'paragraph', children }
  reader.at++
  return { kind: 'heading', level: under[1]!.startsWith('=') ? 1 : 2, children }
}

/** Patterns of inline elements. Each is sticky (`y`) and bounded in length. */
const CODE = /(`{1,9})([^`](?:.{0,2000}?[^`])?)\1(?!`)/sy
const LINK =
  /!?\[([^[\]]{0,1000})\]\(\s{0,9}<?([^\s()<>]{0,2000}(?:\([^\s()]{0,500}\)[^\s()<>]{0,500})?)>?(?:\s{1,9}"[^"]{0,300}")?\s{0,9}\)/y
const AUTOLINK = /<((?:https?|magnet):[^\s<>]{1,2000})>|(https?:\/\/[^\s<>[\]]{1,2000}[^\s<>[\].,:;!?'")])/y
const STRONG = /(\*\*|__)(?=\S)(.{1,2000}?\S?)\1/sy
const EMPHASIS = /([*_])(?=[^\s*_])([^*_]{0,2000}?[^\s*_])\1(?!\w)/sy
const STRUCK = /~~(?=\S)(.{1,2000}?)~~/sy

/** Returns the parts of a line. Never throws; unrecognized syntax is text. */
export function parseInlines(text: string, depth = 0): Inline[] {
  const found: Inline[] = []
  let plain = ''
  const flush = () => {
    if (plain !== '') found.push({ kind: 'text', text: plain })
    plain = ''
  }
  for (let at = 0; at < text.length; ) {
    const part = depth < MAX_DEPTH ? partAt(text, at, depth) : null
    if (part) {
      flush()
      found.push(part.inline)
      at = part.end
    } else {
      const escaped = text[at] === '\\' && /[!-/:-@[-`{-~]/.test(text[at + 1] ?? '')
      plain += escaped ? text[at + 1] : text[at]
      at += escaped ? 2 : 1
    }
  }
  flush()
  return found
}

function partAt(text: string, at: number, depth: number): { inline: Inline; end: number } | null {
  // Only these start a part: most characters are skipped without trying the patterns.
  if (!'`![<h*_~'.includes(text[at]!)) return null
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at
    return pattern.exec(text)
  }
  const inWord = /\w/.test(text[at - 1] ?? '')
  const code = match(CODE)
  if (code) return { inline: { kind: 'code', text: code[2]!.trim() }, end: at + code[0].length }
  const link = match(LINK)
  if (link) return { inline: linkTo(link[2]!, parseInlines(link[1]!, depth + 1)), end: at + link[0].length }
  const auto = inWord ? null : match(AUTOLINK)
  if (auto) {
    const href = auto[1] ?? auto[2]!
    return { inline: linkTo(href, [{ kind: 'text', text: href }]), end: at + auto[0].length }
  }
  const underscored = inWord && text[at] === '_'
  const strong = underscored ? null : match(STRONG)
  if (strong)
    return {
      inline: { kind: 'strong', children: parseInlines(strong[2]!, depth + 1) },
      end: at + strong[0].length,
    }
  const emphasis = underscored ? null : match(EMPHASIS)
  if (emphasis) {
    return {
      inline: { kind: 'emphasis', children: parseInlines(emphasis[2]!, depth + 1) },
      end: at + emphasis[0].length,
    }
  }
  const struck = match(STRUCK)
  return (
    struck && {
      inline: { kind: 'struck', children: parseInlines(struck[1]!, depth + 1) },
      end: at + struck[0].length,
    }
  )
}

/**
 * Only addresses that open a page or a torrent become links, unlike `javascript:` and paths on the
 * node.
 */
function linkTo(href: string, children: Inline[]): Inline {
  return /^(https?:\/\/|magnet:\?|mailto:)/i.test(href)
    ? { kind: 'link', href, children }
    : { kind: 'emphasis', children: children.length ? children : [{ kind: 'text', text: href }] }
}

/** Returns the words without their marks. */
export function inlineText(inlines: readonly Inline[]): string {
  return inlines.map(inline => ('text' in inline ? inline.text : inlineText(inline.children))).join('')
}
