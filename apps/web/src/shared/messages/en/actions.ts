import { plural } from '../plural.ts'

const torrents = (count: number) => plural(count, '# torrent', '# torrents')

export const actions = {
  open: 'Open',
  pause: 'Pause',
  resume: 'Resume',
  start: 'Start now',
  recheck: 'Recheck',
  reannounce: 'Reannounce',
  label: 'Label',
  noLabel: 'No label',
  newLabel: 'New label…',
  move: 'Move files…',
  queue: 'Queue',
  queueFirst: 'Move to front',
  queueUp: 'Move up',
  queueDown: 'Move down',
  queueLast: 'Move to end',
  copyLink: 'Copy magnet link',
  share: 'Send the link…',
  remove: 'Remove',
  removeWithData: 'Remove and delete files…',
  undo: 'Undo',
  linksCopied: (count: number) => plural(count, 'Magnet link copied', '# magnet links copied'),
  removed: (names: readonly string[]) =>
    names.length === 1 ? `Removed “${names[0]}”` : `Removed ${torrents(names.length)}`,
  removedWithData: 'The files are deleted when this message closes.',
  removedKept: 'The files stay where they are.',
  restored: (count: number) => plural(count, 'Torrent restored', '# torrents restored'),
  checking: (count: number) => `Rechecking ${torrents(count)}`,
  asked: 'Reannounced: asking all sources for peers',
  moving: (count: number) => `Moving the files of ${torrents(count)}`,
  failed: 'That did not work',
  removeDialog: {
    title: (count: number) =>
      plural(count, 'Remove and delete files?', 'Remove # torrents and delete files?'),
    body: (size: string) =>
      `These files are deleted from the node’s disk, ${size} in total. You can undo this for a short time.`,
    list: 'Files to delete',
    more: (count: number) => plural(count, 'and # more', 'and # more'),
    moreTorrents: (count: number) =>
      plural(count, 'and the files of # more torrent', 'and the files of # more torrents'),
    confirm: 'Delete files',
  },
  labelDialog: {
    title: (count: number) => `Label for ${torrents(count)}`,
    name: 'Label',
    hint: 'A label groups torrents and can have its own download folder.',
    placeholder: 'films',
    confirm: 'Set label',
    none: 'Remove label',
  },
  moveDialog: {
    title: (count: number) => `Move the files of ${torrents(count)}`,
    confirm: 'Move here',
  },
}
