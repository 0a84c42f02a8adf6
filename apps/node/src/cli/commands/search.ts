import type { InputOf, SearchHit, SearchRow } from '@shoal/api'
import { SEARCH_KINDS } from '@shoal/api/choices'
import { type FoundSoFar, followSearch } from '@shoal/api/follow-search'
import { printable } from '@shoal/daemon/printable'
import { flag, integer, UsageError, value } from '@shoal/options'
import { shorten } from '../../base/width.ts'
import { addSources } from '../client/add.ts'
import { asUsage, type NodeClient, openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { allPages } from '../client/pages.ts'
import { defineCommand } from '../command.ts'
import { EXIT } from '../exit.ts'
import { CommandFailure, nodeMessage } from '../failure.ts'
import { formatBytes } from '../format.ts'
import type { Output, Terminal } from '../output.ts'
import { printTable } from '../terminal/print.ts'
import { Redraw } from '../terminal/redraw.ts'
import { type Column, tableLines } from '../terminal/table.ts'
import { texts } from '../texts.ts'
import { parseIndexes } from '../values/ranges.ts'
import { parseSize } from '../values/size.ts'

const say = texts.search
/** Number of screen lines that are kept free: the titles, the progress, and the cursor's. */
const ROWS_KEPT = 4
/** Maximum length of the title stored as a note with a blocked publisher. */
const MAX_NOTE = 200

export const search = defineCommand({
  about: say.about,
  positionals: [{ name: 'WORDS', help: say.words, many: true }],
  options: {
    local: flag(say.options.local),
    kind: value('KIND', {
      help: say.options.kind({ kinds: SEARCH_KINDS.join(', ') }),
      choices: SEARCH_KINDS,
    }),
    minSize: value('SIZE', { help: say.options.minSize, parse: parseSize }),
    maxSize: value('SIZE', { help: say.options.maxSize, parse: parseSize }),
    language: value('LANGUAGE', { help: say.options.language }),
    license: value('LICENSE', { help: say.options.license }),
    limit: value('N', { help: say.options.limit, parse: integer(1, 10_000) }),
    download: value('NUMBERS', { help: say.options.download, parse: parseIndexes }),
    block: value('NUMBERS', { help: say.options.block, parse: parseIndexes }),
    ...NODE_OPTIONS,
  },
  examples: [
    ['search harbour map', say.examples.words],
    ['search harbour map --download 1', say.examples.download],
    [`search '"old harbour"' --kind document --local`, say.examples.phrase],
  ],
  async run(words, options, { output, interrupt }) {
    const { signal } = interrupt
    const { local, download, block, kind, limit = 20, minSize, maxSize, language, license } = options
    const [onlyNetwork] = Object.entries({ download, block, minSize, maxSize, language, license })
      .filter(([, given]) => given !== undefined)
      .map(([name]) => name)
    if (local && onlyNetwork !== undefined) throw new UsageError(say.notLocal)
    const node = await openNode(options, signal)
    const query = { text: words.join(' '), ...(kind && { kind }) }
    if (local) return searchOwn(node, query, limit, output)
    const input = {
      ...{ ...query, limit: Math.min(limit, 500) },
      ...(minSize !== undefined && { minBytes: minSize }),
      ...(maxSize !== undefined && { maxBytes: maxSize }),
      ...(language !== undefined && { language }),
      ...(license !== undefined && { license }),
    }
    const rows = await searchNetwork(node, input, limit, output, signal)
    const unwanted = chosenRows(rows, block)
    const own = unwanted.find(row => row.publisher === null)
    if (own) throw new CommandFailure('not-found', say.noPublisher({ number: String(rows.indexOf(own) + 1) }))
    for (const { title, publisher } of unwanted) {
      const { did } = publisher!
      await asUsage(node.api.blockPublisher({ did, note: title.slice(0, MAX_NOTE) }, { signal }))
      if (!output.json) output.line(say.blocked({ did }))
    }
    if (!download) return
    const chosen = chosenRows(rows, download).map(row => row.link)
    const { failed } = await addSources(node, chosen, {}, output, { asEvents: true, signal })
    return failed > 0 ? EXIT.failed : 0
  },
})

/** Returns the rows with these numbers. Throws `not-found`. */
function chosenRows(rows: readonly SearchRow[], numbers: readonly number[] = []): SearchRow[] {
  return numbers.map(number => {
    const row = rows[number - 1]
    if (!row) throw new CommandFailure('not-found', say.noSuchRow({ number: String(number) }))
    return row
  })
}

/**
 * Shows rows as they arrive: sorted on a terminal, one by one with `--json`, otherwise once all
 * have arrived. Returns them.
 */
async function searchNetwork(
  node: NodeClient,
  input: InputOf<'startSearch'>,
  limit: number,
  output: Output,
  signal: AbortSignal,
): Promise<readonly SearchRow[]> {
  const screen = output.terminal && new Redraw(output.terminal)
  let last: FoundSoFar | null = null
  try {
    for await (const found of followSearch(node, input, signal)) {
      last = found
      if (screen) screen.draw(liveLines(found, limit, output.terminal!))
      if (output.json) for (const row of found.changed) output.object({ event: 'row', ...row })
      if (found.isFinal) break
    }
    screen?.draw([])
  } finally {
    screen?.close()
  }
  const { rows, progress } = last!
  if (output.json) output.object({ event: 'done', order: progress.order, network: progress.network })
  else {
    const shown = rows.slice(0, limit)
    printTable(output, numbered(shown), COLUMNS, say.none)
    const { reason, problem, partial, hidden } = progress.network
    if (reason !== null)
      output.error(
        `shoal: ${reason === 'failed' ? say.unavailableBecause({ problem: nodeMessage(problem ?? '') }) : say.unavailable[reason]}`,
      )
    else if (partial) output.error(`shoal: ${say.partial}`)
    if (hidden > 0) output.error(`shoal: ${say.hidden({ count: hidden })}`)
    if (shown.some(row => !row.confirmed)) output.error(`shoal: ${say.unconfirmed}`)
  }
  return rows
}

function liveLines({ rows, progress }: FoundSoFar, limit: number, terminal: Terminal): string[] {
  const style = { unicode: terminal.unicode, color: terminal.color, columns: terminal.columns - 1 }
  const shown = numbered(rows.slice(0, Math.min(limit, terminal.rows - ROWS_KEPT)))
  const { answers } = progress.network
  const state = progress.done ? say.counting : say.searching({ count: answers })
  return [
    ...(shown.length > 0 ? tableLines(shown, COLUMNS, style) : []),
    shorten(printable(state, style), style.columns, style),
  ]
}

interface NumberedRow {
  readonly number: number
  readonly row: SearchRow
}

function numbered(rows: readonly SearchRow[]): NumberedRow[] {
  return rows.map((row, at) => ({ number: at + 1, row }))
}

const COLUMNS: Column<NumberedRow>[] = [
  { title: say.columns.number, text: ({ number }) => String(number), align: 'right' },
  { title: say.columns.title, text: ({ row }) => row.title, least: 12 },
  {
    title: say.columns.size,
    text: ({ row }) => (row.totalBytes === null ? '' : formatBytes(row.totalBytes)),
    align: 'right',
  },
  {
    title: say.columns.seeds,
    text: ({ row }) => (row.seeds === null ? '' : String(row.seeds)),
    align: 'right',
    rank: 1,
  },
  { title: say.columns.license, text: ({ row }) => row.license ?? '', rank: 5 },
  { title: say.columns.place, text: ({ row }) => placeOf(row), rank: 3 },
  { title: say.columns.cid, text: ({ row }) => row.id, rank: 4 },
]

function placeOf({ torrent, publisher, confirmed }: SearchRow): string {
  if (torrent !== null) return say.places.list
  if (!confirmed) return say.places.unconfirmed
  return publisher && publisher.trust > 0 ? say.places.trusted : say.places.network
}

async function searchOwn(
  { api }: NodeClient,
  query: Pick<InputOf<'search'>, 'text' | 'kind'>,
  limit: number,
  output: Output,
): Promise<void> {
  const page = { ...query, limit: Math.min(limit, 100) }
  const items = await allPages(cursor => asUsage(api.search({ ...page, ...cursor })), limit)
  if (output.json) return output.object({ items })
  if (items.length === 0) return output.line(say.none)
  for (const hit of items) {
    const text = hit.snippet === null ? (hit.path ?? hit.torrentName) : hit.snippet
    if (hit.snippet !== null) output.line(hit.path ?? hit.torrentName)
    const indent = hit.snippet === null ? '' : '    '
    // Show the lines of a document as one line.
    if (output.terminal) output.terminal.write(`${indent}${marked(text, hit.matches, output.terminal)}\n`)
    else output.line(indent + text.replace(/\s+/g, ' '))
    output.line(`    ${placeText(hit)}`)
  }
}

function placeText({ file, path, torrentName, torrent: id }: SearchHit): string {
  const index = String(file)
  if (path === null) return file === null ? say.torrent({ id }) : say.fileOnly({ index, id })
  return file === null
    ? say.torrentIn({ torrent: torrentName, id })
    : say.file({ index, torrent: torrentName, id })
}

/** Prints matches in bold. Invalid ranges from the node are ignored. */
export function marked(
  text: string,
  matches: SearchHit['matches'],
  style: Pick<Terminal, 'unicode' | 'color'>,
): string {
  const clean = (part: string) => printable(part.replace(/\s+/g, ' '), style)
  let at = 0
  let result = ''
  for (const [start, end] of matches) {
    if (!(start >= at && end > start && end <= text.length)) continue
    const match = clean(text.slice(start, end))
    result += clean(text.slice(at, start)) + (style.color ? `\u001b[1m${match}\u001b[0m` : match)
    at = end
  }
  return result + clean(text.slice(at))
}
