import { oneOf, value } from '@shoal/options'
import { UsageError } from '../../base/failure.ts'
import { parseRatio, parseSeedingTime, RATE_HELP, rateLimit } from '../../base/limits.ts'
import { parseRate } from '../../base/text/size.ts'
import { limitAll } from '../client/limit-all.ts'
import { openNode } from '../client/node-client.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { TORRENTS, torrentIds } from '../client/torrent-names.ts'
import { defineCommand } from '../command.ts'
import { limitsText } from './show.ts'

export const limit = defineCommand({
  about: [
    'Without ID the limits hold for all transfers together. The alternative limits are a second pair, switched on and off as a whole. Without options it shows what holds now.',
  ],
  positionals: [{ ...TORRENTS, optional: true }],
  options: {
    down: value('RATE', { help: `Download at most this much a second: ${RATE_HELP}`, parse: parseRate }),
    up: value('RATE', { help: 'Upload at most this much a second', parse: parseRate }),
    ratio: value('RATIO', { help: 'End sharing at this ratio: 2, never, default', parse: parseRatio }),
    seedingTime: value('TIME', {
      help: 'End sharing after this time: 12h, never, default',
      parse: parseSeedingTime,
    }),
    alternative: value('ON', { help: 'Alternative limits: on or off', parse: oneOf('on', 'off') }),
    ...NODE_OPTIONS,
  },
  examples: [
    ['limit --down 2MB --up 500KiB', 'Limits all transfers together'],
    ['limit film --up unlimited --ratio 2', 'Limits one torrent'],
    ['limit --alternative on', 'Switches to the alternative limits'],
  ],
  async run(words, options, { output, interrupt }) {
    const node = await openNode(options, interrupt.signal)
    const { down, up, ratio, seedingTime, alternative } = options
    const isChange = [down, up, ratio, seedingTime, alternative].some(each => each !== undefined)
    if (words.length === 0) {
      return limitAll(node, options, output)
    }
    if (alternative !== undefined)
      throw new UsageError('--alternative holds for all transfers: leave the torrents out')
    const items = []
    for (const id of await torrentIds(node.api, words)) {
      const change = {
        ...(down !== undefined && { downloadLimitBytesPerSecond: rateLimit(down) }),
        ...(up !== undefined && { uploadLimitBytesPerSecond: rateLimit(up) }),
        ...(ratio !== undefined && { ratioLimit: ratio }),
        ...(seedingTime !== undefined && { seedingTimeLimitMinutes: seedingTime }),
      }
      items.push(await (isChange ? node.api.updateTorrent({ id, ...change }) : node.api.getTorrent({ id })))
    }
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
    for (const each of items) output.line(`${each.name}: ${limitsText(each) ?? 'no limits of its own'}`)
  },
})
