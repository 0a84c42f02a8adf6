import { value } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { defineCommand } from '../command.ts'
import { NETWORK_OPTIONS, sessionOptions } from '../network-options.ts'
import { PAGE_OPTION } from '../page-option.ts'
import { texts } from '../texts.ts'
import { createOptions, TORRENT_OPTIONS } from '../torrent-options.ts'

const {
  name: _name,
  comment: _comment,
  pieceLength: _length,
  source: _source,
  ...MAKE_OPTIONS
} = TORRENT_OPTIONS

export const share = defineCommand({
  about: texts.share.about({ shoal: SHOAL }),
  positionals: [],
  options: {
    dir: value('DIR', { short: 'd', help: texts.share.options.dir }),
    ...PAGE_OPTION,
    ...MAKE_OPTIONS,
    ...NETWORK_OPTIONS,
  },
  examples: [
    ['share', texts.share.examples.plain],
    ['share --dir Public --limit-up 1MB', texts.share.examples.dir],
  ],
  async run(_words, options, context) {
    const { shareFolder } = await import('../alone/share-folder.ts')
    return shareFolder(
      {
        directory: options.dir,
        page: options.page,
        create: createOptions({
          ...options,
          name: undefined,
          comment: undefined,
          pieceLength: undefined,
          source: undefined,
        }),
        network: await sessionOptions(options),
      },
      context,
    )
  },
})
