import type { LogEntry } from '@shoal/api'
import { LOG_LEVELS } from '@shoal/api/choices'
import { flag, integer, value } from '@shoal/options'
import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { torrentId } from '../client/torrent-names.ts'
import { defineCommand } from '../command.ts'
import { formatTime } from '../format.ts'
import type { Output } from '../output.ts'
import { texts } from '../texts.ts'

export const log = defineCommand({
  about: texts.log.about,
  positionals: [],
  options: {
    follow: flag(texts.log.options.follow, { short: 'f' }),
    level: value('LEVEL', {
      help: texts.log.options.level,
      choices: LOG_LEVELS,
    }),
    torrent: value('ID', { help: texts.log.options.torrent }),
    limit: value('N', { help: texts.log.options.limit, short: 'n', parse: integer(1, 1000) }),
    ...NODE_OPTIONS,
  },
  examples: [
    ['log --level warn', texts.log.examples.level],
    ['log --follow --torrent film', texts.log.examples.follow],
  ],
  async run(_words, options, { output, interrupt }) {
    const { signal } = interrupt
    const node = await openNode(options, signal)
    const { level = 'info', limit = 50 } = options
    const torrent = options.torrent === undefined ? undefined : await torrentId(node.api, options.torrent)
    const query = { level, ...(torrent !== undefined && { torrent }) }
    if (!options.follow) {
      const { items } = await node.api.listLog({ ...query, limit })
      if (output.json) return output.object({ items })
      return tell(output, items)
    }
    let last = 0
    const tellNew = (entries: readonly LogEntry[]) => {
      const fresh = entries.filter(each => each.id > last && isWanted(each, level, torrent))
      last = Math.max(last, ...entries.map(({ id }) => id))
      tell(output, fresh)
    }
    for await (const event of node.events(['log'], { signal })) {
      // Read after subscribing, so that no entry is missed.
      if (event.type === 'hello' || event.type === 'resync')
        tellNew(
          (await node.api.listLog({ ...query, ...(last === 0 ? { limit } : { after: last, limit: 1000 }) }))
            .items,
        )
      else if (event.type === 'log') tellNew(event.entries)
    }
  },
})

export function isWanted(entry: LogEntry, level: LogEntry['level'], torrent: string | undefined): boolean {
  return (
    LOG_LEVELS.indexOf(entry.level) >= LOG_LEVELS.indexOf(level) &&
    (torrent === undefined || entry.torrent === torrent)
  )
}

function tell(output: Output, entries: readonly LogEntry[]): void {
  for (const entry of entries) {
    if (output.json) output.object(entry)
    else output.line(`${formatTime(entry.atMs)} ${entry.level.padEnd(5)} ${entry.message}`)
  }
}
