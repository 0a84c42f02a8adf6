import { value } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { NODE_OPTIONS } from '../client/node-options.ts'
import { defineCommand } from '../command.ts'
import { checkFindable, FINDABLE_OPTIONS } from '../findable-options.ts'
import { NETWORK_OPTIONS, sessionOptions } from '../network-options.ts'
import { PAGE_OPTION } from '../page-option.ts'
import { texts } from '../texts.ts'
import { CONTENT_OPTIONS, createOptions, TORRENT_OPTIONS } from '../torrent-options.ts'

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
    ...FINDABLE_OPTIONS,
    ...CONTENT_OPTIONS,
    ...PAGE_OPTION,
    ...MAKE_OPTIONS,
    ...NETWORK_OPTIONS,
    dataDir: NODE_OPTIONS.dataDir,
  },
  examples: [
    ['share', texts.share.examples.plain],
    ['share --dir Public --limit-up 1MB', texts.share.examples.dir],
  ],
  async run(_words, options, context) {
    checkFindable(options)
    const { shareFolder } = await import('../alone/share-folder.ts')
    return shareFolder(
      {
        directory: options.dir,
        hidden: options.hidden,
        dataDir: options.dataDir,
        page: options.page,
        findable: options.findable,
        networkNode: options.networkNode,
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
