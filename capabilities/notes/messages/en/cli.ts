export default {
  note: {
    summary: 'Show or write your note on a torrent',
    about: 'Notes are yours: they stay on the node and go with the torrent when it is removed.',
    text: 'the new note; "" removes it. Default: show the note',
    none: 'There is no note',
    examples: {
      read: 'Shows the note',
      write: 'Writes it',
      remove: 'Removes it',
    },
  },
} as const
