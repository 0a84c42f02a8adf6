import { defineCommand } from '../cli/command.ts'
import { NETWORK_OPTIONS, sessionOptions } from '../cli/network-options.ts'
import { list, value } from '../cli/options.ts'
import { createOptions, TORRENT_OPTIONS } from '../cli/torrent-options.ts'

const { name: _name, ...MAKE_OPTIONS } = TORRENT_OPTIONS

export const seed = defineCommand({
  about: [
    'Makes a torrent of the file or folder, or checks it against the one given, prints the magnet link and shares until Ctrl-C. What was hashed before and has not changed since is not read again.',
  ],
  positionals: [{ name: 'PATH', help: 'the file or folder' }],
  options: {
    torrent: value('FILE', { help: 'Its .torrent: a path or URL. Default: one is made' }),
    peer: list('HOST:PORT', { help: 'Connect to this peer at once' }),
    ...MAKE_OPTIONS,
    ...NETWORK_OPTIONS,
  },
  examples: [
    ['seed Photos', 'Shares the folder Photos and prints its magnet link'],
    [
      'seed ~/Downloads/film.mkv --torrent film.torrent --port 6881',
      'Shares a file that was downloaded before',
    ],
  ],
  async run([path], options, context) {
    const { seedPath } = await import('../share/seed-path.ts')
    return seedPath(
      path!,
      {
        ...options,
        create: createOptions({ ...options, name: undefined }),
        network: sessionOptions(options),
      },
      context,
    )
  },
})
