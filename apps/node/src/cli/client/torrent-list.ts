/** `shoal list`: prints the list once or follows its changes. */
import type { NodeApi, Torrent } from '@shoal/api'
import { SHOAL } from '../../base/program.ts'
import { shorten } from '../../base/width.ts'
import type { Output } from '../output.ts'
import { printTable } from '../terminal/print.ts'
import { Redraw } from '../terminal/redraw.ts'
import { tableLines } from '../terminal/table.ts'
import { texts } from '../texts.ts'
import type { NodeClient } from './node-client.ts'
import { allPages } from './pages.ts'
import { torrentColumns, torrentSummary } from './torrent-table.ts'

type Filter = Parameters<NodeApi['listTorrents']>[0]
const PAGE = 1000
const REDRAW_MS = 500

async function readList(api: NodeApi, filter: Filter, limit: number | undefined) {
  let total = 0
  const items = await allPages(async cursor => {
    const page = await api.listTorrents({ ...filter, ...cursor, limit: Math.min(limit ?? PAGE, PAGE) })
    total = page.total
    return page
  }, limit)
  return { items, total }
}

export async function showList(
  { api }: NodeClient,
  filter: Filter,
  limit: number | undefined,
  output: Output,
): Promise<void> {
  const { items, total } = await readList(api, filter, limit)
  if (output.json) return output.object({ items, total })
  const style = output.terminal ?? { unicode: true, color: false }
  const columns = torrentColumns(items, { bar: output.terminal !== null, style })
  const isFiltered = filter.state ?? filter.label ?? filter.tag ?? filter.tracker ?? filter.text
  printTable(
    output,
    items,
    columns,
    isFiltered === undefined ? texts.list.empty({ shoal: SHOAL }) : texts.list.noMatch,
  )
  if (items.length > 0 && output.terminal)
    output.line(shorten(torrentSummary(items, total), output.terminal.columns - 1, style))
}

/** Follows the list until the signal aborts. In JSON: the list, then each event of the node. */
export async function watchList(
  node: NodeClient,
  filter: Filter,
  limit: number | undefined,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const { terminal } = output
  if (!terminal) return watchAsJson(node, filter, limit, output, signal)
  const screen = new Redraw(terminal)
  const end = new AbortController()
  const either = AbortSignal.any([signal, end.signal])
  const draw = async () => {
    const most = Math.max(1, terminal.rows - 4)
    const { items, total } = await readList(node.api, filter, Math.min(limit ?? most, most))
    const style = { ...terminal, columns: terminal.columns - 1 }
    const lines = tableLines<Torrent>(items, torrentColumns(items, { bar: true, style }), style)
    screen.draw([...lines, shorten(torrentSummary(items, total), style.columns, style)])
  }
  try {
    // The node sorts and filters. Its events only trigger reading the visible part again.
    for await (const _ of paced(node.events(['torrents'], { signal: either }), REDRAW_MS)) await draw()
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    end.abort()
    screen.close()
  }
}

async function watchAsJson(
  node: NodeClient,
  filter: Filter,
  limit: number | undefined,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  for await (const event of node.events(['torrents'], { signal })) {
    if (event.type === 'hello' || event.type === 'resync')
      output.object({ event: 'list', ...(await readList(node.api, filter, limit)) })
    else if (event.type === 'torrents')
      output.object({ event: 'changed', changed: event.changed, removed: event.removed })
  }
}

/** Yields at most one value every `everyMs`, skipping those in between except the last. */
export async function* paced<T>(source: AsyncIterable<T>, everyMs: number): AsyncGenerator<T> {
  let latest: { value: T } | null = null
  let wake = () => {}
  let ended: { error?: unknown } | null = null
  const reading = (async () => {
    for await (const value of source) {
      latest = { value }
      wake()
    }
  })().then(
    () => {
      ended = {}
      wake()
    },
    error => {
      ended = { error }
      wake()
    },
  )
  for (;;) {
    const next = latest as { value: T } | null
    if (next) {
      latest = null
      yield next.value
      await new Promise(resolve => setTimeout(resolve, everyMs))
    } else if (ended) break
    else
      await new Promise<void>(resolve => {
        wake = resolve
      })
  }
  await reading
  const { error } = ended as { error?: unknown }
  if (error !== undefined) throw error
}
