import { type Arguments, stringList, textOf } from './arguments.ts'
import { type Method, type RpcContext, torrentsOf } from './context.ts'
import { type Field, TORRENT_FIELDS } from './torrent-fields.ts'
import { type Part, partsOf } from './torrent-parts.ts'

export const torrentGet: Method = async (args, context) => {
  const torrents = await tableOf(args, context)
  const isRecent = args.ids === 'recently-active'
  return { torrents, ...(isRecent && { removed: context.numbers.removed() }) }
}

async function tableOf(args: Arguments, context: RpcContext): Promise<unknown[]> {
  const fields = fieldsOf(args)
  const rows = await torrentsOf(args, context)
  context.numbers.know(rows)
  const needs = new Set<Part>(fields.flatMap(([, { needs }]) => needs))
  const parts = await partsOf(rows, needs, context)
  const values = parts.map(each => fields.map(([, field]) => field.value(each)))
  const names = fields.map(([name]) => name)
  if (textOf(args, 'format') === 'table') return [names, ...values]
  return values.map(row => Object.fromEntries(row.map((value, at) => [names[at]!, value])))
}

/** Unknown fields are left out of the answer, as in Transmission. */
function fieldsOf(args: Arguments): [string, Field][] {
  const names = [...new Set((stringList(args, 'fields') ?? []).slice(0, 1000))]
  return names.flatMap(name => {
    const field = TORRENT_FIELDS.get(name)
    return field ? [[name, field] as [string, Field]] : []
  })
}
