import { value } from '@shoal/options'
import { SHOAL } from '../../base/program.ts'
import { defineCommand } from '../command.ts'
import { NETWORK_OPTIONS, sessionOptions } from '../network-options.ts'
import { PAGE_OPTION } from '../page-option.ts'
import { createOptions, TORRENT_OPTIONS } from '../torrent-options.ts'

const {
  name: _name,
  comment: _comment,
  pieceLength: _length,
  source: _source,
  ...MAKE_OPTIONS
} = TORRENT_OPTIONS

export const share = defineCommand({
  about: [
    `Makes the folder where it is missing, shares each file and folder in it as a torrent of its own, and prints its magnet link. What is put there later is shared too, what is changed is shared anew, what is taken away no longer. Downloads of ${SHOAL} get that went there are finished and shared as well. Names that begin with a dot, and the half-done files of browsers, are left out. Ctrl-C stops.`,
    'What was hashed before is not hashed again at the next start. That is remembered in the state folder: SHOAL_STATE, else ~/.local/state/shoal (Linux), ~/Library/Application Support/Shoal (macOS) or %LOCALAPPDATA%\\Shoal (Windows).',
  ],
  positionals: [],
  options: {
    dir: value('DIR', { short: 'd', help: 'The folder. Default: ~/Shoal' }),
    ...PAGE_OPTION,
    ...MAKE_OPTIONS,
    ...NETWORK_OPTIONS,
  },
  examples: [
    ['share', 'Shares all that is in ~/Shoal'],
    [
      'share --dir Public --limit-up 1MB',
      'Shares the folder Public, and uploads at most 1,000,000 bytes a second',
    ],
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
