import { type Arguments, readText, stringList } from './arguments.ts'
import { type Method, type RpcContext, selectTorrents } from './context.ts'
import { RpcFailure } from './rpc-failure.ts'
import { type Field, TORRENT_FIELDS } from './torrent-fields.ts'
import { type Part, torrentParts } from './torrent-parts.ts'

export const torrentGet: Method = async (args, context) => {
  const torrents = await buildTable(args, context)
  const isRecent = args.ids === 'recently-active'
  return { torrents, ...(isRecent && { removed: context.numbers.removed() }) }
}

async function buildTable(args: Arguments, context: RpcContext): Promise<unknown[]> {
  const fields = readFields(args)
  const rows = await selectTorrents(args, context)
  context.numbers.know(rows)
  const needs = new Set<Part>(fields.flatMap(([, { needs }]) => needs))
  const parts = await torrentParts(rows, needs, context)
  const values = parts.map(each => fields.map(([, field]) => field.value(each)))
  const names = fields.map(([name]) => name)
  if (readText(args, 'format') === 'table') return [names, ...values]
  return values.map(row => Object.fromEntries(row.map((value, at) => [names[at]!, value])))
}

/** Unknown fields are omitted from the answer, as in Transmission. */
function readFields(args: Arguments): [string, Field][] {
  const given = stringList(args, 'fields')
  if (!given) throw new RpcFailure('no fields specified', { torrents: [] })
  const names = [...new Set(given.slice(0, 1000))]
  return names.flatMap(name => {
    const field = TORRENT_FIELDS.get(name)
    return field ? [[name, field] as [string, Field]] : []
  })
}
