import { UsageError, value } from '@shoal/options'
import { limitAll } from '../client/limit-all.ts'
import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { TORRENTS, torrentIds } from '../client/torrent-names.ts'
import { defineCommand } from '../command.ts'
import { texts } from '../texts.ts'
import { parseRatio, parseSeedingTime, rateLimit } from '../values/limits.ts'
import { parseRate } from '../values/size.ts'
import { limitsText } from './show.ts'

export const limit = defineCommand({
  about: texts.limit.about,
  positionals: [{ ...TORRENTS, optional: true }],
  options: {
    down: value('RATE', { help: texts.limit.options.down, parse: parseRate }),
    up: value('RATE', { help: texts.limit.options.up, parse: parseRate }),
    ratio: value('RATIO', { help: texts.limit.options.ratio, parse: parseRatio }),
    seedingTime: value('TIME', {
      help: texts.limit.options.seedingTime,
      parse: parseSeedingTime,
    }),
    alternative: value('ON', { help: texts.limit.options.alternative, choices: ['on', 'off'] }),
    superSeeding: value('ON', { help: texts.limit.options.superSeeding, choices: ['on', 'off'] }),
    ...NODE_OPTIONS,
  },
  examples: [
    ['limit --down 2MB --up 500KiB', texts.limit.examples.all],
    ['limit film --up unlimited --ratio 2', texts.limit.examples.one],
    ['limit --alternative on', texts.limit.examples.alternative],
  ],
  async run(words, options, { output, interrupt }) {
    const node = await openNode(options, interrupt.signal)
    const { down, up, ratio, seedingTime, alternative, superSeeding } = options
    const isChange = [down, up, ratio, seedingTime, alternative, superSeeding].some(
      each => each !== undefined,
    )
    if (words.length === 0) {
      if (superSeeding !== undefined) throw new UsageError(texts.limit.superSeedingOfAll)
      return limitAll(node, options, output)
    }
    if (alternative !== undefined) throw new UsageError(texts.limit.alternativeOfOne)
    const ids = await torrentIds(node.api, words)
    if (isChange && ids.length > 0)
      await node.api.updateTorrents({
        ids,
        ...(down !== undefined && { downloadLimitBytesPerSecond: rateLimit(down) }),
        ...(up !== undefined && { uploadLimitBytesPerSecond: rateLimit(up) }),
        ...(ratio !== undefined && { ratioLimit: ratio }),
        ...(seedingTime !== undefined && { seedingTimeLimitMinutes: seedingTime }),
        ...(superSeeding !== undefined && { superSeeding: superSeeding === 'on' }),
      })
    if (isChange && ids.length > 1 && !output.json)
      return output.line(texts.limit.changed({ torrents: texts.format.torrents({ count: ids.length }) }))
    const items = []
    for (const id of ids) items.push(await node.api.getTorrent({ id }))
    if (output.json)
      return output.object({
        items: items.map(each => ({
          id: each.id,
          name: each.name,
          downloadBytesPerSecond: each.downloadLimitBytesPerSecond,
          uploadBytesPerSecond: each.uploadLimitBytesPerSecond,
          ratioLimit: each.ratioLimit,
          seedingTimeLimitMinutes: each.seedingTimeLimitMinutes,
        })),
      })
    for (const each of items) output.line(`${each.name}: ${limitsText(each) ?? texts.limit.none}`)
  },
})
